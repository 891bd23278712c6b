/*
 * 000-4.3-thr: two tasks take turns in one thread. Each appends its letter twice in a row and then
 * gives way: nobody comes between the two, because there is no await between them.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "rondo.h"

struct writer {
    char letter;
    pthread_t thread;
};

static char text[16];

static void append(char letter)
{
    size_t length = strlen(text);

    text[length] = letter;
    text[length + 1] = '\0';
}

static int write_turns(void *arg, rondo_value *out)
{
    struct writer *writer = arg;

    (void)out;
    writer->thread = pthread_self();
    for (int i = 0; i < 3; i++) {
        append(writer->letter);
        append(writer->letter);
        RONDO_TRY(rondo_sleep(0));
    }
    return 0;
}

static int async_main(void *arg, rondo_value *out)
{
    static struct writer writers[] = {{.letter = 'x'}, {.letter = 'y'}};
    rondo_task *tasks[2];
    int rc;

    (void)arg;
    (void)out;
    for (int i = 0; i < 2; i++)
        tasks[i] = rondo_spawn(write_turns, &writers[i]);
    rc = rondo_gather(tasks, 2, 0, NULL);
    if (rc == 0)
        printf("%d thread; %s\n", pthread_equal(writers[0].thread, writers[1].thread) ? 1 : 2,
               text);
    rondo_unref_all(tasks, 2);
    return rc;
}

RONDO_PROGRAM(one_thread_takes_turns, async_main);

/*
 * 004-c23: three endless loops, each a letter a second, look parallel and are one thread. They are
 * given up after two and a half seconds.
 */
#include "rondo.h"

#include <pthread.h>
#include <stdio.h>

static char letters[16];
static size_t count;
static pthread_t seen;
static int threads;

static void note_thread(void)
{
    if (threads == 0 || !pthread_equal(seen, pthread_self()))
        threads++;
    seen = pthread_self();
}

static int repeat(void *arg, rondo_value *out)
{
    const char *letter = arg;

    (void)out;
    for (;;) {
        note_thread();
        letters[count++] = *letter;
        RONDO_TRY(rondo_sleep(RONDO_S(1)));
    }
}

static int main_coroutine(void *arg, rondo_value *out)
{
    rondo_task *tasks[3];
    int rc;

    (void)arg;
    (void)out;
    tasks[0] = rondo_spawn(repeat, "a");
    tasks[1] = rondo_spawn(repeat, "b");
    tasks[2] = rondo_spawn(repeat, "c");
    rc = rondo_sleep(RONDO_MS(2500));
    printf("%s threads %d\n", letters, threads);
    rondo_unref_all(tasks, 3);
    return rc;
}

RONDO_PROGRAM(three_loops_in_one_thread, main_coroutine);

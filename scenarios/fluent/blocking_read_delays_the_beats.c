/*
 * 002-4-block: a file that takes a second to read, read without an executor: the loop stands still,
 * and the beats beside it, 0.3 s apart, begin a second late. The read is modelled by uv_sleep.
 */
#include "rondo.h"

#include <stdio.h>
#include <uv.h>

static const char *read_file(void)
{
    uv_sleep(1000);
    return "content";
}

static int beat(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    for (int i = 0; i < 3; i++) {
        printf("beat %d\n", i);
        RONDO_TRY(rondo_sleep(RONDO_MS(300)));
    }
    return 0;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    rondo_task *task = rondo_spawn(beat, NULL);
    const char *content = read_file();
    int rc = rondo_await(task, NULL);

    (void)arg;
    (void)out;
    if (rc == 0)
        puts(content);
    rondo_unref(task);
    return rc;
}

RONDO_PROGRAM(blocking_read_delays_the_beats, main_coroutine);

/*
 * 003-1: an expensive operation, synchronous and asynchronous, each beside a task that beats three
 * times, half a second apart. The operation is undefined in the document; two seconds here.
 */
#include "rondo.h"

#include <stdio.h>
#include <uv.h>

static int sync_function(void)
{
    uv_sleep(2000); /* the program is blocked here */
    puts("sync done");
    return 0;
}

static int async_function(void)
{
    RONDO_TRY(rondo_sleep(RONDO_S(2))); /* others can run meanwhile */
    puts("async done");
    return 0;
}

static int beat(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    for (int i = 0; i < 3; i++) {
        printf("beat %d\n", i);
        RONDO_TRY(rondo_sleep(RONDO_MS(500)));
    }
    return 0;
}

static int beat_beside(int (*function)(void))
{
    rondo_task *task = rondo_spawn(beat, NULL);
    int rc = function();

    if (rc == 0)
        rc = rondo_await(task, NULL);
    rondo_unref(task);
    return rc;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    RONDO_TRY(beat_beside(sync_function));
    return beat_beside(async_function);
}

RONDO_PROGRAM(expensive_operation_both_ways, main_coroutine);

/*
 * 000-4.1f: a wait hands control to the loop, which runs the other coroutine; each goes on where it
 * stopped.
 */
#include <stdio.h>

#include "rondo.h"

static int a(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    puts("a1");
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    puts("a2");
    return 0;
}

static int b(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    puts("b1");
    RONDO_TRY(rondo_sleep(RONDO_MS(500)));
    puts("b2");
    return 0;
}

static int async_main(void *arg, rondo_value *out)
{
    rondo_task *tasks[2];
    int rc;

    (void)arg;
    (void)out;
    tasks[0] = rondo_spawn(a, NULL, .name = "a");
    tasks[1] = rondo_spawn(b, NULL, .name = "b");
    rc = rondo_gather(tasks, 2, 0, NULL);
    rondo_unref_all(tasks, 2);
    return rc;
}

RONDO_PROGRAM(await_gives_way, async_main);

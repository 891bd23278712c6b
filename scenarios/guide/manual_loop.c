/*
 * 000-3.2: the loop made, run and closed by hand (get_event_loop, run_until_complete, close) where
 * rondo_run() would do all three.
 */
#include <stdio.h>

#include "rondo.h"

static int async_main(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    puts("Hello");
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    puts("World");
    return 0;
}

static int manual_loop_main(int argc, char **argv)
{
    rondo_loop *loop = rondo_loop_new();
    rondo_task *task;
    int rc;

    (void)argc;
    (void)argv;
    if (loop == NULL)
        return 1;
    task = rondo_loop_create_task(loop, async_main, NULL);
    rc = rondo_loop_run_until_complete(loop, task, NULL);
    rondo_unref(task);
    rondo_loop_close(loop);
    return rc < 0;
}

RONDO_PROGRAM(manual_loop, manual_loop_main);

/*
 * 003-4-debug: a run in debug mode tells of whatever holds the loop too long; the next run,
 * without, does not.
 */
#include <stdio.h>
#include <unistd.h>

#include "rondo.h"

static int block(void *arg, rondo_value *out)
{
    const rondo_loop *loop = rondo_get_running_loop();
    bool debug = rondo_loop_get_debug(loop);

    (void)arg;
    (void)out;
    if (debug)
        printf("debug True slow %.1f\n",
               (double)rondo_loop_get_slow_callback_duration(loop) / (double)RONDO_S(1));
    else
        puts("debug False");
    usleep(250000); /* holds the thread, and so the loop */
    return 0;
}

static int spawn_one_that_blocks(void *arg, rondo_value *out)
{
    rondo_task *task = rondo_spawn(block, arg, .name = "blocker");
    int rc = rondo_await(task, out);

    rondo_unref(task);
    return rc;
}

static int debug_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    if (rondo_run(spawn_one_that_blocks, NULL, NULL, .debug = RONDO_DEBUG_ON) < 0)
        return 1;
    return rondo_run(spawn_one_that_blocks, NULL, NULL) < 0;
}

RONDO_PROGRAM(debug_mode_names_the_slow, debug_main);

/*
 * 000-3.3: the loop chosen by the program: one on a uv loop of its own instead of the default one.
 * By which means of the system it waits is libuv's choice.
 */
#include <stdio.h>

#include <uv.h>

#include "rondo.h"

static rondo_loop *ours;

static rondo_loop *choose_loop(void *uv)
{
    ours = rondo_loop_new_on(uv);
    return ours;
}

static int async_main(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    printf("current loop is ours: %s\n", rondo_get_running_loop() == ours ? "yes" : "no");
    return rondo_sleep(0);
}

static int choice_main(int argc, char **argv)
{
    uv_loop_t uv;
    int rc;

    (void)argc;
    (void)argv;
    if (uv_loop_init(&uv) != 0)
        return 1;
    rc = rondo_run(async_main, NULL, NULL, .loop_factory = choose_loop, .loop_factory_arg = &uv);
    return rc < 0 || uv_loop_close(&uv) != 0;
}

RONDO_PROGRAM(loop_of_ones_choice, choice_main);

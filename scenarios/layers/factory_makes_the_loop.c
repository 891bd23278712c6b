/*
 * 003-4-policy: who makes the loop is the program's choice. A function is given to the run, which
 * calls it once; asyncio's policies came down to that too (loop_factory).
 */
#include <stdio.h>

#include "rondo.h"

static rondo_loop *new_event_loop(void *arg)
{
    (void)arg;
    puts("policy.new_event_loop");
    return rondo_loop_new();
}

static int async_main(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return rondo_sleep(0);
}

static int factory_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return rondo_run(async_main, NULL, NULL, .loop_factory = new_event_loop) < 0;
}

RONDO_PROGRAM(factory_makes_the_loop, factory_main);

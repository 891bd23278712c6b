/*
 * 001-5: a coroutine is run through the front door, asyncio.run(hello()), which makes a loop, runs
 * the coroutine to its end and closes the loop.
 */
#include "rondo.h"

#include <stdio.h>

static int hello(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    puts("hello");
    return 0;
}

static int hello_through_run_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return rondo_run(hello, NULL, NULL) < 0;
}

RONDO_PROGRAM(hello_through_run, hello_through_run_main);

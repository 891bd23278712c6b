/*
 * 003-4a: a coroutine through the front door, which makes a loop, runs it and closes the loop.
 */
#include "rondo.h"

#include <stdio.h>

static int hello(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    puts("Hello, world!");
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    puts("Hello again!");
    return 0;
}

static int hello_and_hello_again_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return rondo_run(hello, NULL, NULL) < 0; /* a new loop, closed afterwards */
}

RONDO_PROGRAM(hello_and_hello_again, hello_and_hello_again_main);

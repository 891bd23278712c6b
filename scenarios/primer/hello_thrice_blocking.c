/*
 * 001-1: three tasks of two seconds in a loop. Each blocks the program, so each waits for the one
 * before it, and the whole takes six seconds.
 */
#include "rondo.h"

#include <stdio.h>
#include <uv.h>

static void task(void)
{
    uv_sleep(2000);
    puts("hello");
}

static int hello_thrice_blocking_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    for (int i = 0; i < 3; i++)
        task();
    return 0;
}

RONDO_PROGRAM(hello_thrice_blocking, hello_thrice_blocking_main);

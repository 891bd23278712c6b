/*
 * 000-4.1b: making a coroutine runs nothing. One that is forgotten is told of, with the place where
 * it was made.
 */
#include "rondo.h"

#include <stdio.h>

static int main_coroutine(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    puts("main runs");
    return 0;
}

static int coroutine_that_nobody_runs_main(int argc, char **argv)
{
    RONDO_COROUTINE(main_object, main_coroutine, NULL);

    (void)argc;
    (void)argv;
    printf("<coroutine %s>\n", main_object.name);
    return 0;
}

RONDO_PROGRAM(coroutine_that_nobody_runs, coroutine_that_nobody_runs_main);

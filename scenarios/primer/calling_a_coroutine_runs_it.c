/*
 * 001-c50: in Python calling a coroutine function gives a coroutine object, and runs nothing. In C
 * it is a call like any other: it runs at once, even with no loop, as far as the first wait.
 */
#include "rondo.h"

#include <stdio.h>

static int hello(void *arg, rondo_value *out)
{
    (void)arg;
    puts("hello");
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    return rondo_return(out, "world");
}

static int calling_a_coroutine_runs_it_main(int argc, char **argv)
{
    rondo_value result;
    int rc;

    (void)argc;
    (void)argv;
    rc = hello(NULL, &result);
    printf("called: %s\n", rondo_err_name(rc));
    rc = rondo_run(hello, NULL, &result);
    if (rc == 0)
        printf("run: %s\n", result.as.text);
    return rc < 0;
}

RONDO_PROGRAM(calling_a_coroutine_runs_it, calling_a_coroutine_runs_it_main);

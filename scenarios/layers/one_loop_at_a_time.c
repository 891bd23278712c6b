/*
 * 003-4-one: a thread can have one active loop only. The transcript runs a second one beside it in
 * another thread; Rondo has no threads yet and allows one open loop a process, so that half is left
 * out. What is refused inside is allowed after.
 */
#include "rondo.h"

#include <stdio.h>

static int nothing(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return 0;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    printf("same thread: %s\n", rondo_err_name(rondo_run(nothing, NULL, NULL)));
    return 0;
}

static int one_loop_at_a_time_main(int argc, char **argv)
{
    int rc = rondo_run(main_coroutine, NULL, NULL);

    (void)argc;
    (void)argv;
    if (rc == 0)
        printf("afterwards: %s\n", rondo_err_name(rondo_run(nothing, NULL, NULL)));
    return rc < 0;
}

RONDO_PROGRAM(one_loop_at_a_time, one_loop_at_a_time_main);

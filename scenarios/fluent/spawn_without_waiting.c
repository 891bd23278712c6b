/*
 * 002-1-ens: ensure_future starts the spinner without waiting for its result. In C a coroutine is
 * started by rondo_spawn(), which gives a task at once; the body begins when the caller suspends.
 */
#include "rondo.h"

#include <stdio.h>

static const char *truth(bool is_so)
{
    return is_so ? "True" : "False";
}

static int run_body(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    puts("ran");
    return 0;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    rondo_task *task = rondo_spawn(run_body, NULL);
    int rc;

    (void)arg;
    (void)out;
    printf("not yet %s %s\n", truth(rondo_done(task)), truth(task != NULL));
    rc = rondo_sleep(0);
    printf("done %s\n", truth(rondo_done(task)));
    rondo_unref(task);
    return rc;
}

RONDO_PROGRAM(spawn_without_waiting, main_coroutine);

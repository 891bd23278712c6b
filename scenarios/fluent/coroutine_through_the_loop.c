/*
 * 002-2: a coroutine is handed to the loop, which runs it to its end; nobody drives it by hand. The
 * transcript's .send() has no counterpart: a coroutine is a function, and calling it outside the
 * loop runs it as far as its first wait, which is refused.
 */
#include "rondo.h"

#include <inttypes.h>
#include <stdio.h>

static int supervisor(void *arg, rondo_value *out)
{
    (void)arg;
    RONDO_TRY(rondo_sleep(RONDO_S(3)));
    return rondo_return(out, 42);
}

static int coroutine_through_the_loop_main(int argc, char **argv)
{
    rondo_loop *loop = rondo_loop_new();
    rondo_value result = {0};
    rondo_task *task;
    int rc;

    (void)argc;
    (void)argv;
    if (loop == NULL)
        return 1;
    task = rondo_loop_create_task(loop, supervisor, NULL);
    rc = rondo_loop_run_until_complete(loop, task, &result);
    if (rc == 0)
        printf("%" PRId64 "\n", result.as.i);
    printf("called outside a loop: %s\n", rondo_err_name(supervisor(NULL, &result)));
    rondo_unref(task);
    rondo_loop_close(loop);
    return rc < 0;
}

RONDO_PROGRAM(coroutine_through_the_loop, coroutine_through_the_loop_main);

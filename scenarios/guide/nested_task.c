/*
 * 000-4.2: a coroutine wrapped in a task is scheduled to run soon: not at the call, but when its
 * creator first waits. Awaiting the task gives its result.
 */
#include <inttypes.h>
#include <stdio.h>

#include "rondo.h"

static int nested(void *arg, rondo_value *out)
{
    (void)arg;
    puts("nested runs");
    return rondo_return(out, 42);
}

static int async_main(void *arg, rondo_value *out)
{
    rondo_task *task = rondo_spawn(nested, NULL, .name = "nested");
    rondo_value result;
    int rc;

    (void)arg;
    (void)out;
    puts("after create_task, before first await");
    rc = rondo_await(task, &result);
    if (rc == 0)
        printf("%" PRId64 "\n", result.as.i);
    rondo_unref(task);
    return rc;
}

RONDO_PROGRAM(nested_task, async_main);

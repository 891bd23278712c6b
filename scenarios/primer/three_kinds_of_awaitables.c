/*
 * 001-c52: what can be awaited: a coroutine, by calling it; a future; a task. Whether a thing is
 * awaitable is a matter of its type, so the compiler's; the transcript's list of five answers has
 * no counterpart. A coroutine is a function, and can be awaited again.
 */
#include "rondo.h"

#include <inttypes.h>
#include <stdio.h>

static int five(void *arg, rondo_value *out)
{
    (void)arg;
    return rondo_return(out, 5);
}

static int await_all(rondo_future *future, rondo_task *task)
{
    rondo_value called;
    rondo_value awaited;
    rondo_value spawned;

    RONDO_TRY(five(NULL, &called));
    RONDO_TRY(rondo_set_result(future, 6));
    RONDO_TRY(rondo_await(future, &awaited));
    RONDO_TRY(rondo_await(task, &spawned));
    printf("%" PRId64 " %" PRId64 " %" PRId64 "\n", called.as.i, awaited.as.i, spawned.as.i);
    RONDO_TRY(five(NULL, &called));
    printf("again %" PRId64 "\n", called.as.i);
    return 0;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    rondo_future *future = rondo_create_future(NULL);
    rondo_task *task = rondo_spawn(five, NULL);
    int rc = future != NULL && task != NULL ? await_all(future, task) : RONDO_ENOMEM;

    (void)arg;
    (void)out;
    rondo_unref(task);
    rondo_unref(future);
    return rc;
}

RONDO_PROGRAM(three_kinds_of_awaitables, main_coroutine);

/*
 * 003-11: a future stands for a result that is not there yet: main awaits it, a task sets it.
 */
#include "rondo.h"

#include <stdio.h>

static int set_future_result(void *future, rondo_value *out)
{
    (void)out;
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    return rondo_set_result(future, "Future完成了");
}

static int main_coroutine(void *arg, rondo_value *out)
{
    rondo_future *future = rondo_create_future(NULL);
    rondo_task *task = future != NULL ? rondo_spawn(set_future_result, future) : NULL;
    rondo_value result;
    int rc = task != NULL ? rondo_await(future, &result) : RONDO_ENOMEM;

    (void)arg;
    (void)out;
    if (rc == 0)
        puts(result.as.text);
    rondo_unref(task);
    rondo_unref(future);
    return rc;
}

RONDO_PROGRAM(future_set_by_task, main_coroutine);

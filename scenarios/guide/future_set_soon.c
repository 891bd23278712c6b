/*
 * 000-5.2: a bare future, completed by a callback in the next iteration of the loop; main waits
 * until then.
 */
#include <stdio.h>

#include "rondo.h"

static void set_result(void *arg)
{
    rondo_future *future = arg;

    rondo_set_result(future, "Future is done!");
}

static int async_main(void *arg, rondo_value *out)
{
    rondo_loop *loop = rondo_get_running_loop();
    rondo_future *future = rondo_create_future(loop);
    rondo_value result;
    int rc = RONDO_ENOMEM;

    (void)arg;
    (void)out;
    if (future != NULL && rondo_call_soon(loop, set_result, future) != NULL)
        rc = rondo_await(future, &result);
    if (rc == 0)
        puts(result.as.text);
    rondo_unref(future);
    return rc;
}

RONDO_PROGRAM(future_set_soon, async_main);

/*
 * 003-4b: the running loop by hand: what it says of itself, and a callback that it calls after one
 * second, which completes the future that the coroutine awaits.
 */
#include "rondo.h"

#include <stdio.h>

static void set_result(void *future)
{
    rondo_set_result(future, "完成");
}

static int manual_loop_example(void *arg, rondo_value *out)
{
    rondo_loop *loop = rondo_get_running_loop();
    rondo_value result;
    rondo_future *future;
    char text[100];
    int rc = RONDO_ENOMEM;

    (void)arg;
    (void)out;
    printf("当前事件循环: %s\n", rondo_loop_describe(loop, text, sizeof text));
    printf("事件循环运行状态: %s\n", rondo_loop_is_running(loop) ? "True" : "False");
    future = rondo_create_future(loop);
    if (future != NULL && rondo_call_later(loop, RONDO_S(1), set_result, future) != NULL)
        rc = rondo_await(future, &result);
    if (rc == 0)
        printf("Future结果: %s\n", result.as.text);
    rondo_unref(future);
    return rc;
}

RONDO_PROGRAM(callback_sets_future, manual_loop_example);

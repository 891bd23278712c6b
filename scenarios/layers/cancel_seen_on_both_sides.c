/*
 * 003-19: main cancels a long operation after one second. The operation sees it, cleans up and
 * passes it on; main sees it where it awaits the operation.
 */
#include "rondo.h"

#include <stdio.h>

static int cancelable_operation(void *arg, rondo_value *out)
{
    int rc;

    (void)arg;
    (void)out;
    puts("开始长时间操作");
    rc = rondo_sleep(RONDO_S(10));
    if (rc == 0)
        puts("操作完成"); /* not reached when cancelled */
    if (rc == RONDO_ECANCELED)
        puts("操作被取消");
    return rc; /* the cancellation goes on to whoever awaits */
}

static int main_coroutine(void *arg, rondo_value *out)
{
    rondo_task *task = rondo_spawn(cancelable_operation, NULL);
    int rc;

    (void)arg;
    (void)out;
    if (task == NULL)
        return RONDO_ENOMEM;
    rc = rondo_sleep(RONDO_S(1));
    rondo_cancel(task, NULL);
    if (rc == 0 && rondo_await(task, NULL) == RONDO_ECANCELED)
        puts("主函数捕获到取消异常");
    rondo_unref(task);
    return rc;
}

RONDO_PROGRAM(cancel_seen_on_both_sides, main_coroutine);

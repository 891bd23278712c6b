/*
 * 003-7: a task with a name runs in the background; main goes on, and collects its result later.
 */
#include "rondo.h"

#include <stdio.h>

static int background_task(void *arg, rondo_value *out)
{
    (void)arg;
    puts("后台任务开始");
    RONDO_TRY(rondo_sleep(RONDO_S(2)));
    puts("后台任务完成");
    return rondo_return(out, "后台任务结果");
}

static int main_coroutine(void *arg, rondo_value *out)
{
    rondo_task *task = rondo_spawn(background_task, NULL, .name = "背景任务");
    rondo_value result;
    int rc;

    (void)arg;
    (void)out;
    if (task == NULL)
        return RONDO_ENOMEM;
    printf("任务名称: %s\n", rondo_get_name(task));
    puts("主函数继续执行");
    rc = rondo_sleep(RONDO_S(1));
    if (rc == 0)
        rc = rondo_await(task, &result);
    if (rc == 0)
        printf("获取到结果: %s\n", result.as.text);
    rondo_unref(task);
    return rc;
}

RONDO_PROGRAM(named_background_task, main_coroutine);

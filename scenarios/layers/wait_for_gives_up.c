/*
 * 003-9: an operation of five seconds is waited for two seconds at most, then cancelled.
 */
#include "rondo.h"

#include <stdio.h>

static int long_operation(void *arg, rondo_value *out)
{
    (void)arg;
    RONDO_TRY(rondo_sleep(RONDO_S(5)));
    return rondo_return(out, "完成");
}

static int main_coroutine(void *arg, rondo_value *out)
{
    rondo_task *task = rondo_spawn(long_operation, NULL);
    rondo_value result;
    int rc = rondo_wait_for(task, RONDO_S(2), &result);

    (void)arg;
    (void)out;
    if (rc == 0)
        puts(result.as.text);
    if (rc == RONDO_ETIMEDOUT) {
        puts("操作超时");
        rc = 0;
    }
    rondo_unref(task);
    return rc;
}

RONDO_PROGRAM(wait_for_gives_up, main_coroutine);

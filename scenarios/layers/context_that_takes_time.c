/*
 * 003-16: an asynchronous context manager: to enter it takes a second, and to leave it too.
 */
#include "rondo.h"

#include <stdio.h>

static int context_enter(void *self)
{
    const char **resource = self;

    puts("进入上下文");
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    *resource = "上下文资源";
    return 0;
}

/* Returns: `rc`, with which the use ended, or why leaving failed. */
static int context_exit(void *self, int rc)
{
    (void)self;
    puts("退出上下文");
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    return rc;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    const char *resource;
    int rc;

    (void)arg;
    (void)out;
    RONDO_WITH(rc, context_enter, context_exit, &resource) {
        printf("使用资源: %s\n", resource);
    }
    return rc;
}

RONDO_PROGRAM(context_that_takes_time, main_coroutine);

/*
 * 003-16: an asynchronous context: to enter it takes a second, and to leave it too. C has no `async
 * with` for types of one's own; two functions that suspend, and what is between them, are its form.
 */
#include "rondo.h"

#include <stdio.h>

static int context_enter(const char **resource)
{
    puts("进入上下文");
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    *resource = "上下文资源";
    return 0;
}

/* Returns: `rc`, with which the use ended, or why leaving failed. */
static int context_exit(int rc)
{
    puts("退出上下文");
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    return rc;
}

static int use(const char *resource)
{
    printf("使用资源: %s\n", resource);
    return 0;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    const char *resource;

    (void)arg;
    (void)out;
    RONDO_TRY(context_enter(&resource));
    return context_exit(use(resource));
}

RONDO_PROGRAM(context_that_takes_time, main_coroutine);

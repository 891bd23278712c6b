/*
 * 003-2: a coroutine is a function that can pause in the middle and go on later.
 */
#include "rondo.h"

#include <stdio.h>

static int simple_coroutine(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    puts("开始执行");
    RONDO_TRY(rondo_sleep(RONDO_S(1))); /* pauses the coroutine */
    puts("恢复执行");
    return 0;
}

RONDO_PROGRAM(pause_and_resume, simple_coroutine);

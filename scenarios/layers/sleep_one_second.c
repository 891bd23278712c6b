/*
 * 003-10: sleep lets a second pass without holding up the loop.
 */
#include "rondo.h"

#include <stdio.h>

static int main_coroutine(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    puts("开始");
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    puts("1秒后");
    return 0;
}

RONDO_PROGRAM(sleep_one_second, main_coroutine);

/*
 * 003-3: main awaits a coroutine and gets its result. In C a coroutine called directly is awaited.
 */
#include "rondo.h"

#include <stdio.h>

static int fetch_data(rondo_value *out)
{
    puts("开始获取数据");
    RONDO_TRY(rondo_sleep(RONDO_S(2))); /* in place of I/O */
    puts("数据获取完成");
    return rondo_return(out, "{'data': 'value'}");
}

static int main_coroutine(void *arg, rondo_value *out)
{
    rondo_value result;

    (void)arg;
    (void)out;
    RONDO_TRY(fetch_data(&result));
    puts(result.as.text);
    return 0;
}

RONDO_PROGRAM(await_for_a_result, main_coroutine);

/*
 * 003-6: run gives the result of main. There is no debug mode to turn on in Rondo; the simulator
 * finds by itself what that mode warns of.
 */
#include "rondo.h"

#include <stdio.h>

static int main_coroutine(void *arg, rondo_value *out)
{
    (void)arg;
    puts("开始执行main");
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    puts("main执行完成");
    return rondo_return(out, "结果");
}

static int run_returns_mains_result_main(int argc, char **argv)
{
    rondo_value result;
    int rc = rondo_run(main_coroutine, NULL, &result);

    (void)argc;
    (void)argv;
    if (rc == 0)
        puts(result.as.text);
    return rc < 0;
}

RONDO_PROGRAM(run_returns_mains_result, run_returns_mains_result_main);

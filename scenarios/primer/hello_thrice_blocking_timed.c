/*
 * 001-4: the synchronous version of 001-3, for comparison: three blocking tasks of two seconds,
 * with the line that says how long it took.
 */
#include "rondo.h"

#include <stdio.h>
#include <uv.h>

static void task(void)
{
    uv_sleep(2000);
    puts("hello");
}

static int hello_thrice_blocking_timed_main(int argc, char **argv)
{
    uint64_t start = uv_hrtime();

    (void)argc;
    (void)argv;
    for (int i = 0; i < 3; i++)
        task();
    printf("program executed in %.2f seconds.\n", (double)(uv_hrtime() - start) / 1e9);
    return 0;
}

RONDO_PROGRAM(hello_thrice_blocking_timed, hello_thrice_blocking_timed_main);

/*
 * 000-4.1c: two coroutines awaited one after the other, which is two plain calls: the first second
 * is over before the other two begin.
 */
#include <stdio.h>
#include <time.h>
#include <uv.h>

#include "rondo.h"

static void print_time(const char *what)
{
    uv_timeval64_t now = {0};
    time_t seconds;
    struct tm civil;
    char text[16];

    uv_gettimeofday(&now);
    seconds = (time_t)now.tv_sec;
    gmtime_r(&seconds, &civil);
    strftime(text, sizeof text, "%H:%M:%S", &civil);
    printf("%s at %s\n", what, text);
}

static int say_after(int64_t delay_ns, const char *what)
{
    RONDO_TRY(rondo_sleep(delay_ns));
    puts(what);
    return 0;
}

static int async_main(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    print_time("started");
    RONDO_TRY(say_after(RONDO_S(1), "hello"));
    RONDO_TRY(say_after(RONDO_S(2), "world"));
    print_time("finished");
    return 0;
}

RONDO_PROGRAM(say_in_sequence, async_main);

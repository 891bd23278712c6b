/*
 * 000-4.1e-tg: what 000-4.1e announces, hello and world in a group: closing it awaits both.
 */
#include <stdio.h>
#include <time.h>
#include <uv.h>

#include "rondo.h"

struct saying {
    int64_t delay_ns;
    const char *what;
};

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

static int say_after(void *arg, rondo_value *out)
{
    const struct saying *saying = arg;

    (void)out;
    RONDO_TRY(rondo_sleep(saying->delay_ns));
    puts(saying->what);
    return 0;
}

static int async_main(void *arg, rondo_value *out)
{
    struct saying hello = {RONDO_S(1), "hello"};
    struct saying world = {RONDO_S(2), "world"};
    int rc;

    (void)arg;
    (void)out;
    RONDO_GROUP(rc, group) {
        rondo_group_spawn(group, say_after, &hello, .name = "hello");
        rondo_group_spawn(group, say_after, &world, .name = "world");
        print_time("started");
    }
    RONDO_TRY(rc);
    print_time("finished");
    return 0;
}

RONDO_PROGRAM(say_in_task_group, async_main);

/*
 * 000-4.1e: what the document announces as the version with a TaskGroup. The code it prints is
 * create_task again, as in 000-4.1d, and so is this.
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
    static struct saying hello = {RONDO_S(1), "hello"};
    static struct saying world = {RONDO_S(2), "world"};
    rondo_task *task1 = rondo_spawn(say_after, &hello, .name = "hello");
    rondo_task *task2 = rondo_spawn(say_after, &world, .name = "world");
    int rc;

    (void)arg;
    (void)out;
    print_time("started");
    rc = rondo_await(task1, NULL);
    if (rc == 0)
        rc = rondo_await(task2, NULL);
    if (rc == 0)
        print_time("finished");
    rondo_unref(task1);
    rondo_unref(task2);
    return rc;
}

RONDO_PROGRAM(say_without_task_group, async_main);

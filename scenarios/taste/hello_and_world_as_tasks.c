/*
 * 004-2: two tasks at the same time, one of one second and one of two. The page has lost the times
 * of day after "started at" and "finished at", so these lines end in a space.
 */
#include "rondo.h"

#include <stdio.h>

struct saying {
    int64_t delay_ns;
    const char *what;
};

static int say_after(void *arg, rondo_value *out)
{
    const struct saying *saying = arg;

    (void)out;
    RONDO_TRY(rondo_sleep(saying->delay_ns));
    puts(saying->what);
    return 0;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    static struct saying hello = {RONDO_S(1), "hello"};
    static struct saying world = {RONDO_S(2), "world"};
    rondo_task *task1 = rondo_spawn(say_after, &hello);
    rondo_task *task2 = rondo_spawn(say_after, &world);
    int rc;

    (void)arg;
    (void)out;
    puts("started at ");
    rc = rondo_await(task1, NULL);
    if (rc == 0)
        rc = rondo_await(task2, NULL);
    if (rc == 0)
        puts("finished at ");
    rondo_unref(task1);
    rondo_unref(task2);
    return rc;
}

RONDO_PROGRAM(hello_and_world_as_tasks, main_coroutine);

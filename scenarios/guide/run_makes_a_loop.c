/*
 * 000-3.4: rondo_run() makes a loop, runs the coroutine and closes the loop. Run twice, run inside
 * a run, and run with a coroutine that fails.
 *
 * The transcript compares two loop objects by identity and asks each whether it is closed. In C a
 * closed loop is freed, and its address may come again. That the second run has a loop of its own
 * is seen from its tasks, which each loop numbers from 1: in both runs the first one after main is
 * "Task-2". That a loop is closed is seen from libuv, where it has left no handle. asyncio's two
 * exceptions are codes: a nested run is RONDO_EMISUSE, and ValueError here a coroutine's EINVAL.
 */
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "rondo.h"

struct visit {
    char first_task[16];
    int handles;
};

static const char *truth(bool value)
{
    return value ? "True" : "False";
}

static void count_handle(uv_handle_t *handle, void *count)
{
    (void)handle;
    ++*(int *)count;
}

static int handles_open(void)
{
    int count = 0;

    uv_walk(uv_default_loop(), count_handle, &count);
    return count;
}

static int nothing(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return 0;
}

static int look_around(void *arg, rondo_value *out)
{
    struct visit *visit = arg;
    rondo_task *task = rondo_spawn(nothing, NULL);
    int rc = rondo_await(task, NULL);

    (void)out;
    if (rc == 0)
        snprintf(visit->first_task, sizeof visit->first_task, "%s", rondo_get_name(task));
    visit->handles = handles_open();
    rondo_unref(task);
    return rc;
}

static int run_inside(void *arg, rondo_value *out)
{
    int rc = rondo_run(nothing, NULL, NULL);

    (void)arg;
    (void)out;
    printf("nested run: %s: %s\n", rondo_err_name(rc), rondo_strerror(rc));
    return 0;
}

static int fail(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return RONDO_EINVAL;
}

static int run_twice(void)
{
    struct visit first = {.handles = 0}, second = {.handles = 0};
    bool first_closed, second_closed;

    RONDO_TRY(rondo_run(look_around, &first, NULL));
    first_closed = first.handles > 0 && handles_open() == 0;
    RONDO_TRY(rondo_run(look_around, &second, NULL));
    second_closed = second.handles > 0 && handles_open() == 0;
    printf("distinct %s closed %s %s\n", truth(strcmp(first.first_task, second.first_task) == 0),
           truth(first_closed), truth(second_closed));
    return 0;
}

static int run_makes_a_loop_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    if (run_twice() < 0)
        return 1;
    if (rondo_run(run_inside, NULL, NULL) < 0)
        return 1;
    puts(rondo_err_name(rondo_run(fail, NULL, NULL)));
    return 0;
}

RONDO_PROGRAM(run_makes_a_loop, run_makes_a_loop_main);

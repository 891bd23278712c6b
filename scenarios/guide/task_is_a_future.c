/*
 * 000-5.3: a task is a future. It can be waited for and asked as one, but it completes itself:
 * setting its result or error is refused.
 *
 * The transcript's issubclass() is a question to the compiler here: rondo_task and rondo_future are
 * one type, refusals are at run time. They are RONDO_EMISUSE, where asyncio raises a RuntimeError
 * "Task does not support set_result operation"; behind the arrows stand Rondo's words.
 */
#include <stdio.h>

#include "rondo.h"

#define IS_A_FUTURE(x) _Generic((x), rondo_future * : true, default : false)

static int nothing(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return 0;
}

static int async_main(void *arg, rondo_value *out)
{
    rondo_task *task = rondo_spawn(nothing, NULL);
    int rc;

    (void)arg;
    (void)out;
    puts(IS_A_FUTURE(task) ? "True" : "False");
    printf("Task.set_result -> %s\n", rondo_strerror(rondo_set_result(task, 1)));
    printf("Task.set_exception -> %s\n", rondo_strerror(rondo_set_error(task, RONDO_EUSER, NULL)));
    rc = rondo_await(task, NULL); /* it ends by itself, as if nobody had tried */
    rondo_unref(task);
    return rc;
}

RONDO_PROGRAM(task_is_a_future, async_main);

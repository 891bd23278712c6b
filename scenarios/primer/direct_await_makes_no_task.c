/*
 * 001-c30: is there a future for every coroutine that runs? For a task, yes, and it keeps the
 * error; a coroutine awaited directly runs in the task of whoever awaits it, and has none.
 */
#include "rondo.h"

#include <stdio.h>

enum { KEY_ERROR = RONDO_EUSER - 1 };

static int say_tasks_alive(void *how, rondo_value *out)
{
    (void)out;
    printf("%s: tasks alive %zu\n", (const char *)how, rondo_all_tasks(NULL, NULL, 0));
    return 0;
}

static int failing(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return rondo_fail(KEY_ERROR, "x");
}

static int await_as_task(rondo_fn fn, void *arg)
{
    rondo_task *task = rondo_spawn(fn, arg);
    int rc = rondo_await(task, NULL);

    if (rc == KEY_ERROR) {
        printf("stored %s('%s')\n", rondo_err_name(rondo_future_result(task, NULL)),
               rondo_future_error_text(task));
        rc = 0;
    }
    rondo_unref(task);
    return rc;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    (void)arg;
    RONDO_TRY(say_tasks_alive("direct await", out));
    RONDO_TRY(await_as_task(say_tasks_alive, "as task"));
    return await_as_task(failing, NULL);
}

RONDO_PROGRAM(direct_await_makes_no_task, main_coroutine);

/*
 * 000-4.3-exc: the failure of a task comes out of the await of it. If nobody awaits it, nobody is
 * disturbed; the loop only says so when the task is let go.
 *
 * The transcript's "same object True" compares two references to one exception. In C a failure is a
 * code and its words, so these are compared: of the await and of the task. Of asyncio's report the
 * first line is here, with Rondo's words for the task; C has no traceback to go with it.
 */
#include <stdio.h>
#include <string.h>

#include "rondo.h"

static const char *truth(bool value)
{
    return value ? "True" : "False";
}

static int bad(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    return rondo_fail(RONDO_EUSER, "boom");
}

static int with_awaiter(void)
{
    rondo_task *task = rondo_spawn(bad, NULL, .name = "awaited");
    int rc = rondo_await(task, NULL);
    bool same;

    if (rc == RONDO_EUSER) {
        same = rondo_future_result(task, NULL) == rc &&
               strcmp(rondo_future_error_text(task), rondo_error_text()) == 0;
        printf("awaiter got %s same code and text %s\n", rondo_error_text(), truth(same));
        rc = 0;
    }
    rondo_unref(task);
    return rc;
}

static int without_awaiter(void)
{
    rondo_task *task = rondo_spawn(bad, NULL, .name = "left alone");
    int rc;

    if (task == NULL)
        return RONDO_ENOMEM;
    rc = rondo_sleep(RONDO_S(2));
    if (rc == 0)
        printf("nobody awaited: main unaffected %s\n", truth(rondo_done(task)));
    rondo_unref(task);
    return rc;
}

static int async_main(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    RONDO_TRY(with_awaiter());
    return without_awaiter();
}

RONDO_PROGRAM(error_reaches_awaiter, async_main);

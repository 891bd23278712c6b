/*
 * 001-c62: a session that takes a second to open and a second to close, closed on each way out of
 * its use: the end, an error, a cancellation. Closing waits, also in a cancelled task.
 */
#include "rondo.h"

#include <stdio.h>

enum { VALUE_ERROR = RONDO_EUSER - 1 };

static int session_open(void *self)
{
    (void)self;
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    puts("open");
    return 0;
}

/* Returns: `rc`, with which the use of the session ended, or why it could not be closed. */
static int session_close(void *self, int rc)
{
    (void)self;
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    printf("closed %s\n", rondo_err_name(rc));
    return rc;
}

static int use_session(int (*use)(void))
{
    int rc;

    RONDO_WITH(rc, session_open, session_close, NULL) {
        rc = use();
    }
    return rc;
}

static int succeed(void)
{
    return 0;
}

static int fail(void)
{
    return rondo_fail(VALUE_ERROR, "no value");
}

static int take_long(void)
{
    return rondo_sleep(RONDO_S(10));
}

static int long_session(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return use_session(take_long);
}

static int cancel_after_three_seconds(void)
{
    rondo_task *task = rondo_spawn(long_session, NULL);
    int rc = task != NULL ? rondo_sleep(RONDO_S(3)) : RONDO_ENOMEM;

    if (rc == 0) {
        rondo_cancel(task, NULL);
        rc = rondo_await(task, NULL);
    }
    rondo_unref(task);
    return rc;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    int rc;

    (void)arg;
    (void)out;
    RONDO_TRY(use_session(succeed));
    rc = use_session(fail);
    if (rc == VALUE_ERROR)
        rc = cancel_after_three_seconds();
    return rc == RONDO_ECANCELED ? 0 : rc;
}

RONDO_PROGRAM(session_closed_on_every_way_out, main_coroutine);

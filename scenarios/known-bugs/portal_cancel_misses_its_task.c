/*
 * anyio #1011: BlockingPortal. The future of a call is cancelled before the call's task has begun:
 * there is no scope to cancel yet, and the task does all its work for nobody.
 */
#include "zoo.h"

static rondo_future *result;
static rondo_task *scope;

static void result_ended(void *arg)
{
    (void)arg;
    if (rondo_cancelled(result) && scope != NULL)
        rondo_cancel(scope, NULL);
}

static int call(void)
{
    scope = rondo_current_task();
    if (fixed && rondo_cancelled(result))
        return 0;
    RONDO_TRY(hop());
    RONDO_ALWAYS("nobody_works_for_nobody", !rondo_cancelled(result));
    return 0;
}

static int cancel_result(void)
{
    rondo_cancel(result, NULL);
    result_ended(NULL);
    return 0;
}

static void run(void)
{
    result = rondo_create_future(NULL);
    CAST({"call", call}, {"canceller", cancel_result});
    rondo_unref(result);
}

TWINS(run);

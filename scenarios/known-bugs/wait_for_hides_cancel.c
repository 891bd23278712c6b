/*
 * cpython gh-86296 (bpo-42130): asyncio.wait_for. Cancelled in the same turn in which the inner
 * future completes, it returns the result: the cancel is swallowed.
 */
#include "zoo.h"

static rondo_future *inner, *waiter;
static bool asked, went_on;

static void wake(void *arg)
{
    (void)arg;
    rondo_set_result(waiter, 0);
}

static int wait_for(rondo_future *future)
{
    int rc;

    rondo_add_done_callback(future, wake, NULL);
    rc = rondo_await(waiter, NULL);
    if (rc < 0 && rondo_done(future) && !fixed)
        return rondo_future_result(future, NULL);
    if (rc < 0)
        rondo_cancel(future, NULL);
    return rc;
}

static int work(void)
{
    RONDO_TRY(wait_for(inner));
    went_on = true;
    return 0;
}

static int answer(void)
{
    rondo_set_result(inner, 0);
    return 0;
}

static int cancel_worker(void)
{
    asked = rondo_cancel(the("worker"), NULL);
    return 0;
}

static void run(void)
{
    inner = rondo_create_future(NULL);
    waiter = rondo_create_future(NULL);
    CAST({"worker", work}, {"answer", answer}, {"canceller", cancel_worker});
    RONDO_ALWAYS("a_cancel_ends_the_task", !asked || !went_on);
    rondo_remove_done_callback(inner, wake, NULL);
    rondo_unref(inner);
    rondo_unref(waiter);
    waiter = NULL;
}

TWINS(run);

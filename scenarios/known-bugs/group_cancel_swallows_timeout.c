/*
 * cpython gh-155433: TaskGroup.cancel(). The group ends quietly when the cancel was its own; it
 * does so too when one from outside, a timeout, came at the same time.
 */
#include "zoo.h"

static rondo_future *body;
static bool own, outside, quiet;

static int parent(void)
{
    int rc = rondo_await(body, NULL);

    if (rc == RONDO_ECANCELED && own) {
        if (rondo_uncancel(rondo_current_task()) == 0 || !fixed)
            rc = 0;
    }
    quiet = rc == 0;
    return rc;
}

static int cancel_group(void)
{
    own = rondo_cancel(the("parent"), NULL);
    return 0;
}

static int strike(void)
{
    outside = rondo_cancel(the("parent"), NULL);
    return 0;
}

static void run(void)
{
    body = rondo_create_future(NULL);
    CAST({"parent", parent}, {"group.cancel", cancel_group}, {"timeout", strike});
    RONDO_ALWAYS("a_cancel_from_outside_counts", !outside || !quiet);
    rondo_unref(body);
}

TWINS(run);

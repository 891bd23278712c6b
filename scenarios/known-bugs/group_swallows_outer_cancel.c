/*
 * cpython gh-116720: nested TaskGroups. When the inner group cancels its parent because a child
 * failed, and the outer one cancels the same task, the inner takes back one request and the other
 * never comes out of an await: the code after the inner group runs on.
 */
#include "zoo.h"

static rondo_future *long_wait;
static bool inner_asked, outer_asked, went_on;

static int parent(void)
{
    rondo_task *self = rondo_current_task();
    int rc = rondo_await(long_wait, NULL); /* the body of the inner group */

    if (!inner_asked)
        return rc;
    if (rondo_uncancel(self) > 0 && fixed)
        rondo_cancel(self, NULL); /* the other request is still to be delivered */
    RONDO_TRY(hop());             /* after the inner group, whose failure was dealt with */
    went_on = true;
    return 0;
}

/* A child of the inner group: it fails, and the group cancels the parent's body. */
static int fail(void)
{
    inner_asked = rondo_cancel(the("parent"), NULL);
    return 0;
}

static int outer_group(void)
{
    outer_asked = rondo_cancel(the("parent"), NULL);
    return 0;
}

static void run(void)
{
    long_wait = rondo_create_future(NULL);
    CAST({"parent", parent}, {"child", fail}, {"outer", outer_group});
    RONDO_ALWAYS("an_outer_cancel_arrives", !outer_asked || !went_on);
    rondo_unref(long_wait);
}

TWINS(run);

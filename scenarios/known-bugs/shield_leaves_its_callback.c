/*
 * cpython gh-79306 (bpo-35125): shield(). When the outer wait is cancelled, the callback on the
 * inner future stays: it is called for somebody who has gone.
 */
#include "zoo.h"

static rondo_future *inner, *outer;
static bool gone;

static void inner_ended(void *arg)
{
    (void)arg;
    RONDO_ALWAYS("who_is_called_is_there", !gone);
    rondo_set_result(outer, 0);
}

static int shielded(void)
{
    int rc;

    outer = rondo_create_future(NULL);
    rondo_add_done_callback(inner, inner_ended, NULL);
    rc = rondo_await(outer, NULL);
    gone = rc < 0 && !rondo_done(inner);
    if (gone && fixed)
        rondo_remove_done_callback(inner, inner_ended, NULL);
    return rc;
}

static int cancel_user(void)
{
    rondo_cancel(the("user"), NULL);
    return 0;
}

static int answer(void)
{
    hop();
    rondo_set_result(inner, 0);
    return hop();
}

static void run(void)
{
    inner = rondo_create_future(NULL);
    CAST({"user", shielded}, {"canceller", cancel_user}, {"answer", answer});
    rondo_unref(inner);
    rondo_unref(outer);
    outer = NULL;
}

TWINS(run);

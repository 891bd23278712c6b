/*
 * tokio #900, PR 904: Semaphore. A waiter that is dropped while it is queued stays in the queue;
 * the next permit is assigned to it, and to nobody after it.
 */
#include "zoo.h"

static int permits = 1;
static struct line waiters;

static void release(void)
{
    if (fixed || waiters.count == 0) {
        permits += !line_wake(&waiters);
    } else {
        line_wake_head(&waiters); /* alive or dead */
        line_leave(&waiters, waiters.places[0]);
    }
}

static int acquire(void)
{
    rondo_future *place;
    int rc;

    if (permits > 0) {
        permits--;
        return 0;
    }
    place = rondo_ref(line_join(&waiters));
    rc = rondo_await(place, NULL);
    if (rc == 0 || fixed)
        line_leave(&waiters, place);
    if (rc < 0 && !rondo_cancelled(place))
        release(); /* it had one assigned */
    rondo_unref(place);
    return rc;
}

static int use(void)
{
    RONDO_TRY(acquire());
    hop();
    release();
    return 0;
}

static int drop_first(void)
{
    rondo_cancel(the("first"), NULL);
    return 0;
}

static void run(void)
{
    CAST({"holder", use}, {"first", use}, {"second", use}, {"dropper", drop_first});
}

TWINS(run);

/*
 * shuttle PR 167: BatchSemaphore. An acquire that is dropped after it was granted returns its
 * permit, but wakes nobody for it.
 */
#include "zoo.h"

static int permits = 1;
static struct line waiters;

static void release(bool wakes)
{
    if (!wakes || !line_wake(&waiters)) /* else it goes to the one who is woken */
        permits++;
}

static int acquire(void)
{
    rondo_future *place;
    bool granted;
    int rc;

    if (permits > 0) {
        permits--;
        return 0;
    }
    place = line_join(&waiters);
    rc = rondo_await(place, NULL);
    granted = !rondo_cancelled(place);
    line_leave(&waiters, place);
    if (rc < 0 && granted)
        release(fixed);
    return rc;
}

static int use(void)
{
    RONDO_TRY(acquire());
    hop();
    release(true);
    return 0;
}

static int drop_first(void)
{
    hop();
    rondo_cancel(the("first"), NULL);
    return 0;
}

static void run(void)
{
    CAST({"holder", use}, {"first", use}, {"second", use}, {"dropper", drop_first});
}

TWINS(run);

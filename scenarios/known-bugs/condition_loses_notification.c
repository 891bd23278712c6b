/*
 * cpython gh-112202: asyncio.Condition. A waiter that was notified and is then cancelled takes the
 * notification with it; the next waiter, for whom there would be something, sleeps on.
 */
#include "zoo.h"

static rondo_lock lock = RONDO_LOCK("guard");
static struct line waiters;
static bool taken;

static int condition_wait(void)
{
    rondo_future *place = line_join(&waiters);
    bool notified;
    int rc, relocked;

    rondo_lock_release(&lock);
    rc = rondo_await(place, NULL);
    notified = rondo_done(place) && !rondo_cancelled(place);
    line_leave(&waiters, place);
    while ((relocked = rondo_lock_acquire(&lock)) == RONDO_ECANCELED)
        rc = relocked;
    if (fixed && rc < 0 && notified)
        line_wake(&waiters);
    return rc;
}

/* Take the one thing there is, use it, put it back and notify one who waits for it. */
static int use(void)
{
    int rc = 0;

    RONDO_TRY(rondo_lock_acquire(&lock));
    while (rc == 0 && taken)
        rc = condition_wait();
    if (rc == 0) {
        taken = true;
        rondo_lock_release(&lock);
        hop();
        while (rondo_lock_acquire(&lock) < 0) {
        }
        taken = false;
        line_wake(&waiters);
    }
    rondo_lock_release(&lock);
    return rc;
}

static int cancel_first(void)
{
    hop();
    rondo_cancel(the("first"), NULL);
    return 0;
}

static void run(void)
{
    CAST({"owner", use}, {"first", use}, {"second", use}, {"canceller", cancel_first});
}

TWINS(run);

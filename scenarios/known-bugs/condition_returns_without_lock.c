/*
 * cpython bpo-22970, python/asyncio PR 346: asyncio.Condition. A wait that is cancelled while it
 * takes its lock again returns without it; the block that it stands in gives back what it has not.
 */
#include "zoo.h"

static rondo_lock lock = RONDO_LOCK("guard");
static struct line waiters;
static bool ready;
static rondo_task *holder;

static int acquire(void)
{
    RONDO_TRY(rondo_lock_acquire(&lock));
    holder = rondo_current_task();
    return 0;
}

static void release(void)
{
    RONDO_ALWAYS("who_releases_holds_it", holder == rondo_current_task());
    holder = NULL;
    rondo_lock_release(&lock);
}

static int condition_wait(void)
{
    int rc, relocked;

    release();
    rc = line_wait(&waiters);
    while ((relocked = acquire()) == RONDO_ECANCELED) {
        rc = relocked;
        if (!fixed)
            break;
    }
    return rc;
}

static int wait_until_ready(void)
{
    int rc = acquire();

    RONDO_TRY(rc);
    while (rc == 0 && !ready)
        rc = condition_wait();
    release();
    return rc;
}

static int notify(void)
{
    RONDO_TRY(acquire());
    ready = true;
    line_wake(&waiters);
    hop();
    release();
    return 0;
}

static int cancel_waiter(void)
{
    hop();
    rondo_cancel(the("waiter"), NULL);
    return 0;
}

static void run(void)
{
    CAST({"waiter", wait_until_ready}, {"notifier", notify}, {"canceller", cancel_waiter});
}

TWINS(run);

/*
 * cpython gh-77022 (bpo-32841): asyncio.Condition. wait() takes its lock again whatever happens,
 * and a cancel that comes while it stands in line for that is forgotten.
 */
#include "zoo.h"

static rondo_lock lock = RONDO_LOCK("guard");
static struct line waiters;
static bool ready, asked, went_on;

static int condition_wait(void)
{
    int rc, relocked;

    rondo_lock_release(&lock);
    rc = line_wait(&waiters);
    while ((relocked = rondo_lock_acquire(&lock)) == RONDO_ECANCELED) {
        if (fixed)
            rc = relocked;
    }
    return rc;
}

static int wait_until_ready(void)
{
    int rc = rondo_lock_acquire(&lock);

    RONDO_TRY(rc);
    while (rc == 0 && !ready)
        rc = condition_wait();
    rondo_lock_release(&lock);
    went_on = rc == 0;
    return rc;
}

static int notify(void)
{
    RONDO_TRY(rondo_lock_acquire(&lock));
    ready = true;
    line_wake(&waiters);
    hop();
    rondo_lock_release(&lock);
    return 0;
}

static int cancel_waiter(void)
{
    hop();
    asked = rondo_cancel(the("waiter"), NULL);
    return 0;
}

static void run(void)
{
    CAST({"waiter", wait_until_ready}, {"notifier", notify}, {"canceller", cancel_waiter});
    RONDO_ALWAYS("a_cancel_ends_the_task", !asked || !went_on);
}

TWINS(run);

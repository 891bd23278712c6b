/*
 * cpython bpo-27585: asyncio.Lock. A waiter that is cancelled after it was woken leaves without
 * waking the next one: the lock is open, and those in line wait for ever.
 */
#include "zoo.h"

static bool locked;
static struct line waiters;

static int acquire(void)
{
    int rc = locked || line_waits(&waiters) ? line_wait(&waiters) : 0;

    if (rc == 0)
        locked = true;
    else if (fixed && !locked)
        line_wake_head(&waiters);
    return rc;
}

static void release(void)
{
    locked = false;
    line_wake(&waiters);
}

static int use(void)
{
    RONDO_TRY(acquire());
    hop();
    release();
    return 0;
}

static int cancel_first(void)
{
    hop();
    rondo_cancel(the("first"), NULL);
    return 0;
}

static void run(void)
{
    CAST({"holder", use}, {"first", use}, {"second", use}, {"canceller", cancel_first});
}

TWINS(run);

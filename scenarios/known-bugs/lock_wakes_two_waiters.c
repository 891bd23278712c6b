/*
 * cpython gh-76915 (bpo-32734): asyncio.Lock. A waiter that is cancelled while the lock is open
 * wakes the first that still sleeps, though another has been woken and has not run yet: two hold
 * the lock.
 */
#include "zoo.h"

static bool locked;
static struct line waiters;
static int holders;

static void wake(void)
{
    if (fixed)
        line_wake_head(&waiters);
    else
        line_wake(&waiters);
}

static int acquire(void)
{
    int rc = locked || line_waits(&waiters) ? line_wait(&waiters) : 0;

    if (rc == 0)
        locked = true;
    else if (!locked)
        wake();
    return rc;
}

static int use(void)
{
    RONDO_TRY(acquire());
    holders++;
    RONDO_ALWAYS("one_holds_the_lock", holders == 1);
    hop();
    holders--;
    locked = false;
    wake();
    return 0;
}

static int cancel_second(void)
{
    hop();
    rondo_cancel(the("second"), NULL);
    return 0;
}

static void run(void)
{
    CAST({"holder", use}, {"first", use}, {"second", use}, {"third", use},
         {"canceller", cancel_second});
}

TWINS(run);

/*
 * anyio PR 1145: Lock and Semaphore. release() looks at the head of the line only; if that one was
 * cancelled and has not left yet, the permit goes to nobody, and the live waiter behind it sleeps
 * on.
 */
#include "zoo.h"

static int permits = 1;
static struct line waiters;

static void wake(void)
{
    if (fixed)
        line_wake(&waiters);
    else
        line_wake_head(&waiters);
}

static int acquire(void)
{
    while (permits == 0) {
        rondo_future *place = line_join(&waiters);
        int rc = rondo_await(place, NULL);
        bool woken = !rondo_cancelled(place);

        line_leave(&waiters, place);
        if (rc < 0 && woken)
            wake(); /* whom it was woken for is the next */
        RONDO_TRY(rc);
    }
    permits--;
    return 0;
}

static int use(void)
{
    RONDO_TRY(acquire());
    hop();
    permits++;
    wake();
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

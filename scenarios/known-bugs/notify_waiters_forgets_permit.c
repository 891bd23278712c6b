/*
 * tokio PR 3660: Notify. notify_one() without a waiter leaves a permit for the next;
 * notify_waiters() without a waiter writes "empty" over it, and who comes then waits for ever.
 */
#include "zoo.h"

static bool permit;
static struct line waiters;

static int notified(void)
{
    if (!permit)
        return line_wait(&waiters);
    permit = false;
    return 0;
}

static int notify_one(void)
{
    if (!line_wake(&waiters))
        permit = true;
    return 0;
}

static int notify_waiters(void)
{
    line_wake_all(&waiters);
    if (!fixed)
        permit = false;
    return 0;
}

static void run(void)
{
    CAST({"waiter", notified}, {"one", notify_one}, {"all", notify_waiters});
}

TWINS(run);

/*
 * rustfs PR 4498: takers, who wait for something, and putters, who wait for room, share one Notify.
 * notify_one() wakes a waiter of the wrong kind, who looks, and sleeps again; the one whom it was
 * for is never woken.
 */
#include "zoo.h"

static bool full;
static struct line waiters;

static void notify(void)
{
    if (fixed)
        line_wake_all(&waiters);
    else
        line_wake(&waiters);
}

static int put(void)
{
    while (full)
        RONDO_TRY(line_wait(&waiters));
    full = true;
    notify();
    return 0;
}

static int take(void)
{
    while (!full)
        RONDO_TRY(line_wait(&waiters));
    full = false;
    notify();
    return 0;
}

static void run(void)
{
    CAST({"taker 1", take}, {"taker 2", take}, {"putter 1", put}, {"putter 2", put});
}

TWINS(run);

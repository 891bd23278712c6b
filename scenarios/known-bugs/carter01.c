/*
 * carter01 (SCTBench, CS): two kinds of users count themselves under one lock, and the first of a
 * kind takes a second lock while it has the first: it waits for the other kind, whose last user
 * needs the first lock to leave.
 */
#include "threads.h"

static rondo_lock counts = RONDO_LOCK("counts"), others = RONDO_LOCK("counts of the others");
static rondo_lock room = RONDO_LOCK("room");
static int users[2];

static int visit(int kind)
{
    rondo_lock *lock = fixed && kind == 1 ? &others : &counts;
    int before, after;

    LOCK(lock);
    RONDO_UPDATE(users[kind], before = users[kind]++);
    if (before == 0)
        LOCK(&room);
    UNLOCK(lock);
    LOCK(lock);
    RONDO_UPDATE(users[kind], after = --users[kind]);
    if (after == 0)
        UNLOCK(&room);
    UNLOCK(lock);
    return 0;
}

static int idle(int number)
{
    (void)number;
    RONDO_POINT();
    return 0;
}

static void run(int size)
{
    (void)size;
    start("visitor", visit, 2);
    start("idler", idle, 2);
    join();
}

TWINS(run)

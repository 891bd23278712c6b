/*
 * sync02 (SCTBench, CS): two kinds of waiters on one condition, and a signal for one: it may go to
 * a thread that it is not for.
 */
#include "threads.h"

static rondo_condition changed = RONDO_CONDITION("changed");
static int items;

static int tell(void)
{
    return fixed ? rondo_condition_notify_all(&changed) : rondo_condition_notify(&changed, 1);
}

static int put(int number)
{
    rondo_lock *lock = rondo_condition_lock(&changed);

    (void)number;
    LOCK(lock);
    while (RONDO_READ(items) > 0)
        RONDO_TRY(rondo_condition_wait(&changed));
    RONDO_WRITE(items, 1);
    tell();
    UNLOCK(lock);
    return 0;
}

static int get(int number)
{
    rondo_lock *lock = rondo_condition_lock(&changed);

    (void)number;
    LOCK(lock);
    while (RONDO_READ(items) == 0)
        RONDO_TRY(rondo_condition_wait(&changed));
    RONDO_WRITE(items, 0);
    tell();
    UNLOCK(lock);
    return 0;
}

static void run(int size)
{
    (void)size;
    start("putter", put, 2);
    start("getter", get, 2);
    join();
}

TWINS(run)

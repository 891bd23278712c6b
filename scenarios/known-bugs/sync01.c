/*
 * sync01 (SCTBench, CS): a thread waits for a signal without looking whether what it waits for is
 * there already; the signal may have been given before.
 */
#include "threads.h"

static rondo_condition filled = RONDO_CONDITION("filled");
static int items;

static int put(int number)
{
    rondo_lock *lock = rondo_condition_lock(&filled);

    (void)number;
    LOCK(lock);
    RONDO_WRITE(items, RONDO_READ(items) + 1);
    rondo_condition_notify(&filled, 1);
    UNLOCK(lock);
    return 0;
}

static int get(int number)
{
    rondo_lock *lock = rondo_condition_lock(&filled);

    (void)number;
    LOCK(lock);
    if (!fixed || RONDO_READ(items) == 0)
        RONDO_TRY(rondo_condition_wait(&filled));
    RONDO_WRITE(items, RONDO_READ(items) - 1);
    UNLOCK(lock);
    return 0;
}

static void run(int size)
{
    (void)size;
    start("putter", put, 1);
    start("getter", get, 1);
    join();
}

TWINS(run)

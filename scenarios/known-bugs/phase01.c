/*
 * phase01 (SCTBench, CS): both threads go through two phases, each guarded by a lock; who is first
 * in the second phase ends without leaving it.
 */
#include "threads.h"

static rondo_lock first = RONDO_LOCK("first phase"), second = RONDO_LOCK("second phase");
static bool entered;

static int go(int number)
{
    bool leaves;

    (void)number;
    LOCK(&first);
    UNLOCK(&first);
    LOCK(&second);
    leaves = RONDO_READ(entered) || fixed;
    RONDO_WRITE(entered, true);
    if (leaves)
        UNLOCK(&second);
    return 0;
}

static void run(int size)
{
    (void)size;
    start("thread", go, 2);
    join();
}

TWINS(run)

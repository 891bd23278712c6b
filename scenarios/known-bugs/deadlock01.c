/*
 * deadlock01 (SCTBench, CS): two threads take two locks, each in its own order.
 */
#include "threads.h"

static rondo_lock a = RONDO_LOCK("a"), b = RONDO_LOCK("b");
static int counter;

static int forward(int number)
{
    (void)number;
    LOCK(&a);
    LOCK(&b);
    RONDO_WRITE(counter, RONDO_READ(counter) + 1);
    UNLOCK(&b);
    UNLOCK(&a);
    return 0;
}

static int backward(int number)
{
    if (fixed)
        return forward(number);
    LOCK(&b);
    LOCK(&a);
    RONDO_WRITE(counter, RONDO_READ(counter) - 1);
    UNLOCK(&a);
    UNLOCK(&b);
    return 0;
}

static void run(int size)
{
    (void)size;
    start("forward", forward, 1);
    start("backward", backward, 1);
    join();
}

TWINS(run)

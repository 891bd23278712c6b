/*
 * token_ring (SCTBench, CS): each thread copies its neighbour's number, the first adds one; a check
 * counts on their order.
 */
#include "threads.h"

static rondo_lock lock = RONDO_LOCK("ring");
static int x1, x2, x3;

static int first(int number)
{
    (void)number;
    LOCK(&lock);
    RONDO_WRITE(x1, (RONDO_READ(x3) + 1) % 4);
    UNLOCK(&lock);
    return 0;
}

static int second(int number)
{
    (void)number;
    LOCK(&lock);
    RONDO_WRITE(x2, RONDO_READ(x1));
    UNLOCK(&lock);
    return 0;
}

static int third(int number)
{
    (void)number;
    LOCK(&lock);
    RONDO_WRITE(x3, RONDO_READ(x2));
    UNLOCK(&lock);
    return 0;
}

static int check(int number)
{
    (void)number;
    LOCK(&lock);
    RONDO_ALWAYS("the_ring_agrees",
                 RONDO_READ(x1) == RONDO_READ(x2) && RONDO_READ(x2) == RONDO_READ(x3));
    UNLOCK(&lock);
    return 0;
}

static void run(int size)
{
    (void)size;
    start("first", first, 1);
    if (fixed)
        join();
    start("second", second, 1);
    if (fixed)
        join();
    start("third", third, 1);
    if (fixed)
        join();
    start("check", check, 1);
    join();
}

TWINS(run)

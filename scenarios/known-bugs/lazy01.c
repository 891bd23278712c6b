/*
 * lazy01 (SCTBench, CS): a check that counts on running before the two threads that add up to its
 * limit.
 */
#include "threads.h"

static rondo_lock lock = RONDO_LOCK("data");
static int data;

static int add(int number)
{
    LOCK(&lock);
    RONDO_WRITE(data, RONDO_READ(data) + number + 1);
    UNLOCK(&lock);
    return 0;
}

static int check(int number)
{
    int limit = fixed ? 4 : 3;

    (void)number;
    LOCK(&lock);
    RONDO_ALWAYS("data_is_below_the_limit", RONDO_READ(data) < limit);
    UNLOCK(&lock);
    return 0;
}

static void run(int size)
{
    (void)size;
    start("adder", add, 2);
    start("check", check, 1);
    join();
}

TWINS(run)

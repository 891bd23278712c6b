/*
 * reorder (SCTBench, CS): two variables that belong together are set one after the other; a check
 * comes in between. With N threads all setters but one must be late.
 */
#include "threads.h"

static rondo_lock lock = RONDO_LOCK("pair");
static int a, b;

static int set(int number)
{
    (void)number;
    if (fixed)
        LOCK(&lock);
    RONDO_WRITE(a, 1);
    RONDO_WRITE(b, -1);
    if (fixed)
        UNLOCK(&lock);
    return 0;
}

static int check(int number)
{
    (void)number;
    if (fixed)
        LOCK(&lock);
    RONDO_ALWAYS("both_or_none_are_set", (RONDO_READ(a) == 0 && RONDO_READ(b) == 0) ||
                                             (RONDO_READ(a) == 1 && RONDO_READ(b) == -1));
    if (fixed)
        UNLOCK(&lock);
    return 0;
}

/* Of 20 and of 50 threads ten check, of the others one. */
static void run(int size)
{
    int checks = size == 20 || size == 50 ? 10 : 1;

    start("setter", set, size - checks);
    start("check", check, checks);
    join();
}

TWINS_OF(run, 3)
TWINS_OF(run, 4)
TWINS_OF(run, 5)
TWINS_OF(run, 10)
TWINS_OF(run, 20)
TWINS_OF(run, 50)
TWINS_OF(run, 100)

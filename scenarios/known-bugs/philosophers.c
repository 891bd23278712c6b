/*
 * din_phil (SCTBench, CS): each philosopher takes the fork at his left and then the one at his
 * right.
 */
#include "threads.h"

static rondo_lock forks[7] = {RONDO_LOCK("fork 1"), RONDO_LOCK("fork 2"), RONDO_LOCK("fork 3"),
                              RONDO_LOCK("fork 4"), RONDO_LOCK("fork 5"), RONDO_LOCK("fork 6"),
                              RONDO_LOCK("fork 7")};
static int at_table;

static int dine(int number)
{
    rondo_lock *left = &forks[number], *right = &forks[(number + 1) % at_table];

    if (fixed && number == 0) { /* one of them is left-handed */
        LOCK(right);
        LOCK(left);
    } else {
        LOCK(left);
        LOCK(right);
    }
    RONDO_POINT();
    UNLOCK(right);
    UNLOCK(left);
    return 0;
}

static void run(int philosophers)
{
    at_table = philosophers;
    start("philosopher", dine, philosophers);
    join();
}

TWINS_OF(run, 2)
TWINS_OF(run, 3)
TWINS_OF(run, 4)
TWINS_OF(run, 5)
TWINS_OF(run, 6)
TWINS_OF(run, 7)

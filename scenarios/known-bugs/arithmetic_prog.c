/*
 * arithmetic_prog (SCTBench, CS): numbers handed over one by one and added up; the sum that is
 * claimed leaves out the last, so every schedule shows it.
 */
#include "threads.h"

enum { ITEMS = 3 };

static rondo_condition changed = RONDO_CONDITION("changed");
static int items, total;

static int hand_over(int number)
{
    rondo_lock *lock = rondo_condition_lock(&changed);

    (void)number;
    for (int i = 1; i <= ITEMS; i++) {
        LOCK(lock);
        while (RONDO_READ(items) > 0)
            RONDO_TRY(rondo_condition_wait(&changed));
        RONDO_WRITE(items, 1);
        rondo_condition_notify(&changed, 1);
        UNLOCK(lock);
    }
    return 0;
}

static int add_up(int number)
{
    rondo_lock *lock = rondo_condition_lock(&changed);
    int last = fixed ? ITEMS : ITEMS - 1;

    (void)number;
    for (int i = 1; i <= ITEMS; i++) {
        LOCK(lock);
        while (RONDO_READ(items) == 0)
            RONDO_TRY(rondo_condition_wait(&changed));
        RONDO_WRITE(items, 0);
        RONDO_WRITE(total, RONDO_READ(total) + i);
        rondo_condition_notify(&changed, 1);
        UNLOCK(lock);
    }
    RONDO_ALWAYS("the_sum_is_right", RONDO_READ(total) == last * (last + 1) / 2);
    return 0;
}

static void run(int size)
{
    (void)size;
    start("first", hand_over, 1);
    start("second", add_up, 1);
    join();
}

TWINS(run)

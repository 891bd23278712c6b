/*
 * twostage (SCTBench, CS): a value is set under one lock and what follows from it under another;
 * a reader that goes the same way may come in between.
 */
#include "threads.h"

static rondo_lock first_lock = RONDO_LOCK("first"), second_lock = RONDO_LOCK("second");
static int first_value, second_value;

static int set_both(int number)
{
    (void)number;
    LOCK(&first_lock);
    RONDO_WRITE(first_value, 1);
    if (!fixed) {
        UNLOCK(&first_lock);
        LOCK(&second_lock);
    }
    RONDO_WRITE(second_value, RONDO_READ(first_value) + 1);
    UNLOCK(fixed ? &first_lock : &second_lock);
    return 0;
}

static int read_both(int number)
{
    int first, second;

    (void)number;
    LOCK(&first_lock);
    first = RONDO_READ(first_value);
    if (first == 0) {
        UNLOCK(&first_lock);
        return 0;
    }
    if (!fixed) {
        UNLOCK(&first_lock);
        LOCK(&second_lock);
    }
    second = RONDO_READ(second_value);
    UNLOCK(fixed ? &first_lock : &second_lock);
    RONDO_ALWAYS("the_second_follows_the_first", second == first + 1);
    return 0;
}

/* Of 20 and of 50 threads ten read, of the others one, who comes last. */
static void run(int size)
{
    int readers = size == 20 || size == 50 ? 10 : 1;

    start("setter", set_both, size - readers);
    start("reader", read_both, readers);
    join();
}

TWINS_OF(run, 2)
TWINS_OF(run, 20)
TWINS_OF(run, 50)
TWINS_OF(run, 100)

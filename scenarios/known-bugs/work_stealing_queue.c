/*
 * WSQ (SCTBench, CHESS): a work-stealing queue. The owner pops at the tail without the lock; it
 * looks at the head before it has moved the tail, as a machine without a fence may do, and thief
 * and owner both get the last item.
 */
#include "threads.h"

enum { ROUNDS = 4, SIZE = 16 };

static rondo_lock lock = RONDO_LOCK("thieves");
static int head, tail, items[SIZE], taken[2 * ROUNDS];

static void take(int item)
{
    taken[item]++;
    RONDO_ALWAYS("an_item_is_taken_once", taken[item] == 1);
}

static void push(int item)
{
    int at = RONDO_READ(tail);

    RONDO_WRITE(items[at % SIZE], item);
    RONDO_WRITE(tail, at + 1);
}

static int pop(void)
{
    int last = RONDO_READ(tail) - 1, first = fixed ? 0 : RONDO_READ(head);

    RONDO_WRITE(tail, last);
    if (fixed)
        first = RONDO_READ(head);
    if (first <= last) {
        take(RONDO_READ(items[last % SIZE]));
        return 0;
    }
    LOCK(&lock);
    if (RONDO_READ(head) <= last)
        take(RONDO_READ(items[last % SIZE]));
    else
        RONDO_WRITE(tail, last + 1);
    UNLOCK(&lock);
    return 0;
}

static int steal(void)
{
    int first;

    LOCK(&lock);
    first = RONDO_READ(head);
    RONDO_WRITE(head, first + 1);
    if (first < RONDO_READ(tail))
        take(RONDO_READ(items[first % SIZE]));
    else
        RONDO_WRITE(head, first);
    UNLOCK(&lock);
    return 0;
}

static int own(int number)
{
    (void)number;
    for (int i = 0; i < ROUNDS; i++) {
        push(2 * i);
        push(2 * i + 1);
        RONDO_TRY(pop());
        RONDO_TRY(pop());
    }
    return 0;
}

static int thieve(int number)
{
    (void)number;
    for (int i = 0; i < ROUNDS; i++)
        RONDO_TRY(steal());
    return 0;
}

static void run(int size)
{
    (void)size;
    start("owner", own, 1);
    start("thief", thieve, 1);
    join();
}

TWINS(run)

/*
 * queue (SCTBench, CS): the one who enqueues keeps a list of what it put in; the other goes through
 * that list turn by turn, whether or not it got something in a turn.
 */
#include "threads.h"

enum { ITEMS = 20, SIZE = 20 };

static rondo_lock lock = RONDO_LOCK("queue");
static int queue[SIZE], head, tail, stored[SIZE];
static bool may_put = true, may_get;

static int put_all(int number)
{
    (void)number;
    for (int i = 0; i < ITEMS; i++) {
        LOCK(&lock);
        if (RONDO_READ(may_put)) {
            int at = RONDO_READ(tail);

            RONDO_WRITE(queue[at], i * i);
            RONDO_WRITE(stored[fixed ? at : i], i * i);
            RONDO_WRITE(tail, at + 1);
            RONDO_WRITE(may_put, false);
            RONDO_WRITE(may_get, true);
        }
        UNLOCK(&lock);
    }
    return 0;
}

static int get_all(int number)
{
    (void)number;
    for (int i = 0; i < ITEMS; i++) {
        LOCK(&lock);
        if (RONDO_READ(may_get)) {
            int at = RONDO_READ(head), item = RONDO_READ(queue[at]);

            RONDO_ALWAYS("the_item_is_the_stored_one", item == RONDO_READ(stored[fixed ? at : i]));
            RONDO_WRITE(head, at + 1);
            RONDO_WRITE(may_get, false);
            RONDO_WRITE(may_put, true);
        }
        UNLOCK(&lock);
    }
    return 0;
}

static void run(int size)
{
    (void)size;
    start("putter", put_all, 1);
    start("getter", get_all, 1);
    join();
}

TWINS(run)

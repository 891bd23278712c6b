/*
 * circular_buffer (SCTBench, CS): a reader that finds nothing to receive counts on all the same,
 * and takes the next item for another one.
 */
#include "threads.h"

enum { ITEMS = 7, SIZE = 10 };

static rondo_lock lock = RONDO_LOCK("buffer");
static int buffer[SIZE], first, next;
static bool may_send = true, may_receive;

static int send_all(int number)
{
    (void)number;
    for (int i = 0; i < ITEMS; i++) {
        LOCK(&lock);
        if (RONDO_READ(may_send)) {
            int at = RONDO_READ(next);

            RONDO_WRITE(buffer[at], i);
            RONDO_WRITE(next, (at + 1) % SIZE);
            RONDO_WRITE(may_send, false);
            RONDO_WRITE(may_receive, true);
        }
        UNLOCK(&lock);
    }
    return 0;
}

static int receive_all(int number)
{
    int last = -1;

    (void)number;
    for (int i = 0; i < ITEMS; i++) {
        LOCK(&lock);
        if (RONDO_READ(may_receive)) {
            int at = RONDO_READ(first), item = RONDO_READ(buffer[at]);

            RONDO_WRITE(first, (at + 1) % SIZE);
            RONDO_ALWAYS("items_come_in_order", fixed ? item > last : item == i);
            last = item;
            RONDO_WRITE(may_receive, false);
            RONDO_WRITE(may_send, true);
        }
        UNLOCK(&lock);
    }
    return 0;
}

static void run(int size)
{
    (void)size;
    start("sender", send_all, 1);
    start("receiver", receive_all, 1);
    join();
}

TWINS(run)

/*
 * tokio #2123, PR 2134: broadcast. A sender sees, under the tail lock, that the slot is taken, and
 * stands in line after it has given the lock back; the receiver frees the slot in between, and
 * notifies nobody.
 */
#include "zoo.h"

static rondo_lock tail = RONDO_LOCK("tail");
static bool full = true;
static struct line senders;

static int send(void)
{
    rondo_future *place = NULL;
    bool must_wait;
    int rc = 0;

    RONDO_TRY(rondo_lock_acquire(&tail));
    must_wait = full;
    if (must_wait && fixed)
        place = line_join(&senders);
    if (!must_wait)
        full = true;
    rondo_lock_release(&tail);
    if (!must_wait)
        return 0;
    RONDO_TRY(hop()); /* its waker is made */
    if (place == NULL)
        place = line_join(&senders);
    rc = rondo_await(place, NULL);
    line_leave(&senders, place);
    return rc;
}

static int receive(void)
{
    RONDO_TRY(rondo_lock_acquire(&tail));
    full = false;
    line_wake(&senders);
    rondo_lock_release(&tail);
    return 0;
}

static void run(void)
{
    CAST({"sender", send}, {"receiver", receive});
}

TWINS(run);

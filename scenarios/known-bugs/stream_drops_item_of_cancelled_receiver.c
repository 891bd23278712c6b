/*
 * anyio #146: memory object stream. send_nowait() puts the item into the hands of a receiver that
 * waits; receive(), cancelled before it could return it, drops it.
 */
#include "zoo.h"

/* A receiver that waits, and its hand. */
struct receiver {
    rondo_future *event;
    bool has_item;
};

static struct receiver *waiting;
static int buffered, received, sent;

static void send_nowait(void)
{
    sent++;
    if (waiting != NULL && rondo_set_result(waiting->event, 0) == 0)
        waiting->has_item = true;
    else
        buffered++;
}

static int receive(void)
{
    struct receiver self = {rondo_create_future(NULL), false};
    int rc = 0;

    if (buffered > 0) {
        buffered--;
    } else {
        waiting = &self;
        rc = rondo_await(self.event, NULL);
        waiting = NULL;
    }
    rondo_unref(self.event);
    if (rc < 0 && self.has_item && fixed)
        buffered++;
    received += rc == 0;
    return rc;
}

static int send_two(void)
{
    send_nowait();
    hop();
    send_nowait();
    return 0;
}

static int cancel_receiver(void)
{
    rondo_cancel(the("receiver"), NULL);
    return 0;
}

static void run(void)
{
    CAST({"receiver", receive}, {"sender", send_two}, {"canceller", cancel_receiver});
    RONDO_ALWAYS("an_item_is_received_or_kept", received + buffered == sent);
}

TWINS(run);

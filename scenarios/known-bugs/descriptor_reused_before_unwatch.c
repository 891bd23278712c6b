/*
 * cpython bpo-30064: loop.sock_connect(). The callback that stops watching a descriptor is queued
 * when the connect is cancelled; the socket is closed, its number comes to another, and then the
 * callback stops the watch of that one: it never learns that it is connected.
 */
#include "zoo.h"

struct client {
    int fd;
    rondo_future *connected;
};

static struct client first, second;
static bool taken[2];
static rondo_future *watches[2]; /* by descriptor */

static void unwatch(void *arg)
{
    const struct client *self = arg;

    if (!fixed || watches[self->fd] == self->connected)
        watches[self->fd] = NULL;
}

/* The peer has answered: whoever watches the descriptor is told. */
static void answer(void *arg)
{
    rondo_set_result(watches[((const struct client *)arg)->fd], 0);
}

static int connect_client(struct client *self, bool answers)
{
    int rc;

    self->fd = taken[0] ? 1 : 0; /* the lowest that is free */
    taken[self->fd] = true;
    self->connected = rondo_create_future(NULL);
    watches[self->fd] = self->connected;
    rondo_add_done_callback(self->connected, unwatch, self);
    if (answers)
        rondo_call_soon(rondo_get_running_loop(), answer, self);
    rc = rondo_await(self->connected, NULL);
    taken[self->fd] = false;
    return rc;
}

static int connect_first(void)
{
    return connect_client(&first, false);
}

static int connect_second(void)
{
    return connect_client(&second, true);
}

static int cancel_first(void)
{
    rondo_cancel(the("first"), NULL);
    return 0;
}

static void run(void)
{
    CAST({"first", connect_first}, {"second", connect_second}, {"canceller", cancel_first});
    rondo_unref(first.connected); /* not before: another could get its address */
    rondo_unref(second.connected);
}

TWINS(run);

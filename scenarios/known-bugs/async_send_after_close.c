/*
 * libuv PR 2231 (1.29): uv_async_send(). The sender marks the handle and then writes; the loop's
 * thread sees the mark, calls back, and the callback closes the handle before the write.
 */
#include "zoo.h"

static int pending, busy;
static bool closed;

static int send(void)
{
    int was;

    RONDO_UPDATE(busy, busy++);
    RONDO_UPDATE(pending, (was = pending, pending = 1));
    if (was == 0)
        RONDO_ALWAYS("the_handle_is_open", !RONDO_READ(closed)); /* the write to its loop */
    RONDO_UPDATE(busy, busy--);
    return 0;
}

/* The mended one stays away while a sender is at it; libuv's spins. */
static int loop_thread(void)
{
    if (RONDO_READ(pending) == 0)
        return 0;
    if (fixed && RONDO_READ(busy) > 0)
        return 0;
    RONDO_WRITE(closed, true);
    return 0;
}

static void run(void)
{
    CAST({"sender", send}, {"loop", loop_thread});
}

TWINS(run);

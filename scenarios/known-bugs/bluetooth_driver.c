/*
 * bluetooth_driver (SCTBench, CS): a request looks whether the driver stops and then counts itself
 * in; the driver may stop in between.
 */
#include "threads.h"

static rondo_lock lock = RONDO_LOCK("driver");
static bool stopping, stopped, idle;
static int pending = 1;

static int enter(void)
{
    if (fixed)
        LOCK(&lock);
    if (RONDO_READ(stopping)) {
        if (fixed)
            UNLOCK(&lock);
        return RONDO_ESHUTDOWN;
    }
    RONDO_UPDATE(pending, pending++);
    if (fixed)
        UNLOCK(&lock);
    return 0;
}

static void leave(void)
{
    int left;

    RONDO_UPDATE(pending, left = --pending);
    if (left == 0)
        RONDO_WRITE(idle, true);
}

static int request(int number)
{
    (void)number;
    if (enter() < 0)
        return 0;
    RONDO_ALWAYS("no_request_after_the_stop", !RONDO_READ(stopped));
    leave();
    return 0;
}

static int stop(int number)
{
    (void)number;
    if (fixed)
        LOCK(&lock);
    RONDO_WRITE(stopping, true);
    if (fixed)
        UNLOCK(&lock);
    leave();
    if (RONDO_READ(idle))
        RONDO_WRITE(stopped, true);
    return 0;
}

static void run(int size)
{
    (void)size;
    start("request", request, 1);
    start("stop", stop, 1);
    join();
}

TWINS(run)

/*
 * 000-7.3-event: a task waits for an event; main sets it after a second, and the task goes on.
 */
#include <stdio.h>

#include "rondo.h"

static int waiter(void *arg, rondo_value *out)
{
    rondo_event *event = arg;

    (void)out;
    puts("waiting for the event");
    RONDO_TRY(rondo_event_wait(event));
    puts("event is set");
    return 0;
}

static int async_main(void *arg, rondo_value *out)
{
    static rondo_event event = RONDO_EVENT("event");
    rondo_task *waiter_task = rondo_spawn(waiter, &event, .name = "waiter");
    int rc;

    (void)arg;
    (void)out;
    rc = rondo_sleep(RONDO_S(1));
    if (rc == 0) {
        puts("setting the event");
        rondo_event_set(&event);
        rc = rondo_await(waiter_task, NULL);
    }
    rondo_unref(waiter_task);
    return rc;
}

RONDO_PROGRAM(event_set_later, async_main);

/*
 * 000-10.3-loop: a loop of the program's own, fed by events from outside. Nothing is subclassed:
 * the program asks its source for events, hands them to a queue, and turns the loop, on which
 * ordinary coroutines wait for them.
 */
#include <stdio.h>

#include "rondo.h"

static rondo_queue inbox = RONDO_QUEUE("inbox", 0);

/* The external source: events 1 to 3, then none. */
static int external_event_check(void)
{
    static int last;

    return last < 3 ? ++last : 0;
}

static int process_events(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    printf("events [");
    for (int i = 0; i < 3; i++) {
        rondo_value event;

        RONDO_TRY(rondo_queue_get(&inbox, &event));
        printf("%s%d", i == 0 ? "" : ", ", (int)event.as.i);
    }
    puts("]");
    return 0;
}

/* Run until `task` is done. */
static int run_loop(rondo_loop *loop, rondo_task *task)
{
    int rc = rondo_loop_enter(loop);
    int event;

    while (rc == 0 && !rondo_done(task)) {
        if ((event = external_event_check()) != 0)
            rc = rondo_queue_put_nowait(&inbox, event);
        if (rc == 0)
            rc = rondo_loop_turn(loop);
    }
    rondo_loop_leave(loop);
    return rc;
}

static int external_events_main(int argc, char **argv)
{
    rondo_loop *loop = rondo_loop_new();
    rondo_task *task;
    int rc;

    (void)argc;
    (void)argv;
    if (loop == NULL)
        return 1;
    task = rondo_loop_create_task(loop, process_events, NULL);
    rc = task != NULL ? run_loop(loop, task) : RONDO_ENOMEM;
    rondo_unref(task);
    rondo_loop_close(loop);
    rondo_queue_clear(&inbox);
    return rc < 0;
}

RONDO_PROGRAM(external_events_turn_the_loop, external_events_main);

/*
 * anyio PR 1075: Condition, made of an event for each waiter. notify() takes the event off the list
 * and sets it; a waiter that is cancelled then does not find itself on the list, and the
 * notification has gone to nobody.
 */
#include "zoo.h"

static int tickets = 1;
static struct line waiters;

static void notify(void)
{
    line_wake(&waiters);
}

static int condition_wait(void)
{
    rondo_future *event = line_join(&waiters);
    int rc = rondo_await(event, NULL);
    bool was_set = !rondo_cancelled(event);

    line_leave(&waiters, event);
    if (rc < 0 && was_set && fixed)
        notify();
    return rc;
}

static int ride(void)
{
    while (tickets == 0)
        RONDO_TRY(condition_wait());
    tickets--;
    hop();
    tickets++;
    notify();
    return 0;
}

static int cancel_two(void)
{
    hop();
    rondo_cancel(the("bob"), NULL);
    rondo_cancel(the("cid"), NULL);
    return 0;
}

static void run(void)
{
    CAST({"ann", ride}, {"bob", ride}, {"cid", ride}, {"dan", ride}, {"canceller", cancel_two});
}

TWINS(run);

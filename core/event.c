/*
 * event.c - see event.h.
 */
#include "event.h"

#include "order.h"
#include "park.h"

int rondo_event_wait_at(rondo_event *event, const char *here)
{
    if (task_current() == NULL)
        return RONDO_EMISUSE;
    if (event->set) {
        order_note(OBSERVED_PASSED, &event->object, "event", 0);
        return 0;
    }
    return park_wait(&event->waiters, &event->object, "event", here).rc;
}

void rondo_event_set(rondo_event *event)
{
    if (event->set) {
        order_look(&event->object, "event");
        return;
    }
    event->set = true;
    order_note(OBSERVED_SIGNALLED, &event->object, "event", 0);
    park_wake_all(&event->waiters);
}

void rondo_event_clear(rondo_event *event)
{
    event->set = false;
    order_change(&event->object, "event");
}

bool rondo_event_is_set(const rondo_event *event)
{
    order_look(&event->object, "event");
    return event->set;
}

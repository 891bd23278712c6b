/*
 * event.h - a flag that tasks can wait for (asyncio.Event).
 */
#ifndef RONDO_EVENT_H
#define RONDO_EVENT_H

#include "object.h"
#include "task.h"

/* All zero is a clear event without a name. Members are private. */
typedef struct rondo_event {
    rondo_object object;
    rondo_park waiters;
    bool set;
} rondo_event;

/* A clear event with a name. */
#define RONDO_EVENT(label)           \
    {                                \
        .object = {.name = (label) } \
    }

/* Wait until the event is set. Requires: called in a task, else RONDO_EMISUSE. Returns: 0, or
 * RONDO_ECANCELED. Suspends: may; not if it is set (EVT-01). */
#define rondo_event_wait(event) rondo_event_wait_at((event), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_event_wait_at(rondo_event *event, const char *here);

/* Set the flag and wake all that wait, in the order they came, even if it is cleared again before
 * they run (EVT-02, EVT-03). Suspends: never. */
RONDO_API void rondo_event_set(rondo_event *event);

/* Clear the flag. Suspends: never. */
RONDO_API void rondo_event_clear(rondo_event *event);

/* Whether the flag is set. Suspends: never. */
RONDO_API bool rondo_event_is_set(const rondo_event *event);

#endif

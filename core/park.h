/*
 * park.h - the one fair wait queue under every primitive. Not public.
 *
 * First come, first woken. A task that has been woken stays in the line until it runs, so that
 * whoever comes meanwhile queues behind it; a task that is cancelled leaves the line at once.
 */
#ifndef RONDO_PARK_H
#define RONDO_PARK_H

#include "object.h"
#include "task_core.h"

/* How a wait in a park ended. */
struct parked {
    int rc;     /* 0 or RONDO_ECANCELED */
    bool woken; /* it had been woken: what that stood for must be used or passed on */
};

/* Join the end of the line of `object`, a `kind`, and suspend until woken or cancelled.
 * Returns: rc RONDO_EMISUSE, and then it did not wait, where park_refuses(). */
struct parked park_wait(rondo_park *park, rondo_object *object, const char *kind, const char *here);

/* Whether nobody may wait here now: outside a task, or behind a task of another loop (LCK-09). */
bool park_refuses(const rondo_park *park);

/* Wake the first in line that has not been woken yet. Returns: false if there is none. */
bool park_wake(rondo_park *park);

/* Wake everybody in line who has not been woken yet, in order. */
void park_wake_all(rondo_park *park);

/* Whether nobody stands in line, woken or not. */
bool park_empty(const rondo_park *park);

#endif

/*
 * park.h - the one fair wait queue under every primitive. Not public.
 *
 * First come, first woken. A task that has been woken leaves the line but counts until it runs, so
 * that whoever comes meanwhile queues behind it, and to wake the next takes no search; a task that
 * is cancelled leaves at once.
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

/* Whether somebody is in line, not woken yet. An all-zero park is an empty one. */
static inline bool park_has_line(const rondo_park *park)
{
    return park->next != NULL && park->next != park;
}

/* Whether nobody waits here, woken or not. */
static inline bool park_empty(const rondo_park *park)
{
    return park->woken == 0 && !park_has_line(park);
}

/* Whether nobody may wait here now: outside a task, or behind a task of another loop (LCK-09). */
static inline bool park_refuses(const rondo_park *park)
{
    const struct task *task = task_current();

    return task == NULL || (!park_empty(park) && park->loop != task->future.loop);
}

/* Wake the first in line. Requires: there is one. */
void park_wake_first(rondo_park *park);

/* Wake the first in line. Returns: false if there is none that has not been woken yet. */
static inline bool park_wake(rondo_park *park)
{
    bool anybody = park_has_line(park);

    if (anybody)
        park_wake_first(park);
    return anybody;
}

/* Wake everybody in line, in order. */
void park_wake_all(rondo_park *park);

/* How many wait here, woken or not. */
size_t park_length(const rondo_park *park);

#endif

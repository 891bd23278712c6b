/*
 * child.h - a future whose end a wait for several is owed. Not public.
 *
 * gather, wait and as_completed watch each of their futures through one of these; what they make of
 * its end is theirs. While a task owes them its end, observers are told that it holds what they
 * are, which is how a report knows whom they wait for.
 */
#ifndef RONDO_CHILD_H
#define RONDO_CHILD_H

#include "task_core.h"

struct child {
    struct waiter waiter; /* in the future's line */
    rondo_future *future;
    void *of;                           /* who watches */
    const struct observed_object *owed; /* what the future still owes its end to, or NULL */
};

/* Watch `future` for `of`, which observers know as `owed`: `ended` is called in its turn when it is
 * done, now if it is; the turn is that of `who` (NULL: no task's). Borrows: `future`, `owed` and
 * `who`, until child_unwatch(). */
void child_watch(struct child *child, rondo_future *future, void *of,
                 const struct observed_object *owed, struct task *who,
                 const struct callback_kind *ended);

/* Of the callback `ended`: whose it is; it owes nothing any more. */
struct child *child_ended(struct callback *callback);

/* Watch no longer, whether it has ended or not. */
void child_unwatch(struct child *child);

#endif

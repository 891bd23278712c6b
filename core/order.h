/*
 * order.h - what observers learn of who comes before whom, beside who waits and who holds. Not
 * public.
 *
 * A task that signals an object comes before every one that passes it, or goes on from a wait for
 * it, later. One who puts an item comes before the one who gets it. And one who looks at an object,
 * or changes it without a word to anybody, comes neither before nor after, but could tell which.
 * Only for an observer that wants these kinds (observe.h); without one, a branch.
 */
#ifndef RONDO_ORDER_H
#define RONDO_ORDER_H

#include "object.h"
#include "task_core.h"

/* What it is that happens to an object, or to a future; `what` and `code` as in observe.h. */
void order_tell(enum observed_kind kind, rondo_object *object, const char *what, int code);
void order_tell_future(enum observed_kind kind, const rondo_future *future, int code);

/* The running task, or callback, looks at an object, or changes it. */
void order_tell_look(const rondo_object *object, const char *what);
void order_tell_change(rondo_object *object, const char *what);

/* The running task, or callback, does it. */
#define order_note(...)              \
    do {                             \
        if (observer != NULL)        \
            order_tell(__VA_ARGS__); \
    } while (0)
#define order_look(...)                   \
    do {                                  \
        if (observer != NULL)             \
            order_tell_look(__VA_ARGS__); \
    } while (0)
#define order_change(...)                   \
    do {                                    \
        if (observer != NULL)               \
            order_tell_change(__VA_ARGS__); \
    } while (0)
#define order_note_future(kind, future)             \
    do {                                            \
        if (observer_wants(kind))                   \
            order_tell_future((kind), (future), 0); \
    } while (0)

#endif

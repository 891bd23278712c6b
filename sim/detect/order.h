/*
 * order.h - who comes before whom: a vector clock for each task, for each object that orders tasks,
 * and the locks that each task holds. What judges of shared data stand on.
 *
 * Happens-before as in L. Lamport (CACM 1978), with vector clocks: spawn and end of a task; a lock
 * or permit given back before it is taken again; an event set, a future completed, a condition
 * notified before whoever goes on from it; an item put before it is got, and room made before it is
 * filled; a cancel before it is delivered. Virtual time orders nobody. A callback that is no task's
 * counts as coming after all that has happened: this may hide a race, and never makes one up.
 *
 * Exact for up to ORDER_TASKS_MAX tasks in a run; with more it gives up, and says nothing.
 */
#ifndef RONDO_DETECT_ORDER_H
#define RONDO_DETECT_ORDER_H

#include <stdbool.h>

#include "detect/finding.h"
#include "world/trace.h"

#define ORDER_TASKS_MAX 256
#define ORDER_LOCKS_MAX 8 /* that one task holds at once; more are not looked at */

/* A task of a run, by the order in which they were met. */
typedef uint32_t order_task;
#define ORDER_NOBODY UINT32_MAX

/* The locks a task holds. */
struct order_locks {
    uint32_t ids[ORDER_LOCKS_MAX];
    size_t count;
};

/* Whether `id` is among them, and whether two tasks hold one in common. */
bool order_locks_have(const struct order_locks *locks, uint32_t id);
bool order_locks_meet(const struct order_locks *a, const struct order_locks *b);

struct order;

/* Whether a lock that is given back and taken again orders tasks, as it did in this run; for those
 * who ask what else could have been, it does not. */
enum order_of { ORDER_WITH_LOCKS, ORDER_WITHOUT_LOCKS };

/* Nothing has happened. Owned by the caller: order_free(). */
struct order *order_new(enum order_of locks);
void order_free(struct order *order);

/* Forget everything, for another run. `wordless`: names are not asked for. */
void order_reset(struct order *order, bool wordless);

/* What it has to hear for its clocks to be right. */
#define ORDER_KEEN                                                                         \
    (TRACE_KIND(SPAWNED) | TRACE_KIND(FINISHED) | TRACE_KIND(RESUMED) | TRACE_KIND(HELD) | \
     TRACE_KIND(RELEASED) | TRACE_KIND(SIGNALLED) | TRACE_KIND(PASSED) | TRACE_KIND(PUT) | \
     TRACE_KIND(GOT) | TRACE_KIND(CANCELLED) | TRACE_KIND(READ) | TRACE_KIND(WROTE) |      \
     TRACE_KIND(UPDATED))

/* A trace_listener: take note of `record`. Listens before the judges that ask it. */
void order_listen(void *order, const struct trace_record *record);

/* Who did what was heard last; ORDER_NOBODY when it has given up. */
order_task order_who(const struct order *order);

/* The time of `who` on its own clock. */
uint32_t order_now(const struct order *order, order_task who);

/* What `who` has seen of each task: the clock of the last that it comes after. */
struct order_view {
    uint32_t at[ORDER_TASKS_MAX];
};
const struct order_view *order_view(const struct order *order, order_task who);

/* Whether what `other` did at `clock` of its own comes before what `who` does now. */
bool order_before(const struct order *order, order_task other, uint32_t clock, order_task who);

/* The locks that `who` holds. */
const struct order_locks *order_locks(const struct order *order, order_task who);

/* The name of `who`, for people; "" in wordless runs. */
const char *order_name(const struct order *order, order_task who);

#endif

/*
 * touch.h - what a turn has used, for strategies that want to know: read from what is reported of
 * it (world/trace.h), also in runs that keep no trace.
 *
 * Seen are locks, queues, events, futures, tasks and all else that has a number in the trace, what
 * is printed, and variables at explicit points. Two turns that touch one thing, of which one
 * changes it, have to do with each other. Of variables that are watched (core/point.h) it is seen
 * who changes them, and every turn is taken to have read them. Other variables that tasks share are
 * not seen.
 */
#ifndef RONDO_RUN_TOUCH_H
#define RONDO_RUN_TOUCH_H

#include "base/map.h"
#include "strategy/strategy.h"
#include "world/trace.h"

/* All zero but `strategy` before the first run. */
struct touches {
    struct strategy *strategy; /* to be told */
    int64_t now_ns;            /* of the last record */
    struct map waits;          /* from a task to what it waits for */
    size_t loops;              /* whose first tasks have not ended */
    bool watching;             /* some of the program's memory is watched */
};

/* The kinds of record that touches are read from. */
#define TOUCHES_KEEN                                                                          \
    (TRACE_KIND(SPAWNED) | TRACE_KIND(BLOCKED) | TRACE_KIND(RESUMED) | TRACE_KIND(FINISHED) | \
     TRACE_KIND(HELD) | TRACE_KIND(RELEASED) | TRACE_KIND(READ) | TRACE_KIND(WROTE) |         \
     TRACE_KIND(UPDATED) | TRACE_KIND(OUTPUT) | TRACE_KIND(EXIT) | TRACE_KIND(BROKEN) |       \
     TRACE_KIND(SIGNALLED) | TRACE_KIND(PASSED) | TRACE_KIND(USED) | TRACE_KIND(PUT) |        \
     TRACE_KIND(GOT) | TRACE_KIND(CANCELLED) | TRACE_KIND(WATCHED))

/* A run begins. */
void touches_reset(struct touches *touches);

/* Tell the strategy what `record` touches. */
void touches_take(struct touches *touches, const struct trace_record *record);

void touches_clear(struct touches *touches);

#endif

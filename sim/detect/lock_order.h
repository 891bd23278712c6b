/*
 * lock_order.h - locks that are taken in opposite orders in a run that came through: a deadlock
 * that another schedule has.
 *
 * K. Havelund: Using runtime analysis to guide model checking (SPIN 2000), "Goodlock"; guard locks
 * and happens-before after S. Bensalem, K. Havelund (PADTAD 2005). From each task that takes a lock
 * while it holds another there is an edge between the two. A circle of edges of different tasks is
 * a prediction, unless one lock guards them all (a gate), or something other than locks - a spawn,
 * a join, an event, a queue - puts one of them before another.
 *
 * It is a prediction: what the program decides by time or data may keep them apart all the same. So
 * it is no finding; runs that are led into the circle (run/direct.h) confirm it by getting stuck,
 * or do not. A scenario asks for it (`detect: [ lock-order ]`).
 */
#ifndef RONDO_DETECT_LOCK_ORDER_H
#define RONDO_DETECT_LOCK_ORDER_H

#include <stdbool.h>

#include "detect/order.h"

/* Locks in a circle; longer ones are not looked for. Nor more circles of a run. */
#define LOCK_CIRCLE_MAX  6
#define LOCK_CIRCLES_MAX 8

/* A lock that was taken: "lock A", where and when. */
struct lock_taken {
    char name[80];
    bool named; /* by the program, not by its number, which is another in another run */
    char here[96];
    int64_t time_ns;
};

/* A task that takes the inner lock while it holds the outer one, which is the inner one of the step
 * before. Its name is what it is known by in another run. */
struct lock_step {
    uint32_t process;
    uint32_t thread;
    char task[64];
    struct lock_taken outer;
    struct lock_taken inner;
};

struct lock_circle {
    struct lock_step steps[LOCK_CIRCLE_MAX];
    size_t length;
};

/* All zero holds none. */
struct lock_circles {
    struct lock_circle list[LOCK_CIRCLES_MAX];
    size_t count;
};

struct lock_order;

/* A judge that asks `order` (borrowed), which is of ORDER_WITHOUT_LOCKS and listens before it.
 * Owned: lock_order_free(). */
struct lock_order *lock_order_new(const struct order *order);
void lock_order_free(struct lock_order *detector);

void lock_order_reset(struct lock_order *detector);

/* A trace_listener: take note of `record`. */
void lock_order_listen(void *detector, const struct trace_record *record);

/* Set `circles` to those that the run foretells, the shortest first. */
void lock_order_foretell(const struct lock_order *detector, struct lock_circles *circles);

/* Whether two circles are of the same tasks, locks and places; the times may differ. */
bool lock_circle_equal(const struct lock_circle *a, const struct lock_circle *b);

/* The circle as a block. Owned by the caller: free(). */
char *lock_circle_lines(const struct lock_circle *circle);

#endif

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
 * It is a prediction: what the program decides by time or data may keep them apart all the same. A
 * scenario asks for it (`detect: [ lock-order ]`); a search that meets the deadlock itself confirms
 * it.
 */
#ifndef RONDO_DETECT_LOCK_ORDER_H
#define RONDO_DETECT_LOCK_ORDER_H

#include <stdbool.h>

#include "detect/order.h"

struct lock_order;

/* A judge that asks `order` (borrowed), which is of ORDER_WITHOUT_LOCKS and listens before it.
 * Owned: lock_order_free(). */
struct lock_order *lock_order_new(const struct order *order);
void lock_order_free(struct lock_order *detector);

void lock_order_reset(struct lock_order *detector);

/* A trace_listener: take note of `record`. */
void lock_order_listen(void *detector, const struct trace_record *record);

/* Returns: true, with `finding` filled (its lines are the caller's to free), if there is a circle;
 * a shortest one. */
bool lock_order_judge(const struct lock_order *detector, struct finding *finding);

#endif

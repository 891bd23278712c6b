/*
 * race.h - two accesses to one variable, at explicit points (core/point.h), one of them a write,
 * that nothing orders: a data race, were the tasks threads.
 *
 * C. Flanagan, S. Freund: FastTrack (PLDI 2009; CACM 53(11), 2010): of the past of a variable, the
 * last write and the reads since that nothing has ordered are all that counts. Exact for the
 * schedule at hand, whichever way the two came out. A variable that is ever updated in one step
 * (RONDO_UPDATE) orders tasks itself, and does not race.
 *
 * Tasks of one loop are never interrupted, so between suspensions such a pair is harmless. It is
 * for programs whose real form has threads: a scenario asks for it (`detect: [ race ]`).
 */
#ifndef RONDO_DETECT_RACE_H
#define RONDO_DETECT_RACE_H

#include <stdbool.h>

#include "detect/finding.h"
#include "detect/order.h"

struct race;

/* A judge that asks `order` (borrowed), which listens before it. Owned: race_free(). */
struct race *race_new(const struct order *order);
void race_free(struct race *race);

void race_reset(struct race *race);

/* A trace_listener: take note of `record`. */
void race_listen(void *race, const struct trace_record *record);

/* Returns: true, with `finding` filled (its lines are the caller's to free), if there was a race.
 */
bool race_judge(const struct race *race, struct finding *finding);

#endif

/*
 * deadlock.h - when nothing can happen any more, who waits for whom.
 *
 * Reads trace records and nothing else: who waits for what since when, who holds what since when
 * (waits.h). A circle of waits, or a knot (knot.h), is a deadlock; a wait that nobody can end is an
 * endless one, and a lost wake-up where what the task said it waits for (RONDO_EXPECTS) holds.
 * Every task that waits is behind one of these.
 */
#ifndef RONDO_DETECT_DEADLOCK_H
#define RONDO_DETECT_DEADLOCK_H

#include <stdbool.h>

#include "detect/finding.h"
#include "world/trace.h"

struct deadlock;

/* A detector that has seen nothing. Owned by the caller: deadlock_free(). */
struct deadlock *deadlock_new(void);
void deadlock_free(struct deadlock *detector);

/* Forget everything, for another run. */
void deadlock_reset(struct deadlock *detector);

/* A trace_listener: take note of `record`. */
void deadlock_listen(void *detector, const struct trace_record *record);

/* A process that is meant to wait: its waits are told behind all others'. */
void deadlock_excuse(struct deadlock *detector, uint32_t process);

/* Whether some task of `process` waits. */
bool deadlock_has_waits(const struct deadlock *detector, uint32_t process);

/* Judge the situation in which nothing can happen, at `time_ns`. Returns: true, with `finding`
 * filled (its lines are the caller's to free), if some task waits. */
bool deadlock_judge(struct deadlock *detector, int64_t time_ns, struct finding *finding);

/* Judge a run in which something could happen to its end: whether tasks waited for each other in a
 * knot when main ended or another task cancelled one of them, or, if the run was `cut` short, do
 * at its end, `time_ns`. Returns: true, with `finding` filled. */
bool deadlock_partial(struct deadlock *detector, bool cut, int64_t time_ns,
                      struct finding *finding);

#endif

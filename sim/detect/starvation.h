/*
 * starvation.h - a task that waits while others, who came later, take what it waits for, again and
 * again: bounded overtaking, with the bound that a scenario gives (`fairness`).
 *
 * A wait is starved of what it said it is for (RONDO_EXPECTS, rondo_condition_wait_for()): while
 * the task waited that held, so that it could have gone on, and then, still in the same wait, it
 * held no longer, because of another. Whoever was in line before it and has just gone on is not
 * counted, however many there are: a fair line is silent. So are the core's own lines, in which
 * nobody overtakes. A wait that goes on begins anew.
 *
 * Of a wait that does not say what it is for it counts who came later into the same line and left
 * it by going on (lines.h). There a task that is woken in vain and waits again has not left.
 *
 * Who is first among those who are ready is the schedule's to say; a run that is judged must be one
 * that a loop of production could have had, by timing alone, where everybody who is ready gets a
 * turn, so that what is left is the program's.
 */
#ifndef RONDO_DETECT_STARVATION_H
#define RONDO_DETECT_STARVATION_H

#include <stdbool.h>

#include "detect/finding.h"
#include "world/trace.h"

struct starvation;

/* A judge that has seen nothing. Owned: starvation_free(). */
struct starvation *starvation_new(void);
void starvation_free(struct starvation *starvation);

void starvation_reset(struct starvation *starvation);

/* A trace_listener: take note of `record`. */
void starvation_listen(void *starvation, const struct trace_record *record);

/* Returns: true, with `finding` filled (its lines are the caller's to free), if a wait was
 * overtaken more than `bound` times: the one that was most often. */
bool starvation_judge(const struct starvation *starvation, size_t bound, struct finding *finding);

#endif

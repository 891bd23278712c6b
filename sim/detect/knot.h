/*
 * knot.h - of the tasks that wait, some that wait for each other and for nobody else. Not for
 * others than deadlock.c.
 *
 * R. C. Holt: Some deadlock properties of computer systems (Computing Surveys 1972). Where each
 * waits for one, a deadlock is a circle. Where any of several could end a wait, a circle is not
 * enough, and a deadlock is a knot: from none of its members does a way lead out. A gather waits
 * for all of its children, and is stuck with any of them.
 *
 * Where something is held, or a task's end is waited for, who could end the wait is certain. Where
 * not, it is taken to be those who have done so before (waits.h); nobody else is known. So such a
 * knot is a guess, a good one where everything has come to rest. A wait that nobody is known to
 * have ever ended is in no knot, nor one for something that holds, nor whoever waits for these.
 */
#ifndef RONDO_DETECT_KNOT_H
#define RONDO_DETECT_KNOT_H

#include "detect/waits.h"

struct knot {
    size_t *members; /* places of tasks */
    size_t count;    /* 0: there is none */
    bool circle;     /* each waits for the next, the last for the first; else in order of start */
};

/* All processes: a knot is one process's own. */
#define KNOT_ANY_PROCESS 0

/* Find one among the waits of `process`, which are in order of start. `quiet`: nothing can happen
 * any more; otherwise whoever does not wait, or has ended, counts as one who could end a wait, and
 * not as stuck. Owned by the caller: knot_free(). */
struct knot knot_find(const struct waits *waits, uint32_t process, bool quiet);
void knot_free(struct knot *knot);

bool knot_has(const struct knot *knot, size_t task);

/* The place of the `n`-th task that could end the wait of task `at`, or NOBODY: as waits_ender(),
 * and where nobody is certain, who has done so before, is alive and does not wait for the same. */
size_t knot_ender(const struct waits *waits, size_t at, size_t n);

#endif

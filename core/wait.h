/*
 * wait.h - wait for some or all of several futures, and leave them as they are (asyncio.wait).
 *
 * gather.h is for results; this is for who is done by now. Found by "..." only, as every header
 * here: <wait.h> and <sys/wait.h> stay the system's.
 */
#ifndef RONDO_WAIT_H
#define RONDO_WAIT_H

#include "task.h"

/* What ends a wait, besides its timeout. */
typedef enum rondo_return_when {
    RONDO_ALL_COMPLETED,   /* the last end */
    RONDO_FIRST_COMPLETED, /* the first end, of any kind */
    RONDO_FIRST_ERROR      /* the first failure, which a cancellation is not (asyncio:
                              FIRST_EXCEPTION); without one, the last end */
} rondo_return_when;

/* Wait until what `return_when` says has happened to the `count` futures, at most `timeout_ns`
 * (RONDO_FOREVER: no limit; 0 or less: only to see who is done now). Nothing is cancelled, not
 * by the timeout (WAIT-06) and not when this task is (WAIT-10); failures stay where they are
 * (WAIT-05). What ends between the event and this task's turn counts as done (WAIT-03), what ends
 * at the instant of the timeout does if its timer is the older (WAIT-07, OWN-04). As in asyncio it
 * suspends even when all are done.
 * Requires: called in a task of the futures' loop, else RONDO_EMISUSE; `count` above 0 and a
 * `return_when` that exists, else RONDO_EINVAL (WAIT-09). An entry that is NULL (a spawn that
 * failed) gives RONDO_ENOMEM at once.
 * Returns: how many are done, 0 at a timeout before the first; `done[i]` tells whether `futures[i]`
 * is (`done` may be NULL). A future that is given twice is waited for and counted once, and marked
 * at each of its places (WAIT-08). RONDO_ECANCELED; RONDO_ENOMEM; `done` is then untouched.
 * Suspends: may. Owns: the futures are held while it waits; `done` is the caller's. */
#define rondo_wait(futures, count, return_when, timeout_ns, done) \
    rondo_wait_at((futures), (count), (return_when), (timeout_ns), (done), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_wait_at(rondo_future *const *futures, size_t count,
                                       rondo_return_when return_when, int64_t timeout_ns,
                                       bool *done, const char *here);

#endif

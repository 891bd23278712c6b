/*
 * gather.h - wait for several futures at once (asyncio.gather).
 */
#ifndef RONDO_GATHER_H
#define RONDO_GATHER_H

#include "task.h"

/* Failures of children are results like others, instead of ending the gather. */
#define RONDO_RETURN_ERRORS 1u

/* Wait until all `count` futures are done, or until the first fails; the others then go on, and
 * their failures are nobody's (GAT-02). With RONDO_RETURN_ERRORS waits for all. An array, filled by
 * statements, because C leaves the order of arguments and of initialisers open.
 * Requires: called in a task of the futures' loop, else RONDO_EMISUSE (GAT-09). An entry that is
 * NULL (a spawn that failed) gives RONDO_ENOMEM at once and leaves the others alone. Returns: 0
 * with `results[i]` of `futures[i]`, in this order whatever ended first (`results` may be NULL);
 * the first failure's code, its message in rondo_error_text(), `results` untouched by any failure;
 * RONDO_ENOMEM; RONDO_ECANCELED when this task is cancelled, which cancels every child (GAT-05) and
 * returns, as asyncio does, when the first has ended as cancelled; with RONDO_RETURN_ERRORS when
 * all have ended. Suspends: may (not if `count` is 0). Owns: values in `results` are borrowed,
 * valid while the futures are held. */
#define rondo_gather(futures, count, flags, results) \
    rondo_gather_at((futures), (count), (flags), (results), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_gather_at(rondo_future *const *futures, size_t count, unsigned flags,
                                         rondo_result *results, const char *here);

#endif

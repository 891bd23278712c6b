/*
 * semaphore.h - at most so many tasks at once (asyncio.Semaphore, asyncio.BoundedSemaphore).
 *
 * Fair: permits go to waiters in the order they came; a task that releases and acquires again goes
 * behind them (SEM-03). A permit given to a waiter that is cancelled goes to the next (SEM-07).
 */
#ifndef RONDO_SEMAPHORE_H
#define RONDO_SEMAPHORE_H

#include "object.h"
#include "task.h"

/* Begins as RONDO_SEMAPHORE or RONDO_BOUNDED_SEMAPHORE; all zero has no permits. Private. */
typedef struct rondo_semaphore {
    rondo_object object;
    rondo_park waiters;
    unsigned value; /* permits that are free and not promised to a waiter */
    unsigned bound; /* 0: none */
} rondo_semaphore;

/* A semaphore with `permits` and a name (NULL: none). */
#define RONDO_SEMAPHORE(label, permits)                 \
    {                                                   \
        .object = {.name = (label)}, .value = (permits) \
    }

/* One that refuses to be released more often than it was acquired. Requires: `permits` > 0. */
#define RONDO_BOUNDED_SEMAPHORE(label, permits)                             \
    {                                                                       \
        .object = {.name = (label)}, .value = (permits), .bound = (permits) \
    }

/* Take a permit, waiting in line if there is none. Requires: called in a task, else RONDO_EMISUSE.
 * Returns: 0, or RONDO_ECANCELED without a permit. Suspends: may; not if a permit is free and
 * nobody waits. */
#define rondo_semaphore_acquire(semaphore) rondo_semaphore_acquire_at((semaphore), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_semaphore_acquire_at(rondo_semaphore *semaphore, const char *here);

/* Give a permit, to the first in line or back. Any task may. Returns: 0; RONDO_EMISUSE when a
 * bounded one would exceed its bound, or the count overflow (state unchanged). A permit that is
 * promised to a waiter has not been acquired yet and cannot be given a second time; CPython takes
 * it, and exceeds the bound when that waiter is cancelled. Suspends: never. */
RONDO_API int rondo_semaphore_release(rondo_semaphore *semaphore);

/* Whether an acquire would wait now (SEM-02). Suspends: never. */
RONDO_API bool rondo_semaphore_locked(const rondo_semaphore *semaphore);

/* Run the block that follows with a permit, as RONDO_LOCKED does with a lock;
 * `semaphore` is evaluated twice. */
#define RONDO_PERMIT(rc, semaphore)                                                             \
    for (rondo_semaphore * RONDO_UNIQUE(held) __attribute__((cleanup(rondo_semaphore_leave))) = \
             ((rc) = rondo_semaphore_acquire(semaphore)) == 0 ? (semaphore) : NULL,             \
                                              *RONDO_UNIQUE(once) = RONDO_UNIQUE(held);         \
         RONDO_UNIQUE(once) != NULL; RONDO_UNIQUE(once) = NULL)

/* Release `*held` unless it is NULL. For the macro. Suspends: never. */
RONDO_API void rondo_semaphore_leave(rondo_semaphore **held);

#endif

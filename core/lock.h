/*
 * lock.h - mutual exclusion between tasks (asyncio.Lock).
 *
 * Needed where a task suspends in the middle of a change; between two suspensions nobody else runs.
 * Fair: waiters get the lock in the order they came, and nobody overtakes one that has been woken
 * (LCK-01, LCK-07). Not re-entrant: a task that acquires twice waits for itself for ever, which the
 * simulator reports as a deadlock.
 */
#ifndef RONDO_LOCK_H
#define RONDO_LOCK_H

#include "object.h"
#include "task.h"

/* All zero is an open lock without a name. Members are private. Never needs to be destroyed. */
typedef struct rondo_lock {
    rondo_object object;
    rondo_park waiters;
    uint32_t holder;        /* id of the task that holds it, 0 if open */
    const rondo_loop *loop; /* of that task */
} rondo_lock;

/* An open lock with a name: `static rondo_lock accounts = RONDO_LOCK("accounts");` */
#define RONDO_LOCK(label)            \
    {                                \
        .object = {.name = (label) } \
    }

/* Take the lock, waiting in line if it is held. Requires: called in a task; to wait, of the loop of
 * those who hold it or wait (object.h): else RONDO_EMISUSE. Returns: 0; RONDO_ECANCELED, and then
 * the lock is not held and, had it been this task's turn, the next in line is woken (LCK-05).
 * Suspends: may; not if the lock is open and nobody waits. */
#define rondo_lock_acquire(lock) rondo_lock_acquire_at((lock), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_lock_acquire_at(rondo_lock *lock, const char *here);

/* Open the lock and wake the first in line. Any task may, as in asyncio.
 * Returns: 0, or RONDO_EMISUSE if it is open (state unchanged). Suspends: never. */
RONDO_API int rondo_lock_release(rondo_lock *lock);

/* Whether some task holds it. Suspends: never. */
RONDO_API bool rondo_lock_locked(const rondo_lock *lock);

/* Run the block that follows with the lock held (`async with lock`); however the block is left -
 * its end, `continue`, `break`, `return`, `goto` - the lock is released. If it could not be taken,
 * `rc` has the code and the block is skipped:
 *
 *     int rc = 0;
 *     RONDO_LOCKED(rc, &lock) {
 *         rc = change(state);
 *     }
 *
 * `lock` is evaluated twice. */
#define RONDO_LOCKED(rc, lock)                                                        \
    for (rondo_lock * RONDO_UNIQUE(held) __attribute__((cleanup(rondo_lock_leave))) = \
             ((rc) = rondo_lock_acquire(lock)) == 0 ? (lock) : NULL,                  \
                                         *RONDO_UNIQUE(once) = RONDO_UNIQUE(held);    \
         RONDO_UNIQUE(once) != NULL; RONDO_UNIQUE(once) = NULL)

/* Release `*held` unless it is NULL. For the macro. Suspends: never. */
RONDO_API void rondo_lock_leave(rondo_lock **held);

#endif

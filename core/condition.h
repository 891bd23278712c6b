/*
 * condition.h - wait, inside a lock, until somebody says that something has changed
 * (asyncio.Condition).
 *
 * To wait is to give the lock back, stand in line, and take the lock again: so a task holds it
 * whenever it looks at what the lock guards, and whatever way a wait ends (CND-02, CND-05). A
 * notification is for one task that waits at that moment; if that task is cancelled before its wait
 * is over, the notification goes to the next in line (CND-08).
 *
 * Other than CPython: the task that calls must itself hold the lock (asyncio is content if anybody
 * does); and only a waiter that had been notified passes a notification on, at the moment when it
 * is cancelled - CPython up to 3.12 loses it (gh-112202), 3.13 makes one up when there was none.
 * A wait still never ends but by a notification; as another task may take the lock first, look
 * again at what you waited for, or use rondo_condition_wait_for().
 */
#ifndef RONDO_CONDITION_H
#define RONDO_CONDITION_H

#include "lock.h"
#include "property.h"

/* All zero is a condition without a name, over an open lock of its own. Members are private. */
typedef struct rondo_condition {
    rondo_object object;
    rondo_park waiters;
    rondo_lock own;
    rondo_lock *shared; /* the lock that was handed in; NULL: `own` */
} rondo_condition;

/* A condition with a name (NULL: none) over a lock of its own, which bears the same name. */
#define RONDO_CONDITION(label)                                             \
    {                                                                      \
        .object = {.name = (label)}, .own = {.object = {.name = (label)} } \
    }

/* One over `lock`, which others may use too, other conditions among them (CND-10). Requires: the
 * lock outlives it. */
#define RONDO_CONDITION_OVER(label, lock)             \
    {                                                 \
        .object = {.name = (label)}, .shared = (lock) \
    }

/* The lock of `condition`, to be acquired, released, asked:
 * `RONDO_LOCKED(rc, rondo_condition_lock(&changed)) { ... }` is asyncio's `async with`.
 * Suspends: never. Owns: borrowed, as long as `condition` lives. */
RONDO_API rondo_lock *rondo_condition_lock(rondo_condition *condition);

/* Give the lock back, wait for a notification, take the lock again. Requires: the calling task
 * holds the lock, else RONDO_EMISUSE (state unchanged; CND-01). Returns: 0; RONDO_ECANCELED with
 * the message of the last cancel, also when that came while the lock was being taken again (CND-06,
 * CND-07). The lock is held in either case; RONDO_EMISUSE also where tasks of another loop wait
 * (object.h; nothing changed), or have the lock when it is to be taken again (then it is not held).
 * Suspends: always, but for misuse; a cancelled task goes
 * on once it has the lock (CND-11). */
#define rondo_condition_wait(condition) rondo_condition_wait_at((condition), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_condition_wait_at(rondo_condition *condition, const char *here);

/* Wait until `predicate(arg)` holds, asking at once and after each notification, always with the
 * lock held but for the first time, when true is taken as it is (CND-04). Otherwise as
 * rondo_condition_wait(). Suspends: may; not if it holds already. */
#define rondo_condition_wait_for(condition, predicate, arg) \
    rondo_condition_wait_for_at((condition), (predicate), (arg), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_condition_wait_for_at(rondo_condition *condition,
                                                     rondo_predicate predicate, void *arg,
                                                     const char *here);

/* Notify the first `count` tasks in line, or as many as there are (CND-03). They go on one by one,
 * each when it gets the lock, which the caller still holds. Requires: the calling task holds the
 * lock. Returns: 0, or RONDO_EMISUSE (state unchanged; CND-01). Suspends: never. */
RONDO_API int rondo_condition_notify(rondo_condition *condition, size_t count);

/* Notify all that wait now; otherwise as rondo_condition_notify(). */
RONDO_API int rondo_condition_notify_all(rondo_condition *condition);

#endif

/*
 * condition.c - see condition.h. A waiter stands first in the condition's line, then, notified or
 * cancelled, in the lock's.
 */
#include "condition.h"

#include "order.h"
#include "park.h"

rondo_lock *rondo_condition_lock(rondo_condition *condition)
{
    return condition->shared != NULL ? condition->shared : &condition->own;
}

/* Whether the running task holds the lock. */
static bool held_here(rondo_condition *condition)
{
    const rondo_lock *lock = rondo_condition_lock(condition);
    const struct task *task = task_current();

    return task != NULL && lock->holder == task->future.id && lock->loop == task->future.loop;
}

/* Take the lock, however often the task is cancelled meanwhile. What it was told and will not use,
 * as it is cancelled, is for the next in line (CND-08). Returns: 0, or RONDO_ECANCELED, and the
 * lock is held in either case; RONDO_EMISUSE, without it, if tasks of another loop have it. */
static int take_back(rondo_condition *condition, struct parked parked, const char *here)
{
    int rc = parked.rc;
    int taken = RONDO_ECANCELED;

    for (;;) {
        if (rc < 0 && parked.woken) {
            park_wake(&condition->waiters);
            parked.woken = false;
        }
        if (taken != RONDO_ECANCELED)
            return rc;
        taken = rondo_lock_acquire_at(rondo_condition_lock(condition), here);
        if (taken < 0)
            rc = taken;
    }
}

int rondo_condition_wait_at(rondo_condition *condition, const char *here)
{
    if (!held_here(condition) || park_refuses(&condition->waiters))
        return RONDO_EMISUSE;
    (void)object_id(task_current()->future.loop, &condition->object); /* numbered before its lock */
    rondo_lock_release(rondo_condition_lock(condition));
    return take_back(condition,
                     park_wait(&condition->waiters, &condition->object, "condition", here), here);
}

int rondo_condition_wait_for_at(rondo_condition *condition, rondo_predicate predicate, void *arg,
                                const char *here)
{
    rondo_expectation expectation = {.predicate = predicate,
                                     .arg = arg,
                                     .text = "its predicate",
                                     .here = here};
    int rc = 0;

    if (predicate(arg))
        return 0;
    rondo_expectation_begin(&expectation);
    do
        rc = rondo_condition_wait_at(condition, here);
    while (rc == 0 && !predicate(arg));
    rondo_expectation_end(&expectation);
    return rc;
}

int rondo_condition_notify(rondo_condition *condition, size_t count)
{
    if (!held_here(condition))
        return RONDO_EMISUSE;
    order_note(OBSERVED_SIGNALLED, &condition->object, "condition", 0);
    while (count > 0 && park_wake(&condition->waiters))
        count--;
    return 0;
}

int rondo_condition_notify_all(rondo_condition *condition)
{
    return rondo_condition_notify(condition, SIZE_MAX);
}

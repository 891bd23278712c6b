/*
 * lock.c - see lock.h.
 */
#include "lock.h"

#include "order.h"
#include "park.h"

static void note(rondo_lock *lock, enum observed_kind kind, const char *here)
{
    struct task *task = observer != NULL ? task_current() : NULL;
    struct observed_object object;

    if (task == NULL)
        return;
    object = object_view(task->future.loop, &lock->object, "lock");
    observe(kind, .who = {lock->holder == task->future.id ? task->future.name : NULL, lock->holder},
            .object = object, .here = here);
}

int rondo_lock_acquire_at(rondo_lock *lock, const char *here)
{
    struct task *task = task_current();
    struct parked parked;

    if (task == NULL)
        return RONDO_EMISUSE;
    if (lock->holder != 0 && lock->loop != task->future.loop)
        return RONDO_EMISUSE;
    if (lock->holder != 0 || !park_empty(&lock->waiters)) {
        parked = park_wait(&lock->waiters, &lock->object, "lock", here);
        if (parked.rc < 0) {
            /* It may have been this task's turn: pass it on (LCK-05), unless another is woken. */
            if (lock->holder == 0 && lock->waiters.woken == 0)
                park_wake(&lock->waiters);
            return parked.rc;
        }
    }
    lock->holder = task->future.id;
    lock->loop = task->future.loop;
    note(lock, OBSERVED_HELD, here);
    return 0;
}

int rondo_lock_release(rondo_lock *lock)
{
    if (lock->holder == 0)
        return RONDO_EMISUSE;
    note(lock, OBSERVED_RELEASED, NULL);
    lock->holder = 0;
    /* The one that is woken stays at the head of the line until it runs, so nobody barges in. */
    park_wake(&lock->waiters);
    return 0;
}

bool rondo_lock_locked(const rondo_lock *lock)
{
    order_look(&lock->object, "lock");
    return lock->holder != 0;
}

void rondo_lock_leave(rondo_lock **held)
{
    if (*held != NULL)
        rondo_lock_release(*held);
}

/*
 * semaphore.c - see semaphore.h. A permit that is released while a task waits is promised to the
 * first in line at once: `value` counts only what is free for all.
 */
#include "semaphore.h"

#include <limits.h>

#include "order.h"
#include "park.h"

static struct observed_object view(rondo_semaphore *semaphore, const struct task *task)
{
    return object_view(task->future.loop, &semaphore->object, "semaphore");
}

static void note(rondo_semaphore *semaphore, enum observed_kind kind, const char *here)
{
    struct task *task = observer != NULL ? task_current() : NULL;
    struct observed_object object;

    if (task == NULL)
        return;
    object = view(semaphore, task);
    observe(kind, .who = task_subject(task), .object = object, .here = here);
}

/* Promise free permits to those in line. */
static void hand_out(rondo_semaphore *semaphore)
{
    while (semaphore->value > 0 && park_wake(&semaphore->waiters))
        semaphore->value--;
}

int rondo_semaphore_acquire_at(rondo_semaphore *semaphore, const char *here)
{
    struct task *task = task_current();
    struct parked parked;

    if (task == NULL)
        return RONDO_EMISUSE;
    if (!rondo_semaphore_locked(semaphore)) {
        semaphore->value--;
    } else {
        parked = park_wait(&semaphore->waiters, &semaphore->object, "semaphore", here);
        if (parked.rc < 0) {
            if (parked.woken) { /* the permit it was promised goes to the next (SEM-07) */
                semaphore->value++;
                hand_out(semaphore);
            }
            return parked.rc;
        }
        hand_out(semaphore); /* who came after the wake-up had to queue; there may be more free */
    }
    note(semaphore, OBSERVED_HELD, here);
    return 0;
}

int rondo_semaphore_release(rondo_semaphore *semaphore)
{
    unsigned limit = semaphore->bound != 0 ? semaphore->bound : UINT_MAX;

    /* What is promised comes back if the waiter is cancelled, so it counts. */
    if (semaphore->value >= limit - (unsigned)semaphore->waiters.woken) {
        order_look(&semaphore->object, "semaphore");
        return RONDO_EMISUSE;
    }
    note(semaphore, OBSERVED_RELEASED, NULL);
    semaphore->value++;
    hand_out(semaphore);
    return 0;
}

bool rondo_semaphore_locked(const rondo_semaphore *semaphore)
{
    order_look(&semaphore->object, "semaphore");
    return semaphore->value == 0 || !park_empty(&semaphore->waiters);
}

void rondo_semaphore_leave(rondo_semaphore **held)
{
    if (*held != NULL)
        rondo_semaphore_release(*held);
}

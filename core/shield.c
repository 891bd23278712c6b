/*
 * shield.c - see shield.h. As in asyncio there are two hops from the future's end to the task that
 * waits: the watch's callback, then the task.
 */
#include "shield.h"

#include "task_core.h"

/* A place in the future's line that is not the task's own wait: so cancelling the task ends the
 * wait and never reaches the future. */
struct shield {
    struct waiter waiter; /* in the future's line */
    struct wait wait;     /* of the task */
};

static void shielded_is_done(struct callback *callback)
{
    struct waiter *waiter = container_of(callback, struct waiter, callback);

    wait_wake(&container_of(waiter, struct shield, waiter)->wait);
}

/* Wait for a pending future. Returns: 0, or RONDO_ECANCELED if this task was cancelled. */
static int wait_until_done(rondo_future *future, const char *here)
{
    struct shield shield = {.waiter = {.callback = {.run = shielded_is_done, .what = "shield"}}};
    const char *kind = future->is_task ? "task" : "future";
    int rc;

    wait_init(&shield.wait, (struct observed_object){kind, future->name, future->id}, here);
    future_add_waiter(future, &shield.waiter);
    rc = wait_suspend(&shield.wait);
    list_remove(&shield.waiter.link);
    list_remove(&shield.waiter.callback.link);
    return rc;
}

int rondo_shield_at(rondo_future *future, rondo_value *out, const char *here)
{
    struct task *self = task_current();
    int rc;

    if (future == NULL)
        return RONDO_ENOMEM;
    if (rondo_done(future))
        return future_deliver(future, out);
    if (self == NULL || &self->future == future || self->future.loop != future->loop)
        return RONDO_EMISUSE;
    rondo_ref(future);
    rc = wait_until_done(future, here);
    if (rc == 0)
        rc = future_deliver(future, out);
    rondo_unref(future);
    return rc;
}

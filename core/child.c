/*
 * child.c - see child.h.
 */
#include "child.h"

#include "order.h"

static void tell(const struct child *child, enum observed_kind kind)
{
    observe(kind, .who = future_subject(child->future), .object = *child->owed);
}

/* A plain future is nobody's to hold: whoever made this callback run comes first. */
static void tell_signalled(const struct observed_object *owed)
{
    observe(OBSERVED_SIGNALLED, .object = *owed);
}

static void settle(struct child *child)
{
    if (child->owed == NULL)
        return;
    if (child->future->is_task)
        tell(child, OBSERVED_RELEASED);
    else
        tell_signalled(child->owed);
    child->owed = NULL;
}

void child_watch(struct child *child, rondo_future *future, void *of,
                 const struct observed_object *owed, struct task *who,
                 const struct callback_kind *ended)
{
    bool owes = future->state == FUTURE_PENDING;

    *child = (struct child){.future = future, .of = of, .owed = owes ? owed : NULL};
    child->waiter.callback = (struct callback){.kind = ended, .who = who};
    if (owes && future->is_task)
        tell(child, OBSERVED_HELD);
    if (!owes)
        order_note_future(OBSERVED_PASSED, future);
    future_add_waiter(future, &child->waiter);
}

struct child *child_ended(struct callback *callback)
{
    struct waiter *waiter = container_of(callback, struct waiter, callback);
    struct child *child = container_of(waiter, struct child, waiter);

    settle(child);
    return child;
}

void child_unwatch(struct child *child)
{
    settle(child);
    list_remove(&child->waiter.link);
    loop_unqueue(child->future->loop, &child->waiter.callback);
}

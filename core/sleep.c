/*
 * sleep.c - see sleep.h. As in asyncio, a deadline that strikes queues the task, which then runs an
 * iteration later: two hops, which decide the order at a tie.
 */
#include "sleep.h"

#include "base/check.h"
#include "task_core.h"

struct nap {
    struct wait wait;
    struct deadline deadline;
};

static void nap_over(struct callback *callback)
{
    struct deadline *deadline = container_of(callback, struct deadline, callback);

    wait_wake(&container_of(deadline, struct nap, deadline)->wait);
}

/* One trip round the ready queue. */
static int yield(const char *here)
{
    struct wait wait;

    wait_init(&wait, (struct observed_object){"sleep", NULL, 0}, here);
    wait_wake(&wait); /* so there is nothing to cancel: a request is due when the task resumes */
    return wait_suspend(&wait);
}

int rondo_sleep_at(int64_t delay_ns, const char *here)
{
    struct task *task = task_current();
    struct nap nap;
    int rc;

    if (task == NULL)
        return RONDO_EMISUSE;
    if (delay_ns <= 0)
        return yield(here);
    wait_init(&nap.wait, (struct observed_object){"sleep", NULL, 0}, here);
    nap.deadline =
        (struct deadline){.callback = {.run = nap_over, .who = &task->subject, .what = "sleep"}};
    loop_call_at(task->future.loop, &nap.deadline, loop_after(task->future.loop, delay_ns));
    rc = wait_suspend(&nap.wait);
    loop_cancel(task->future.loop, &nap.deadline);
    return rc;
}

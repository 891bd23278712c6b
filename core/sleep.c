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

/* One trip round the ready queue. In a frame of its own: a nap's is larger. */
static __attribute__((noinline)) int yield(struct task *task, const char *here)
{
    struct wait wait;

    wait_init(&wait, task, "sleep", here);
    wait_wake(&wait); /* so there is nothing to cancel: a request is due when the task resumes */
    return wait_suspend(&wait);
}

/* Until the clock has moved on by `delay_ns`. */
static __attribute__((noinline)) int nap(struct task *task, int64_t delay_ns, const char *here)
{
    static const struct callback_kind over = {.run = nap_over, .what = "sleep"};
    struct rondo_loop *loop = task->future.loop;
    struct nap nap;
    int rc;

    wait_init(&nap.wait, task, "sleep", here);
    nap.deadline = (struct deadline){.callback = {.kind = &over, .who = task}};
    loop_call_at(loop, &nap.deadline, loop_after(loop, delay_ns));
    rc = wait_suspend(&nap.wait);
    loop_cancel(loop, &nap.deadline);
    return rc;
}

int rondo_sleep_at(int64_t delay_ns, const char *here)
{
    struct task *task = task_current();

    if (task == NULL)
        return RONDO_EMISUSE;
    return delay_ns <= 0 ? yield(task, here) : nap(task, delay_ns, here);
}

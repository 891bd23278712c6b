/*
 * wait.c - see wait.h. CPython's asyncio.tasks._wait: two hops from a future's end to the waiting
 * task, the future's callback and then the task; and what is done is looked up when the task runs.
 */
#include "wait.h"

#include "base/alloc.h"
#include "child.h"

/* One allocation, so that no line and no heap ever leads to a coroutine's stack. */
struct watch {
    struct wait wait;
    struct deadline deadline;
    rondo_return_when return_when;
    size_t pending; /* children whose end has not been seen */
    size_t count;
    struct child children[];
};

static bool failed(const rondo_future *future)
{
    return future->state == FUTURE_DONE && future->code < 0;
}

static void child_done(struct callback *callback)
{
    const struct child *child = child_ended(callback);
    struct watch *watch = child->of;

    watch->pending--;
    if (watch->pending > 0 && watch->return_when != RONDO_FIRST_COMPLETED &&
        !(watch->return_when == RONDO_FIRST_ERROR && failed(child->future)))
        return;
    loop_cancel(watch->wait.task->future.loop, &watch->deadline);
    wait_wake(&watch->wait);
}

static void time_is_up(struct callback *callback)
{
    struct deadline *deadline = container_of(callback, struct deadline, callback);

    wait_wake(&container_of(deadline, struct watch, deadline)->wait);
}

/* A wait of the running task for `count` futures, in no line yet. Returns: NULL without memory. */
static struct watch *watch_new(size_t count, rondo_return_when return_when, const char *here)
{
    static const struct callback_kind timeout = {.run = time_is_up, .what = "timeout"};
    struct task *task = task_current();
    struct watch *watch = alloc_zero(sizeof *watch + count * sizeof watch->children[0]);

    if (watch == NULL)
        return NULL;
    wait_init(&watch->wait, task, "wait", here);
    watch->wait.object.id = object_number(task->future.loop);
    watch->deadline.callback = (struct callback){.kind = &timeout, .who = task};
    watch->return_when = return_when;
    watch->pending = count;
    watch->count = count;
    return watch;
}

/* The timer first, as in CPython: at a tie the older one decides. */
static void watch_start(struct watch *watch, rondo_future *const *futures, int64_t timeout_ns)
{
    static const struct callback_kind done = {.run = child_done, .what = "wait"};
    struct rondo_loop *loop = watch->wait.task->future.loop;

    if (timeout_ns < RONDO_FOREVER)
        loop_call_at(loop, &watch->deadline, loop_after(loop, timeout_ns));
    for (size_t i = 0; i < watch->count; i++)
        child_watch(&watch->children[i], rondo_ref(futures[i]), watch, &watch->wait.object,
                    watch->wait.task, &done);
}

static void watch_free(struct watch *watch)
{
    loop_cancel(watch->wait.task->future.loop, &watch->deadline);
    for (size_t i = 0; i < watch->count; i++) {
        child_unwatch(&watch->children[i]);
        rondo_unref(watch->children[i].future);
    }
    alloc_release(watch);
}

/* Tell who is done. Returns: how many futures that is, each counted once. */
static int collect(const struct watch *watch, bool *done)
{
    int count = 0;

    for (size_t i = 0; i < watch->count; i++) {
        rondo_future *future = watch->children[i].future;
        bool is_done = rondo_done(future);

        count += is_done && !future->counted;
        future->counted = true;
        if (done != NULL)
            done[i] = is_done;
    }
    for (size_t i = 0; i < watch->count; i++)
        watch->children[i].future->counted = false;
    return count;
}

/* 0, or why these arguments cannot be waited for by `task`. */
static int refuse(const struct task *task, rondo_future *const *futures, size_t count,
                  rondo_return_when return_when)
{
    if (task == NULL)
        return RONDO_EMISUSE;
    if (count == 0 || (unsigned)return_when > RONDO_FIRST_ERROR)
        return RONDO_EINVAL;
    return futures_refuse(task->future.loop, futures, count);
}

int rondo_wait_at(rondo_future *const *futures, size_t count, rondo_return_when return_when,
                  int64_t timeout_ns, bool *done, const char *here)
{
    struct watch *watch;
    int rc;

    RONDO_TRY(refuse(task_current(), futures, count, return_when));
    watch = watch_new(count, return_when, here);
    if (watch == NULL)
        return RONDO_ENOMEM;
    watch_start(watch, futures, timeout_ns);
    rc = wait_suspend(&watch->wait);
    if (rc == 0)
        rc = collect(watch, done);
    watch_free(watch);
    return rc;
}

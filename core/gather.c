/*
 * gather.c - see gather.h. As in asyncio there are two hops from a child's end to the waiting
 * task: the child's callback, then, when that was the last or a failure, the task.
 */
#include "gather.h"

#include "base/alloc.h"
#include "child.h"

struct gather {
    struct wait wait;
    struct child *children;
    size_t count;
    size_t done;
    unsigned flags;
    rondo_future *failed; /* the first child that failed, without RONDO_RETURN_ERRORS */
    bool cancel_requested;
};

static void child_done(struct callback *callback)
{
    const struct child *child = child_ended(callback);
    struct gather *gather = child->of;
    bool failure = child->future->code < 0 && (gather->flags & RONDO_RETURN_ERRORS) == 0;

    gather->done++;
    if (gather->wait.state != WAIT_PENDING)
        return;
    if (failure)
        gather->failed = child->future;
    if (failure || gather->done == gather->count)
        wait_wake(&gather->wait);
}

/* Cancelling a gather cancels its children; their ends then end it. */
static bool gather_cancel(struct wait *wait, const char *message)
{
    struct gather *gather = container_of(wait, struct gather, wait);
    bool any = false;

    if (wait->state != WAIT_PENDING)
        return false;
    for (size_t i = 0; i < gather->count; i++)
        any |= rondo_cancel(gather->children[i].future, message);
    gather->cancel_requested |= any;
    return any;
}

static void watch(struct gather *gather, rondo_future *const *futures)
{
    static const struct callback_kind done = {.run = child_done, .what = "gather"};

    for (size_t i = 0; i < gather->count; i++)
        child_watch(&gather->children[i], rondo_ref(futures[i]), gather, &gather->wait.object,
                    gather->wait.task, &done);
}

static void unwatch(struct gather *gather)
{
    for (size_t i = 0; i < gather->count; i++) {
        struct child *child = &gather->children[i];

        child_unwatch(child);
        child->future->retrieved = true; /* later failures are nobody's (GAT-11) */
        rondo_unref(child->future);
    }
    alloc_release(gather->children);
}

static void collect(const struct gather *gather, rondo_result *results)
{
    for (size_t i = 0; results != NULL && i < gather->count; i++) {
        results[i] = (rondo_result){0};
        results[i].code = rondo_future_result(gather->children[i].future, &results[i].value);
    }
}

/* What the wait came to. */
static int conclude(const struct gather *gather, int rc, rondo_result *results)
{
    const struct task *task = gather->wait.task;

    if (rc < 0)
        return rc;
    if (gather->failed != NULL)
        return future_deliver(gather->failed, NULL);
    if (gather->cancel_requested) {
        task_note_error(RONDO_ECANCELED, task->cancel_text);
        return RONDO_ECANCELED;
    }
    collect(gather, results);
    return 0;
}

int rondo_gather_at(rondo_future *const *futures, size_t count, unsigned flags,
                    rondo_result *results, const char *here)
{
    struct task *task = task_current();
    struct gather gather = {.count = count, .flags = flags};
    int rc;

    if (task == NULL)
        return RONDO_EMISUSE;
    RONDO_TRY(futures_refuse(task->future.loop, futures, count));
    if (count == 0)
        return 0;
    gather.children = alloc_take(count * sizeof *gather.children);
    if (gather.children == NULL)
        return RONDO_ENOMEM;
    wait_init(&gather.wait, task, "gather", here);
    gather.wait.object.id = object_number(task->future.loop);
    gather.wait.cancel = gather_cancel;
    watch(&gather, futures);
    rc = conclude(&gather, wait_suspend(&gather.wait), results);
    unwatch(&gather);
    return rc;
}

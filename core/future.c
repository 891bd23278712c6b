/*
 * future.c - see future.h. The order of what a completion sets in motion is asyncio's: everything
 * that waits is queued, in the order it registered, and nothing runs inside the setter.
 */
#include "future.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/check.h"
#include "loop_core.h"
#include "order.h"
#include "task_core.h"

/* A future that is no task: what only such a one has. */
struct plain {
    struct rondo_future future; /* first */
    void *lender;               /* of the value, held until the future goes; or NULL */
    void (*release)(void *lender);
    char label[sizeof "future-4294967295"]; /* its name without one, once somebody has asked */
};

static struct plain *plain_of(rondo_future *future)
{
    CHECK(!future->is_task);
    return container_of(future, struct plain, future);
}

void future_init(rondo_future *future, struct rondo_loop *loop, uint32_t id)
{
    future->refs = 1;
    future->loop = loop;
    future->id = id;
    list_init(&future->waiters);
}

rondo_future *rondo_create_future(rondo_loop *loop)
{
    struct plain *plain;

    if (loop == NULL)
        loop = loop_running();
    if (loop == NULL)
        return NULL;
    plain = spare_take(loop_spare(loop, &loop->futures_spare), sizeof *plain);
    if (plain == NULL)
        return NULL;
    future_init(&plain->future, loop, object_number(loop));
    return &plain->future;
}

rondo_future *rondo_ref(rondo_future *future)
{
    if (future != NULL)
        future->refs++;
    return future;
}

/* Registrations by rondo_add_done_callback(). */
struct done_callback {
    struct waiter waiter;
    rondo_callback function;
    void *arg;
    struct rondo_context context; /* of who registered it (CTX-02) */
};

static void done_callback_run(struct callback *callback)
{
    struct waiter *waiter = container_of(callback, struct waiter, callback);
    struct done_callback done = *container_of(waiter, struct done_callback, waiter);

    alloc_release(container_of(waiter, struct done_callback, waiter));
    context_call(&done.context, done.function, done.arg);
}

static void done_callback_free(struct done_callback *done)
{
    if (done == NULL)
        return;
    context_release(&done->context);
    alloc_release(done);
}

static void done_callback_discard(struct callback *callback)
{
    struct waiter *waiter = container_of(callback, struct waiter, callback);

    done_callback_free(container_of(waiter, struct done_callback, waiter));
}

static const struct callback_kind done_callback = {.run = done_callback_run,
                                                   .discard = done_callback_discard,
                                                   .what = "done callback"};

static struct done_callback *as_done_callback(struct list *node)
{
    struct waiter *waiter = container_of(node, struct waiter, link);

    if (waiter->callback.kind != &done_callback)
        return NULL;
    return container_of(waiter, struct done_callback, waiter);
}

static void drop_value(rondo_value *value)
{
    if (value->drop != NULL)
        value->drop(value->as.p);
    value->drop = NULL;
}

/* A failure that goes with its future, and nobody has looked at it (FUT-14). Only while its loop
 * runs: afterwards there may be no loop to tell. */
static void report_unseen(rondo_future *future)
{
    bool failed = future->state == FUTURE_DONE && future->code < 0;

    if (!failed || future->retrieved || loop_running() != future->loop)
        return;
    report_forgotten(future->loop,
                     &(rondo_exception){.message = future->is_task
                                                       ? "Task exception was never retrieved"
                                                       : "Future exception was never retrieved",
                                        .code = future->code,
                                        .text = rondo_future_error_text(future),
                                        .future = future,
                                        .here =
                                            future->is_task ? task_place(task_of(future)) : NULL});
}

static void plain_destroy(struct plain *plain)
{
    struct rondo_loop *loop = plain->future.loop;

    if (plain->release != NULL)
        plain->release(plain->lender);
    spare_give(loop_spare(loop, &loop->futures_spare), plain);
}

void rondo_unref(rondo_future *future)
{
    if (future == NULL || --future->refs > 0)
        return;
    report_unseen(future);
    list_for_each(node, &future->waiters) {
        struct done_callback *done = as_done_callback(node);

        list_remove(node);
        done_callback_free(done);
    }
    drop_value(&future->value);
    alloc_release(future->text);
    alloc_release(future->name);
    if (future->is_task)
        task_destroy(task_of(future));
    else
        plain_destroy(plain_of(future));
}

void rondo_unref_all(rondo_future *const *futures, size_t count)
{
    for (size_t i = 0; i < count; i++)
        rondo_unref(futures[i]);
}

rondo_loop *rondo_get_loop(const rondo_future *future)
{
    return future != NULL ? future->loop : NULL;
}

void rondo_set_name(rondo_future *future, const char *name)
{
    char *copy = future != NULL ? alloc_text(name) : NULL;

    if (copy == NULL)
        return; /* without memory the number has to do */
    alloc_release(future->name);
    future->name = copy;
}

/* Written when somebody asks: most never do. */
static const char *label_of(rondo_future *future)
{
    if (future->is_task) {
        struct task *task = task_of(future);

        snprintf(task->label, sizeof task->label, "Task-%u", future->id);
        return task->label;
    }
    snprintf(plain_of(future)->label, sizeof plain_of(future)->label, "future-%u", future->id);
    return plain_of(future)->label;
}

const char *rondo_get_name(const rondo_future *future)
{
    if (future == NULL)
        return "(none)";
    return future->name != NULL ? future->name : label_of((rondo_future *)(uintptr_t)future);
}

void future_complete(rondo_future *future, int code, rondo_value value, const char *text)
{
    struct list waiters;

    CHECK(future->state == FUTURE_PENDING);
    future->state = code == RONDO_ECANCELED ? FUTURE_CANCELLED : FUTURE_DONE;
    future->code = code;
    future->value = value;
    future->text = text != NULL && text[0] != '\0' ? alloc_text(text) : NULL;
    if (!future->is_task) /* of a task everybody knows */
        order_note_future(OBSERVED_SIGNALLED, future);
    list_move(&waiters, &future->waiters);
    list_for_each(node, &waiters) {
        list_remove(node);
        loop_call_soon(future->loop, &container_of(node, struct waiter, link)->callback);
    }
}

static int refuse_set(const rondo_future *future)
{
    if (future == NULL)
        return RONDO_ENOMEM;
    if (future->is_task)
        return RONDO_EMISUSE;
    order_note_future(OBSERVED_USED, future);
    return future->state != FUTURE_PENDING ? RONDO_EINVALIDSTATE : 0;
}

void future_follow(rondo_future *future, int code, rondo_value value, const char *text,
                   void *lender, void (*release)(void *lender))
{
    struct plain *plain = plain_of(future);

    value.drop = NULL;
    plain->lender = lender;
    plain->release = release;
    future_complete(future, code, code < 0 ? (rondo_value){0} : value, text);
}

static void unref_lender(void *lender)
{
    rondo_unref(lender);
}

int rondo_future_copy_state(rondo_future *future, rondo_future *from)
{
    if (from == NULL)
        return RONDO_ENOMEM;
    RONDO_TRY(refuse_set(future));
    if (from->loop != future->loop)
        return RONDO_EMISUSE;
    if (from->state == FUTURE_PENDING)
        return RONDO_EINVALIDSTATE;
    from->retrieved = true;
    future_follow(future, from->code, from->value, from->text, rondo_ref(from), unref_lender);
    return 0;
}

int rondo_set_result_value(rondo_future *future, rondo_value value)
{
    RONDO_TRY(refuse_set(future));
    future_complete(future, 0, value, NULL);
    return 0;
}

int rondo_set_error(rondo_future *future, int code, const char *message)
{
    if (code >= 0 || code == RONDO_ECANCELED)
        return RONDO_EINVAL;
    RONDO_TRY(refuse_set(future));
    future_complete(future, code, (rondo_value){0}, message);
    return 0;
}

bool rondo_done(const rondo_future *future)
{
    if (future != NULL)
        order_note_future(OBSERVED_USED, future);
    return future != NULL && future->state != FUTURE_PENDING;
}

bool rondo_cancelled(const rondo_future *future)
{
    if (future != NULL)
        order_note_future(OBSERVED_USED, future);
    return future != NULL && future->state == FUTURE_CANCELLED;
}

/* A value as it is lent: without the duty to drop it. */
static void lend(const rondo_future *future, rondo_value *out)
{
    if (out == NULL || future->code < 0)
        return;
    *out = future->value;
    out->drop = NULL;
}

static int retrieve(rondo_future *future, rondo_value *out)
{
    future->retrieved = true;
    lend(future, out);
    return future->code < 0 ? future->code : 0;
}

int rondo_future_result(rondo_future *future, rondo_value *out)
{
    if (future == NULL)
        return RONDO_ENOMEM;
    order_note_future(future->state == FUTURE_PENDING ? OBSERVED_USED : OBSERVED_PASSED, future);
    if (future->state == FUTURE_PENDING)
        return RONDO_EINVALIDSTATE;
    return retrieve(future, out);
}

const char *rondo_future_error_text(const rondo_future *future)
{
    return future != NULL && future->text != NULL ? future->text : "";
}

int future_deliver(rondo_future *future, rondo_value *out)
{
    int code = retrieve(future, out);

    if (code < 0)
        task_note_error(code, future->text);
    return code;
}

void future_add_waiter(rondo_future *future, struct waiter *waiter)
{
    if (future->state == FUTURE_PENDING)
        list_push_back(&future->waiters, &waiter->link);
    else
        loop_call_soon(future->loop, &waiter->callback);
}

int rondo_add_done_callback(rondo_future *future, rondo_callback callback, void *arg)
{
    struct done_callback *done = future != NULL ? alloc_zero(sizeof *done) : NULL;

    if (done == NULL)
        return RONDO_ENOMEM;
    done->waiter.callback.kind = &done_callback;
    done->function = callback;
    done->arg = arg;
    context_copy(&done->context, future->loop);
    order_note_future(OBSERVED_USED, future);
    future_add_waiter(future, &done->waiter);
    return 0;
}

int rondo_remove_done_callback(rondo_future *future, rondo_callback callback, void *arg)
{
    int count = 0;

    if (future == NULL)
        return 0;
    list_for_each(node, &future->waiters) {
        struct done_callback *done = as_done_callback(node);

        if (done == NULL || done->function != callback || done->arg != arg)
            continue;
        list_remove(node);
        done_callback_free(done);
        count++;
    }
    return count;
}

/* Wait for a pending future. Returns: 0, or RONDO_ECANCELED if this task was cancelled. */
static int await_pending(rondo_future *future, const char *here)
{
    struct wait wait;

    wait_init(&wait, task_current(), future->is_task ? "task" : "future", here);
    wait.object.name = future->name;
    wait.object.id = future->id;
    wait.awaited = future; /* cancelling it cancels the future (CAN-01) */
    future_add_waiter(future, &wait.waiter);
    return wait_suspend(&wait);
}

bool future_can_be_awaited(const rondo_future *future)
{
    const struct task *self = task_current();

    return self != NULL && &self->future != future && self->future.loop == future->loop;
}

int futures_refuse(const struct rondo_loop *loop, rondo_future *const *futures, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (futures[i] == NULL)
            return RONDO_ENOMEM;
        if (futures[i]->loop != loop)
            return RONDO_EMISUSE;
    }
    return 0;
}

int rondo_await_at(rondo_future *future, rondo_value *out, const char *here)
{
    int rc;

    if (future == NULL)
        return RONDO_ENOMEM;
    if (future->state != FUTURE_PENDING) {
        order_note_future(OBSERVED_PASSED, future);
        return future_deliver(future, out);
    }
    if (!future_can_be_awaited(future))
        return RONDO_EMISUSE;
    rondo_ref(future);
    rc = await_pending(future, here);
    if (rc == 0 || future->state == FUTURE_CANCELLED)
        rc = future_deliver(future, out);
    rondo_unref(future);
    return rc;
}

/* A place in the future's line that is not the task's own wait. */
struct watch {
    struct waiter waiter; /* in the future's line */
    struct wait wait;     /* of the task that watches */
};

static void watched_is_done(struct callback *callback)
{
    struct waiter *waiter = container_of(callback, struct waiter, callback);

    wait_wake(&container_of(waiter, struct watch, waiter)->wait);
}

int future_watch(rondo_future *future, const char *here)
{
    static const struct callback_kind watched = {.run = watched_is_done, .what = "watch"};
    struct task *task = task_current();
    struct watch watch = {.waiter = {.callback = {.kind = &watched, .who = task}}};
    int rc;

    wait_init(&watch.wait, task, future->is_task ? "task" : "future", here);
    watch.wait.object.name = future->name;
    watch.wait.object.id = future->id;
    future_add_waiter(future, &watch.waiter);
    rc = wait_suspend(&watch.wait);
    list_remove(&watch.waiter.link);
    loop_unqueue(future->loop, &watch.waiter.callback);
    return rc;
}

char *rondo_future_describe(const rondo_future *future, char *text, size_t size)
{
    static const char *const states[] = {"pending", "done", "cancelled"};
    const struct wait *wait;
    const char *state, *here;

    if (future == NULL) {
        snprintf(text, size, "<no task>");
        return text;
    }
    wait = future->is_task ? ((const struct task *)future)->wait : NULL;
    here = future->is_task ? task_place((const struct task *)future) : NULL;
    state = future->code < 0 && future->state == FUTURE_DONE ? rondo_err_name(future->code)
                                                             : states[future->state];
    snprintf(text, size, "<%s %s name=%s%s%s%s%s>", future->is_task ? "Task" : "Future", state,
             rondo_get_name(future), wait != NULL ? " wait=" : "",
             wait != NULL ? wait->object.kind : "", here != NULL ? " spawned=" : "",
             here != NULL ? here : "");
    return text;
}

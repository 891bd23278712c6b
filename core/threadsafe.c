/*
 * threadsafe.c - see threadsafe.h. Both ways are pairs of one concurrent future and one future of a
 * loop: what ends either ends the other, and only the loop's thread touches the latter.
 */
#include "threadsafe.h"

#include "base/alloc.h"
#include "context.h"
#include "crossing.h"
#include "handler.h"
#include "task_core.h"

/* ---- a loop waits for a result ---- */

struct wrap {
    struct crossing crossing;
    struct waiter waiter; /* in the line of `future` */
    rondo_future *future;
};

static void wrap_free(struct wrap *wrap)
{
    list_remove(&wrap->waiter.link);
    loop_unqueue(wrap->future->loop, &wrap->waiter.callback);
    rondo_unref(wrap->future);
    alloc_release(wrap);
}

static void release_concurrent(void *concurrent)
{
    rondo_concurrent_unref(concurrent);
}

static struct wrap *wrap_of(struct callback *callback)
{
    return container_of(callback, struct wrap, crossing.callback);
}

/* The result is there. */
static void wrap_arrives(struct callback *callback)
{
    struct wrap *wrap = wrap_of(callback);
    rondo_concurrent *source = rondo_concurrent_ref(wrap->crossing.source);
    rondo_value value = {.drop = NULL};
    int code = concurrent_outcome(source, &value);

    if (!rondo_done(wrap->future))
        future_follow(wrap->future, code, value, rondo_concurrent_error_text(source), source,
                      release_concurrent);
    else
        rondo_concurrent_unref(source);
    crossing_close(&wrap->crossing);
    wrap_free(wrap); /* which need not hear of what we did ourselves */
}

static void wrap_discarded(struct callback *callback)
{
    struct wrap *wrap = wrap_of(callback);

    crossing_close(&wrap->crossing);
    wrap_free(wrap);
}

static void wrap_cut(struct crossing *crossing)
{
    wrap_free(container_of(crossing, struct wrap, crossing));
}

/* The future is done before the result: it was cancelled, as a rule. */
static void wrap_future_done(struct callback *callback)
{
    struct wrap *wrap =
        container_of(container_of(callback, struct waiter, callback), struct wrap, waiter);

    if (rondo_cancelled(wrap->future))
        rondo_concurrent_cancel(wrap->crossing.source);
    if (crossing_cut(&wrap->crossing))
        wrap_free(wrap);
}

rondo_future *rondo_wrap_future(rondo_concurrent *concurrent, rondo_loop *loop)
{
    static const struct callback_kind done = {.run = wrap_future_done, .what = "wrap_future"};
    static const struct callback_kind arrives = {.run = wrap_arrives,
                                                 .discard = wrap_discarded,
                                                 .what = "wrap_future"};
    rondo_future *future = concurrent != NULL ? rondo_create_future(loop) : NULL;
    struct wrap *wrap = future != NULL ? alloc_zero(sizeof *wrap) : NULL;

    if (wrap == NULL) {
        rondo_unref(future);
        return NULL;
    }
    wrap->future = rondo_ref(future);
    wrap->waiter.callback = (struct callback){.kind = &done};
    wrap->crossing.callback = (struct callback){.kind = &arrives};
    wrap->crossing.cut = wrap_cut;
    future_add_waiter(future, &wrap->waiter);
    crossing_open(&wrap->crossing, future->loop, concurrent);
    return future;
}

/* ---- a coroutine for a loop ---- */

struct commission {
    struct callback begin; /* in the loop */
    struct crossing crossing;
    struct waiter waiter; /* in the line of `task` */
    struct rondo_loop *loop;
    rondo_concurrent *result; /* held */
    rondo_task *task;         /* held; NULL: not spawned yet, or over */
    rondo_fn fn;
    void *arg;
    rondo_spawn_options options; /* its name and context are ours */
    char *name;
    const char *here;
};

static void commission_free(struct commission *commission)
{
    rondo_concurrent_unref(commission->result);
    rondo_context_unref(commission->options.context);
    alloc_release(commission->name);
    alloc_release(commission);
}

static struct commission *of_waiter(struct callback *callback)
{
    return container_of(container_of(callback, struct waiter, callback), struct commission, waiter);
}

/* The task is over, `code` with `value` and `text`; whoever commissioned it may have given up. */
static bool commission_end(struct commission *commission, int code, rondo_value value,
                           const char *text)
{
    bool on_its_way = !crossing_cut(&commission->crossing);
    bool taken = concurrent_complete(commission->result, code, value, text);

    rondo_unref(commission->task);
    commission->task = NULL;
    if (!on_its_way)
        commission_free(commission);
    return taken;
}

static void commission_task_done(struct callback *callback)
{
    struct commission *commission = of_waiter(callback);
    rondo_task *task = rondo_ref(commission->task);

    task->retrieved = true;
    if (commission_end(commission, task->code, task->value, task->text))
        task->value.drop = NULL; /* it is the result's now */
    rondo_unref(task);
}

/* The loop closes: it gives the task up, or has no time left to tell of its end. */
static void commission_task_lost(struct callback *callback)
{
    if (rondo_done(of_waiter(callback)->task)) {
        commission_task_done(callback);
        return;
    }
    commission_end(of_waiter(callback), RONDO_ECLOSED, (rondo_value){.drop = NULL},
                   rondo_strerror(RONDO_ECLOSED));
}

/* The result was cancelled. */
static void commission_cancelled(struct callback *callback)
{
    struct commission *commission = container_of(callback, struct commission, crossing.callback);

    crossing_close(&commission->crossing);
    if (commission->task == NULL) { /* it ended meanwhile */
        commission_free(commission);
        return;
    }
    rondo_cancel(commission->task, NULL);
}

static void commission_cancel_lost(struct callback *callback)
{
    struct commission *commission = container_of(callback, struct commission, crossing.callback);

    crossing_close(&commission->crossing);
    if (commission->task == NULL)
        commission_free(commission);
}

static void report_no_task(const struct commission *commission)
{
    rondo_loop_call_exception_handler(
        commission->loop, &(rondo_exception){.message = "no task for another thread's coroutine",
                                             .code = RONDO_ENOMEM,
                                             .text = "",
                                             .here = commission->here});
}

static void commission_begin(struct callback *callback)
{
    struct commission *commission = container_of(callback, struct commission, begin);

    if (rondo_concurrent_done(commission->result)) {
        commission_free(commission); /* cancelled before it began: the body never runs */
        return;
    }
    commission->task = rondo_spawn_at(commission->loop, commission->fn, commission->arg,
                                      &commission->options, commission->here);
    if (commission->task == NULL) {
        report_no_task(commission);
        rondo_concurrent_set_error(commission->result, RONDO_ENOMEM, NULL);
        commission_free(commission);
        return;
    }
    crossing_open(&commission->crossing, commission->loop, commission->result);
    future_add_waiter(commission->task, &commission->waiter);
}

static void commission_never_begins(struct callback *callback)
{
    struct commission *commission = container_of(callback, struct commission, begin);

    rondo_concurrent_set_error(commission->result, RONDO_ECLOSED, rondo_strerror(RONDO_ECLOSED));
    commission_free(commission);
}

/* All that `commission` needs of its own. Returns: false without memory. */
static bool commission_take(struct commission *commission, const rondo_spawn_options *options)
{
    commission->result = rondo_concurrent_new();
    commission->name = alloc_text(options->name);
    commission->options = *options;
    commission->options.name = commission->name;
    commission->options.context =
        options->context != NULL ? rondo_context_ref(options->context) : rondo_copy_context();
    return commission->result != NULL && commission->options.context != NULL &&
           (options->name == NULL || commission->name != NULL);
}

static const struct callback_kind begins = {.run = commission_begin,
                                            .discard = commission_never_begins,
                                            .what = "run_coroutine_threadsafe"};
static const struct callback_kind cancelled = {.run = commission_cancelled,
                                               .discard = commission_cancel_lost,
                                               .what = "run_coroutine_threadsafe"};
static const struct callback_kind task_done = {.run = commission_task_done,
                                               .discard = commission_task_lost,
                                               .what = "run_coroutine_threadsafe"};

rondo_concurrent *rondo_run_coroutine_threadsafe_at(rondo_loop *loop, rondo_fn fn, void *arg,
                                                    const rondo_spawn_options *options,
                                                    const char *here)
{
    struct commission *commission = fn != NULL ? alloc_zero(sizeof *commission) : NULL;
    rondo_concurrent *result;

    if (commission == NULL)
        return NULL;
    if (!commission_take(commission, options)) {
        commission_free(commission);
        return NULL;
    }
    commission->loop = loop;
    commission->fn = fn;
    commission->arg = arg;
    commission->here = here;
    commission->begin = (struct callback){.kind = &begins};
    commission->crossing.callback = (struct callback){.kind = &cancelled};
    commission->waiter.callback = (struct callback){.kind = &task_done};
    result = rondo_concurrent_ref(commission->result);
    loop_enter(loop, &commission->begin);
    return result;
}

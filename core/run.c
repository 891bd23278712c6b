/*
 * run.c - see run.h: asyncio.run() and Runner over the loop's own verbs.
 */
#include "run.h"

#include "base/alloc.h"
#include "base/check.h"
#include "base/fiber.h"
#include "context.h"
#include "executor.h"
#include "gather.h"
#include "generator.h"
#include "signal_core.h"
#include "task_core.h"

static void stop_when_done(void *loop)
{
    rondo_loop_stop(loop);
}

int rondo_loop_run_until_complete(rondo_loop *loop, rondo_future *future, rondo_value *out)
{
    int rc;

    if (future == NULL)
        return RONDO_ENOMEM;
    if (loop->running || fiber_current()->loop != NULL || future->loop != loop)
        return RONDO_EMISUSE;
    RONDO_TRY(rondo_add_done_callback(future, stop_when_done, loop));
    rondo_ref(future);
    rc = loop_run(loop);
    if (rc == 0)
        rc = rondo_done(future) ? rondo_future_result(future, out) : RONDO_ESTOPPED;
    rondo_remove_done_callback(future, stop_when_done, loop);
    rondo_unref(future);
    return rc;
}

/* The tasks that the program left running. */
struct leftovers {
    rondo_task **tasks;
    size_t count;
};

/* What failed while it was being cleaned up; the result of the run is another (RUN-06). */
static void report_failures(const struct leftovers *left)
{
    for (size_t i = 0; i < left->count; i++) {
        const rondo_future *future = left->tasks[i];

        if (future->state == FUTURE_DONE && future->code < 0)
            rondo_loop_call_exception_handler(
                future->loop,
                &(rondo_exception){.message = "unhandled exception during the cleanup of a run",
                                   .code = future->code,
                                   .text = rondo_future_error_text(future),
                                   .future = left->tasks[i],
                                   .here = task_place(task_of(left->tasks[i]))});
    }
}

static int wait_for_leftovers(void *arg, rondo_value *out)
{
    struct leftovers *left = arg;
    int rc = rondo_gather(left->tasks, left->count, RONDO_RETURN_ERRORS, NULL);

    (void)out;
    report_failures(left);
    return rc;
}

/* Cancel what is left and wait for its cleanup (RUN-05). */
static void cancel_leftovers(rondo_loop *loop)
{
    struct leftovers left = {.count = list_length(&loop->tasks)};
    rondo_task *last;
    size_t i = 0;
    int rc;

    left.tasks = alloc_take(left.count * sizeof(rondo_task *));
    if (left.count == 0 || left.tasks == NULL) {
        alloc_release(left.tasks);
        return;
    }
    list_for_each(node, &loop->tasks) {
        left.tasks[i] = rondo_ref(&container_of(node, struct task, in_loop)->future);
        rondo_cancel(left.tasks[i++], NULL);
    }
    last = rondo_loop_create_task(loop, wait_for_leftovers, &left);
    rc = rondo_loop_run_until_complete(loop, last, NULL);
    (void)rc; /* without memory for the last task, the rest is given up as it stands */
    rondo_unref(last);
    rondo_unref_all(left.tasks, left.count);
    alloc_release(left.tasks);
}

static int close_generators(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return rondo_shutdown_asyncgens();
}

/* After the tasks, which may have been in the middle of one (RUN-07). */
static void close_open_generators(rondo_loop *loop)
{
    rondo_task *task;
    int rc;

    if (list_empty(&loop->generators))
        return;
    task = rondo_loop_create_task(loop, close_generators, NULL);
    rc = rondo_loop_run_until_complete(loop, task, NULL);
    (void)rc; /* without memory they are given up as they stand */
    rondo_unref(task);
}

static int join_threads(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return rondo_shutdown_default_executor(RONDO_JOIN_TIMEOUT);
}

/* Last, as in asyncio: what is closed before may still send work to threads. */
static void close_executor(rondo_loop *loop)
{
    rondo_task *task;
    int rc;

    if (loop->executor == NULL)
        return;
    task = rondo_loop_create_task(loop, join_threads, NULL);
    rc = rondo_loop_run_until_complete(loop, task, NULL);
    (void)rc; /* it was told; closing the loop waits on */
    rondo_unref(task);
}

static rondo_loop *make_loop(const rondo_run_options *options)
{
    rondo_loop *loop = options->loop_factory != NULL
                           ? options->loop_factory(options->loop_factory_arg)
                           : rondo_loop_new();

    if (loop != NULL && options->debug != RONDO_DEBUG_AS_SET)
        rondo_loop_set_debug(loop, options->debug == RONDO_DEBUG_ON);
    return loop;
}

int rondo_runner_open_with(rondo_runner *runner, const rondo_run_options *options)
{
    if (loop_running() != NULL || runner->loop != NULL || runner->closed)
        return RONDO_EMISUSE;
    runner->context = rondo_copy_context();
    runner->loop = runner->context != NULL ? make_loop(options) : NULL;
    if (runner->loop != NULL)
        return 0;
    rondo_context_unref(runner->context);
    runner->context = NULL;
    return RONDO_ENOMEM;
}

rondo_loop *rondo_runner_get_loop(const rondo_runner *runner)
{
    return runner->loop;
}

const char *rondo_runner_error_text(const rondo_runner *runner)
{
    return runner->error_text != NULL ? runner->error_text : "";
}

/* What there is to keep of a run whose main is `task`: its value, or the words of its failure. */
static void keep_outcome(rondo_runner *runner, rondo_task *task, int rc, rondo_value *out)
{
    alloc_release(runner->error_text);
    runner->error_text = alloc_text(rondo_future_error_text(task));
    if (rc >= 0 && out != NULL) {
        *out = task->value; /* with its drop: the future is about to go */
        task->value.drop = NULL;
    }
}

/* Ctrl-C: the first time main is cancelled, the second time it is enough (RUN-12). */
static void on_interrupt(void *arg)
{
    rondo_runner *runner = arg;

    if (rondo_cancelled(runner->main))
        return; /* in this very iteration: that is how the run ends */
    if (runner->interrupted || rondo_done(runner->main))
        loop_interrupt(runner->loop);
    else
        runner->interrupted = rondo_cancel(runner->main, NULL);
}

/* Run until main is done, listening for Ctrl-C. */
static int run_main(rondo_runner *runner, rondo_task *task)
{
    struct signal_watch *watch = interrupt_watch(runner->loop, on_interrupt, runner);
    int rc;

    runner->main = task;
    runner->interrupted = false;
    rc = rondo_loop_run_until_complete(runner->loop, task, NULL);
    interrupt_unwatch(watch);
    if (rc == RONDO_ECANCELED && runner->interrupted && rondo_uncancel(task) == 0)
        rc = RONDO_EINTERRUPTED; /* nobody else had asked for it (RUN-13) */
    return rc;
}

int rondo_runner_run(rondo_runner *runner, rondo_fn fn, void *arg, rondo_value *out)
{
    const rondo_spawn_options options = {.name = "main", .context = runner->context};
    rondo_task *task;
    int rc;

    if (loop_running() != NULL || runner->loop == NULL)
        return RONDO_EMISUSE;
    if (fn == NULL)
        return RONDO_EINVAL;
    task = rondo_spawn_at(runner->loop, fn, arg, &options, NULL);
    rc = run_main(runner, task);
    keep_outcome(runner, task, rc, out);
    rondo_unref(task);
    return rc;
}

int rondo_runner_close(rondo_runner *runner)
{
    if (loop_running() != NULL)
        return RONDO_EMISUSE;
    runner->closed = true;
    if (runner->loop == NULL)
        return 0;
    if (!runner->loop->stuck) { /* else no cleanup could end either */
        cancel_leftovers(runner->loop);
        close_open_generators(runner->loop);
        close_executor(runner->loop);
    }
    rondo_loop_close(runner->loop);
    rondo_context_unref(runner->context);
    alloc_release(runner->error_text);
    *runner = (rondo_runner){.closed = true};
    return 0;
}

int rondo_run_with(rondo_fn fn, void *arg, rondo_value *out, const rondo_run_options *options)
{
    rondo_runner runner = {0};
    int rc;

    if (fn == NULL)
        return RONDO_EINVAL;
    RONDO_TRY(rondo_runner_open_with(&runner, options));
    rc = rondo_runner_run(&runner, fn, arg, out);
    rondo_runner_close(&runner);
    return rc;
}

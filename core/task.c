/*
 * task.c - see task.h and task_core.h: stepping, waiting, cancelling.
 *
 * A task runs on its own fiber, between the loop's switch to it and its next suspension. Requests
 * to cancel follow CPython 3.11 and later: what the task waits for is cancelled; if there is
 * nothing, or it is over already, the request is due at the next suspension.
 */
#include "task.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/check.h"
#include "base/overflow.h"
#include "context.h"
#include "loop_core.h"
#include "order.h"
#include "task_core.h"

struct task *task_of(rondo_future *future)
{
    CHECK(future->is_task);
    return container_of(future, struct task, future);
}

struct subject future_subject(const rondo_future *future)
{
    return future->is_task ? task_subject((const struct task *)future) : (struct subject){NULL, 0};
}

rondo_task *rondo_current_task(void)
{
    struct task *task = task_current();

    return task != NULL ? &task->future : NULL;
}

/* The task is over: report, complete, let the loop go of it. Runs in no task, on the fiber that its
 * body ran on if that began. */
static void finish(struct task *task, int code)
{
    rondo_future *future = &task->future;
    const char *text = NULL;

    if (code >= 0 && task->must_cancel)
        code = RONDO_ECANCELED; /* cancelled itself and returned at once (CAN-09) */
    if (code == RONDO_ECANCELED && (task->must_cancel || task->error_code != code))
        text = task->cancel_text; /* never delivered: before its first step, or at its end */
    else if (code < 0 && code == task->error_code)
        text = task->error_text;
    if (code < 0 && future->value.drop != NULL)
        future->value.drop(future->value.as.p); /* a result that a failure made void */
    observe(OBSERVED_FINISHED, .who = task_subject(task), .code = code);
    future_complete(future, code, code < 0 ? (rondo_value){0} : future->value, text);
    if (code == RONDO_EINTERRUPTED) {
        future->retrieved = true; /* it comes out of the run (LOOP-25) */
        loop_interrupt(future->loop);
    }
    list_remove(&task->in_loop);
    rondo_unref(future);
}

/* ---- stacks: taken at the first step, so that what ends without suspending needs but one ---- */

/* Room for a frame of printf; less is a wish that cannot be met. */
#define STACK_SIZE_LEAST ((size_t)16 << 10)

static size_t page_round(size_t size)
{
    if (size < STACK_SIZE_LEAST)
        size = STACK_SIZE_LEAST;
    if (size > SIZE_MAX / 2)
        size = SIZE_MAX / 2; /* there is no such stack: no memory */
    return (size + 4095) / 4096 * 4096;
}

struct stack *task_stack_take(size_t size)
{
    return stack_take(size != 0 ? page_round(size) + STACK_OVERHEAD : STACK_SIZE_TASK);
}

#define WORKER_ROOM ((sizeof(struct worker) + 63) / 64 * 64)

static void worker_main(void *argument);

/* Let `worker` run the body of `task` next. */
static void assign(struct worker *worker, struct task *task)
{
    worker->fiber.task = task;
    worker->fiber.loop = task->future.loop;
    worker->resumer = NULL;
    worker->innermost = &worker->fiber;
    worker->expects = NULL;
    task->worker = worker;
}

/* Words for the running task, whose stack is spent (base/overflow.h). */
static char *task_words(char *text, size_t size)
{
    const struct task *task = task_current();

    if (task == NULL)
        snprintf(text, size, "a fiber without a task");
    else
        snprintf(text, size, "task %s%s%s", rondo_get_name(&task->future),
                 task->spawned_at != NULL ? ", spawned at " : "",
                 task->spawned_at != NULL ? task->spawned_at : "");
    return text;
}

static struct worker *worker_new(size_t stack_size)
{
    struct stack *stack = task_stack_take(stack_size);
    struct worker *worker;

    if (stack == NULL)
        return NULL;
    overflow_watch(task_words);
    worker = (struct worker *)(void *)(stack->low + stack->size - WORKER_ROOM);
    fiber_init(&worker->fiber, stack, worker_main, worker);
    worker->usual = stack_size == 0;
    return worker;
}

/* More of them would only be memory. */
#define IDLE_MAX 1024

/* Keep `worker`, whose body has ended, for the next one: the one that ended last begins first,
 * while its stack is in the caches. Returns: false if it is not worth it, and has to end. */
static bool lie_idle(struct rondo_loop *loop, struct worker *worker)
{
    if (!worker->usual || loop->idle_count == IDLE_MAX)
        return false;
    loop->idle_count++;
    worker->next = loop->idle;
    loop->idle = worker;
    return true;
}

/* One that is idle, or NULL. */
static struct worker *idle_take(struct rondo_loop *loop)
{
    struct worker *worker = loop->idle;

    if (worker != NULL) {
        loop->idle = worker->next;
        loop->idle_count--;
    }
    return worker;
}

/* Give `task` something to run on, with a stack as it wishes (0: the usual). Returns: false when
 * there is none. */
static bool bind(struct task *task, size_t stack_size)
{
    struct worker *worker = stack_size == 0 ? idle_take(task->future.loop) : NULL;

    if (worker == NULL)
        worker = worker_new(stack_size);
    if (worker != NULL)
        assign(worker, task);
    return worker != NULL;
}

/* ---- turns ---- */

static void start(struct callback *callback);

static const struct callback_kind start_kind = {.run = start, .what = "start"};

void callback_describe(const struct callback *callback, struct pending *pending)
{
    *pending = (struct pending){.id = callback, .what = callback->kind->what};
    if (callback->who != NULL) {
        pending->who = task_subject(callback->who);
        pending->function = callback->who->function;
    }
    if (callback->kind == &start_kind) {
        pending->here = container_of(callback, struct task, start)->spawned_at;
    } else if (callback->kind == &wait_over) {
        const struct wait *wait = container_of(callback, struct wait, waiter.callback);

        pending->what = wait->object.kind;
        pending->object = wait->object;
        pending->here = wait->here;
        if (wait->point != NULL) {
            pending->address = wait->point->address;
            pending->writes = wait->point->writes;
        }
    }
}

/* The task whose turn it is, if all that is due is to let it begin or go on; it is then out of the
 * queue. One that was cancelled before its first step never begins (CAN-02). */
static struct task *next_in_turn(struct rondo_loop *loop)
{
    struct callback *next = loop_next(loop);
    struct task *task = NULL;

    if (next == NULL || loop->debug) /* in debug mode every turn is measured, at home */
        return NULL;
    if (next->kind == &wait_over || (next->kind == &start_kind && !next->who->must_cancel))
        task = next->who;
    if (task != NULL)
        loop->next = NULL;
    return task;
}

/* The fiber to go on with when the one that runs stops: the next task's, if one is next, else the
 * one at home, where everything else is done. */
static struct fiber *next_fiber(struct rondo_loop *loop)
{
    struct task *task = next_in_turn(loop);

    if (task == NULL)
        return loop->home;
    if (task->worker == NULL && !bind(task, 0)) {
        loop->next = &task->start; /* home will tell it */
        return loop->home;
    }
    task->worker->resumer = NULL;
    return task->worker->innermost;
}

/* Stop here until it is the task's turn again. A task that was begun eagerly leaves to its parent.
 */
static void give_way(struct task *task)
{
    struct worker *worker = task->worker;
    struct fiber *next = worker->resumer != NULL ? worker->resumer : next_fiber(task->future.loop);

    if (next != worker->innermost)
        fiber_switch(next);
}

/* Bodies, on the stack of the worker: one, and then whatever begins next, now or later. */
static void worker_main(void *argument)
{
    struct worker *worker = argument;
    struct rondo_loop *loop = worker->fiber.loop;

    for (;;) {
        struct task *task = worker->fiber.task;
        int code = task->fn(task->arg, &task->future.value);
        struct fiber *next = worker->resumer;
        bool kept;

        fiber_check_stack(); /* whose it was is known only now, and the next to run on it is not */
        worker->fiber.task = NULL;
        task->worker = NULL;
        finish(task, code);
        kept = lie_idle(loop, worker);
        if (next == NULL)
            next = next_fiber(loop);
        if (!kept)
            fiber_end(next);
        if (next != &worker->fiber)
            fiber_switch(next);
    }
}

/* Give up a task that has not begun. */
static void fail_to_start(struct task *task, int code)
{
    struct worker *worker = task->worker;

    task->worker = NULL;
    if (worker != NULL)
        fiber_give_up(&worker->fiber);
    finish(task, code);
}

/* Let `task` begin; at its first suspension control goes to `resumer` (NULL: the loop). */
static void begin(struct task *task, struct fiber *resumer)
{
    if (task->must_cancel) {
        fail_to_start(task, RONDO_ECANCELED); /* the body never runs (CAN-02) */
    } else if (task->worker == NULL && !bind(task, 0)) {
        fail_to_start(task, RONDO_ENOMEM);
    } else {
        task->worker->resumer = resumer;
        fiber_switch(task->worker->innermost);
    }
}

/* Returns when something is to be done at home. */
static void start(struct callback *callback)
{
    begin(callback->who, NULL);
}

static struct task *make(struct rondo_loop *loop, size_t stack_size)
{
    struct task *task = spare_take(loop_spare(loop, &loop->tasks_spare), sizeof *task);

    if (task == NULL)
        return NULL;
    task->future.loop = loop;
    if (stack_size != 0 && !bind(task, stack_size)) { /* what is asked for is had at once, or not */
        alloc_release(task);
        return NULL;
    }
    future_init(&task->future, loop, ++loop->task_id_last);
    task->future.is_task = true;
    return task;
}

rondo_task *rondo_spawn_at(rondo_loop *loop, rondo_fn fn, void *arg,
                           const rondo_spawn_options *options, const char *here)
{
    rondo_task *task;

    if (loop == NULL)
        loop = loop_running();
    if (loop == NULL || fn == NULL)
        return NULL;
    if (loop->factory == NULL)
        return rondo_task_new(loop, fn, arg, options, here);
    task = loop->factory(loop, fn, arg, options, here, loop->factory_arg);
    if (options->name != NULL)
        rondo_set_name(task, options->name);
    return task;
}

void rondo_loop_set_task_factory(rondo_loop *loop, rondo_task_factory factory, void *arg)
{
    loop->factory = factory;
    loop->factory_arg = arg;
}

rondo_task_factory rondo_loop_get_task_factory(const rondo_loop *loop)
{
    return loop->factory;
}

rondo_task *rondo_eager_task_factory(rondo_loop *loop, rondo_fn fn, void *fn_arg,
                                     const rondo_spawn_options *options, const char *here,
                                     void *arg)
{
    rondo_spawn_options eager = *options;

    (void)arg;
    eager.eager_start = true;
    return rondo_task_new(loop, fn, fn_arg, &eager, here);
}

static __attribute__((noinline)) void tell_spawned(const struct task *task)
{
    const struct task *by = task_current();

    observe(OBSERVED_SPAWNED, .who = task_subject(task),
            .by = by != NULL ? task_subject(by) : (struct subject){NULL, 0},
            .here = task->spawned_at);
}

rondo_task *rondo_task_new(rondo_loop *loop, rondo_fn fn, void *arg,
                           const rondo_spawn_options *options, const char *here)
{
    struct task *task = loop != NULL && fn != NULL ? make(loop, options->stack_size) : NULL;

    if (task == NULL)
        return NULL;
    task->fn = fn;
    task->arg = arg;
    task->in_debug = loop->debug;
    task->spawned_at = here;
    task->function = options->function;
    task->context = &task->own_context;
    if (options->context != NULL)
        task->context = rondo_context_ref(options->context);
    else
        context_copy(&task->own_context, loop);
    task->own_context.refs = 0; /* it is counted with the task */
    task->start = (struct callback){.kind = &start_kind, .who = task};
    if (options->name != NULL)
        rondo_set_name(&task->future, options->name);
    list_push_back(&loop->tasks, &task->in_loop);
    rondo_ref(&task->future); /* the loop's, until the task is done */
    if (!options->eager_start)
        loop_call_soon(loop, &task->start);
    if (observer_wants(OBSERVED_SPAWNED))
        tell_spawned(task);
    if (options->eager_start && loop_running() == loop)
        begin(task, fiber_current()); /* on top of who spawns it (EAG-01) */
    else if (options->eager_start)
        loop_call_soon(loop, &task->start); /* nothing can run before the loop does */
    return &task->future;
}

void task_destroy(struct task *task)
{
    struct rondo_loop *loop = task->future.loop;

    if (task->worker != NULL)
        fiber_give_up(&task->worker->fiber);
    if (task->context != NULL && task->context != &task->own_context)
        rondo_context_unref(task->context);
    context_release(&task->own_context);
    alloc_release(task->cancel_text);
    alloc_release(task->error_text);
    group_failures_release(task->failures);
    spare_give(loop_spare(loop, &loop->tasks_spare), task);
}

void task_pass(const struct point *point)
{
    struct task *task = task_current();
    struct rondo_loop *loop = task->future.loop;
    struct wait wait;

    wait_init(&wait, task, point->what, point->here);
    wait.point = point;
    wait.object.name = point->name;
    if (loop_offer(loop, &wait.waiter.callback) == &wait.waiter.callback) {
        loop->next = NULL; /* it goes on at once */
        return;
    }
    task->worker->innermost = fiber_current();
    fiber_switch(next_fiber(loop));
}

static void go_on(struct callback *callback)
{
    struct worker *worker = callback->who->worker;

    worker->resumer = NULL;
    fiber_switch(worker->innermost);
}

const struct callback_kind wait_over = {.run = go_on};

bool wait_cancel(struct wait *wait, const char *message)
{
    (void)message;
    if (wait->state != WAIT_PENDING)
        return false;
    wait->state = WAIT_CANCELLED;
    list_remove(&wait->waiter.link);
    loop_call_soon(wait->task->future.loop, &wait->waiter.callback);
    return true;
}

/* What observers are told, apart: hardly ever is there one. Each member is named: to have the
 * others cleared costs more than all that is said, and is done at each turn. */
static __attribute__((noinline)) void tell_blocked(const struct wait *wait)
{
    observe(OBSERVED_BLOCKED, .who = task_subject(wait->task), .by = {NULL, 0},
            .object = wait->object, .address = NULL, .code = 0, .text = NULL, .here = wait->here);
}

static __attribute__((noinline)) void tell_resumed(struct wait *wait, int code)
{
    if (wait->awaited != NULL)
        wait->object.name = wait->awaited->name; /* it may have been renamed meanwhile */
    observe(OBSERVED_RESUMED, .who = task_subject(wait->task), .by = {NULL, 0},
            .object = wait->object, .address = NULL, .code = code, .text = NULL, .here = NULL);
}

int wait_suspend(struct wait *wait)
{
    struct fiber *fiber = fiber_current();
    struct task *task = wait->task;
    int rc = 0;

    CHECK(task == fiber->task && task->wait == NULL);
    task->wait = wait;
    task->worker->innermost = fiber;
    if (task->must_cancel && (wait->awaited != NULL ? rondo_cancel(wait->awaited, task->cancel_text)
                                                    : wait->cancel(wait, task->cancel_text)))
        task->must_cancel = false; /* a request that came while it ran takes effect here (CAN-08) */
    if (observer_wants(OBSERVED_BLOCKED))
        tell_blocked(wait);
    give_way(task);
    task->wait = NULL;
    list_remove(&wait->waiter.link);
    if (wait->state == WAIT_CANCELLED || task->must_cancel)
        rc = RONDO_ECANCELED;
    task->must_cancel = false;
    if (rc < 0)
        task_note_error(rc, task->cancel_text);
    if (observer_wants(OBSERVED_RESUMED))
        tell_resumed(wait, rc);
    return rc;
}

static bool waits_for_lock(const struct wait *wait)
{
    return wait != NULL && wait->state == WAIT_PENDING && strcmp(wait->object.kind, "lock") == 0;
}

/* Record a request. Returns: the future that `task` awaits and that has to be cancelled next, or
 * NULL when the request has reached its end here. */
static rondo_future *request_cancel(struct task *task, const char *message)
{
    struct wait *wait = task->wait;
    rondo_future *awaited = wait != NULL && wait->state == WAIT_PENDING ? wait->awaited : NULL;
    char *copy;

    if (observer_wants(OBSERVED_CANCELLED))
        order_tell_future(OBSERVED_CANCELLED, &task->future, waits_for_lock(wait));
    task->being_cancelled = true;
    task->cancel_requests++;
    copy = alloc_text(message); /* first: the message may be the very text that goes */
    alloc_release(task->cancel_text);
    task->cancel_text = copy;
    if (awaited == NULL) {
        if (wait == NULL || !wait->cancel(wait, message))
            task->must_cancel = true;
    } else if (awaited->state != FUTURE_PENDING) {
        task->must_cancel = true;
    } else if (awaited->is_task && task_of(awaited)->being_cancelled) {
        wait_cancel(wait, message); /* a ring of tasks that await each other is cut here */
    } else {
        return awaited;
    }
    return NULL;
}

/* The requests from `first` to `last`, each awaiting the next, are made. Nothing has run since. */
static void end_cancelling(struct task *first, const struct task *last)
{
    struct task *task = first;

    for (; task != last; task = task_of(task->wait->awaited))
        task->being_cancelled = false;
    task->being_cancelled = false;
}

/* A loop, not a recursion: a chain of awaits may be longer than any stack. */
bool rondo_cancel(rondo_future *future, const char *message)
{
    bool taken = future != NULL && future->state == FUTURE_PENDING &&
                 !(future->is_task && task_of(future)->being_cancelled);
    struct task *first = taken && future->is_task ? task_of(future) : NULL;
    struct task *last = NULL;

    if (future != NULL && !taken)
        order_note_future(OBSERVED_USED, future);
    while (taken && future != NULL && future->is_task) {
        last = task_of(future);
        future = request_cancel(last, message);
    }
    if (taken && future != NULL)
        future_complete(future, RONDO_ECANCELED, (rondo_value){0}, message);
    if (first != NULL)
        end_cancelling(first, last);
    return taken;
}

size_t rondo_all_tasks(rondo_loop *loop, rondo_task **tasks, size_t size)
{
    size_t count = 0;

    if (loop == NULL)
        loop = loop_running();
    if (loop == NULL)
        return 0;
    list_for_each(node, &loop->tasks) {
        if (count < size)
            tasks[count] = &container_of(node, struct task, in_loop)->future;
        count++;
    }
    return count;
}

int rondo_cancelling(const rondo_task *task)
{
    return task != NULL && task->is_task ? ((const struct task *)task)->cancel_requests : 0;
}

int rondo_uncancel(rondo_task *future)
{
    struct task *task;

    if (future == NULL || !future->is_task)
        return 0;
    task = task_of(future);
    if (task->cancel_requests > 0 && --task->cancel_requests == 0)
        task->must_cancel = false;
    return task->cancel_requests;
}

void task_note_error(int code, const char *text)
{
    struct errand *errand = fiber_current()->errand;
    struct task *task = task_current();

    if (errand != NULL) {
        alloc_release(errand->error_text);
        errand->error_text = alloc_text(text);
        errand->error_code = code;
        return;
    }
    if (task == NULL)
        return;
    alloc_release(task->error_text);
    task->error_text = alloc_text(text);
    task->error_code = code;
    group_failures_release(task->failures);
    task->failures = NULL;
}

void scope_report_left(const char *message, const char *text, const char *here)
{
    rondo_loop_call_exception_handler(NULL, &(rondo_exception){.message = message,
                                                               .code = RONDO_EMISUSE,
                                                               .text = text,
                                                               .future = rondo_current_task(),
                                                               .here = here});
}

int rondo_fail(int code, const char *format, ...)
{
    char text[256];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    task_note_error(code, text);
    return code;
}

const char *rondo_error_text(void)
{
    const struct errand *errand = fiber_current()->errand;
    const struct task *task = task_current();
    const char *text = NULL;

    if (errand != NULL)
        text = errand->error_text;
    else if (task != NULL)
        text = task->error_text;
    return text != NULL ? text : "";
}

uint32_t object_number(struct rondo_loop *loop)
{
    bool numbers = observer != NULL && observer->number != NULL;

    return numbers ? observer->number(observer->self) : ++loop->object_id_last;
}

struct observed_object object_view(struct rondo_loop *loop, rondo_object *object, const char *kind)
{
    return (struct observed_object){kind, object->name, object_id(loop, object)};
}

/* Nobody will be told of the end of `future`: what waits for that is discarded. */
static void give_up_waiters(rondo_future *future)
{
    list_for_each(node, &future->waiters) {
        struct callback *callback = &container_of(node, struct waiter, link)->callback;

        list_remove(node);
        if (callback->kind->discard != NULL)
            callback->kind->discard(callback);
    }
}

bool others_wait(void)
{
    const struct rondo_loop *loop = loop_running();

    if (loop == NULL)
        return false;
    list_for_each(node, &loop->tasks) {
        const struct wait *wait = container_of(node, struct task, in_loop)->wait;

        if (wait != NULL && wait->state == WAIT_PENDING && wait->object.id != 0)
            return true;
    }
    return false;
}

/* Say of a task that its loop goes before it. After a run that was stuck everybody knows. */
static void report_pending(struct task *task)
{
    struct rondo_loop *loop = task->future.loop;

    if (loop->stuck)
        return;
    report_forgotten(loop, &(rondo_exception){.message = "Task was destroyed but it is pending",
                                              .text = "",
                                              .future = &task->future,
                                              .here = task->wait != NULL ? task->wait->here
                                                                         : task_place(task)});
}

void task_abandon_all(struct rondo_loop *loop)
{
    list_for_each(node, &loop->tasks) {
        report_pending(container_of(node, struct task, in_loop));
    }
    /* Lines first: what a task waits in may lie on the stack of another. */
    list_for_each(node, &loop->tasks) {
        struct task *task = container_of(node, struct task, in_loop);

        if (task->wait != NULL) {
            list_remove(&task->wait->waiter.link);
            if (task->wait->woken != NULL && task->wait->state == WAIT_WOKEN)
                --*task->wait->woken;
        }
        loop_unqueue(loop, &task->start);
        give_up_waiters(&task->future);
        observe(OBSERVED_FINISHED, .who = task_subject(task), .code = RONDO_EDEADLOCK);
    }
    list_for_each(node, &loop->tasks) {
        list_remove(node);
        rondo_unref(&container_of(node, struct task, in_loop)->future);
    }
    while (loop->idle != NULL)
        fiber_give_up(&idle_take(loop)->fiber);
}

/*
 * loop.c - see loop.h and loop_core.h. Pure: no libuv.
 *
 * One iteration is asyncio's _run_once: timers that are due join the ready queue, then exactly what
 * was ready at that moment runs.
 */
#include "loop.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/check.h"
#include "base/fiber.h"
#include "debug.h"
#include "loop_core.h"

/* asyncio's slow_callback_duration. */
#define SLOW_NS RONDO_MS(100)

/* libuv's grain: timers are due at whole milliseconds of loop time. */
#define GRAIN_NS RONDO_MS(1)

const struct observer *observer;
const char timer_order[] = "timer.order";
const char timer_together[] = "timer.together";
const char sched_ready[] = "sched.ready";

void loop_init(struct rondo_loop *loop, const struct loop_port *port, void *port_self)
{
    *loop = (struct rondo_loop){.port = port,
                                .port_self = port_self,
                                .apart_ns = INT64_MIN,
                                .slow_ns = SLOW_NS,
                                .poll_interval = 1};
    list_init(&loop->ready);
    list_init(&loop->batch);
    list_init(&loop->tasks);
    list_init(&loop->devices);
    list_init(&loop->generators);
    list_init(&loop->crossings);
    deadlines_init(&loop->deadlines);
}

void loop_arm(struct rondo_loop *loop)
{
    bool ready = !list_empty(&loop->ready) || !list_empty(&loop->batch);

    loop->port->arm(loop->port_self, ready ? INT64_MIN : deadlines_when(&loop->deadlines));
}

void loop_unqueue(struct rondo_loop *loop, struct callback *callback)
{
    if (list_linked(&callback->link) && loop->any_order)
        lineup_drop(loop->lineup, callback);
    list_remove(&callback->link);
}

void loop_enter(struct rondo_loop *loop, struct callback *callback)
{
    if (loop_running() == loop || loop->port->enter == NULL)
        loop_call_soon(loop, callback);
    else
        loop->port->enter(loop->port_self, callback);
}

void loop_call_at(struct rondo_loop *loop, struct deadline *deadline, int64_t when_ns)
{
    CHECK(!deadline->armed);
    deadline->when_ns = when_ns;
    deadline->order = loop->order_next++;
    deadline->armed = true;
    deadlines_add(&loop->deadlines, deadline);
    if (!loop->iterating && deadlines_first(&loop->deadlines) == deadline)
        loop_arm(loop);
}

void loop_cancel(struct rondo_loop *loop, struct deadline *deadline)
{
    if (deadline->armed) {
        deadlines_remove(&loop->deadlines, deadline);
        deadline->armed = false;
    }
    loop_unqueue(loop, &deadline->callback);
}

int64_t loop_after(const struct rondo_loop *loop, int64_t delay_ns)
{
    int64_t now = loop->port->now(loop->port_self);

    if (delay_ns <= 0) /* due in the next iteration, not at the next millisecond */
        return loop->port->loop_time(loop->port_self) + delay_ns;
    return delay_ns < RONDO_FOREVER - now ? now + delay_ns : RONDO_FOREVER;
}

/* The loop millisecond at which `when_ns` is due, as nanoseconds. */
static int64_t due_at(int64_t when_ns)
{
    if (when_ns > RONDO_FOREVER - GRAIN_NS)
        return RONDO_FOREVER;
    return (when_ns + GRAIN_NS - 1) / GRAIN_NS * GRAIN_NS;
}

/* The `i`-th of those in a list. */
static struct callback *nth(const struct list *list, size_t i)
{
    struct list *node = list->next;

    while (i-- > 0)
        node = node->next;
    return container_of(node, struct callback, link);
}

static void describe_tied(const struct observed_choice *choice, size_t i, struct pending *pending)
{
    callback_describe(nth(choice->options, i), pending);
}

/* Together or apart is about the one that comes next. */
static void describe_next(const struct observed_choice *choice, size_t i, struct pending *pending)
{
    (void)i;
    describe_tied(choice, 0, pending);
}

static void describe_ready(const struct observed_choice *choice, size_t i, struct pending *pending)
{
    callback_describe(((const struct lineup *)choice->options)->items[i], pending);
}

/* Which option it is: the first, unless an observer says otherwise. It is shown what is ready also
 * where there is nothing to choose. */
static size_t choose(struct observed_choice choice)
{
    bool shown = choice.count > 1 || choice.label == sched_ready;
    size_t index = shown ? observer->pick(observer->self, &choice) : 0;

    CHECK(!shown || index < choice.count);
    return index;
}

/*
 * Timers due at one and the same loop time, production order first, out of the heap into `tied`.
 * Only the timers of an instant that is met exactly are tied: after a blocking call, a real loop
 * finds several deadlines past and takes them by deadline, always in one iteration.
 * Returns: how many there are.
 */
static size_t take_tied(struct rondo_loop *loop, int64_t loop_time, struct list *tied)
{
    struct deadline *first = deadlines_first(&loop->deadlines);
    int64_t due = due_at(first->when_ns);
    size_t count = 0;

    list_init(tied);
    do {
        deadlines_remove(&loop->deadlines, first);
        deadlines_look_ahead(&loop->deadlines);
        list_push_back(tied, &first->callback.link);
        count++;
        first = deadlines_first(&loop->deadlines);
    } while (observer != NULL && due == loop_time && first != NULL &&
             due_at(first->when_ns) == due);
    return count;
}

/* Put the timers that come later back; their order among themselves is kept. */
static void put_back(struct rondo_loop *loop, struct list *tied)
{
    list_for_each(node, tied) {
        struct callback *callback = container_of(node, struct callback, link);

        list_remove(node);
        deadlines_add(&loop->deadlines, container_of(callback, struct deadline, callback));
    }
}

/* Whether the next timer of this instant comes only "a hair later", when all else is done. */
static bool choose_apart(struct list *tied)
{
    struct observed_choice choice = {timer_together, 2, describe_next, tied};

    return observer != NULL && choose(choice) != 0;
}

/*
 * Make the timers in `tied` ready. At a tie two things are open, as on a real clock where one timer
 * is a hair later than the other: which is first, and whether the next comes in the same iteration
 * or only after everything that the first sets in motion. Returns: false in the latter case; the
 * rest is then back in the heap.
 */
static bool make_ready(struct rondo_loop *loop, struct list *tied, size_t count)
{
    for (; count > 0; count--) {
        struct observed_choice choice = {timer_order, count, describe_tied, tied};
        struct callback *chosen = nth(tied, choose(choice));

        list_remove(&chosen->link);
        container_of(chosen, struct deadline, callback)->armed = false;
        list_push_back(&loop->ready, &chosen->link);
        if (count > 1 && choose_apart(tied)) {
            put_back(loop, tied);
            return false;
        }
    }
    return true;
}

/* Move the timers that are due to the ready queue. */
static __attribute__((noinline)) void collect_due(struct rondo_loop *loop)
{
    int64_t loop_time = loop->port->loop_time(loop->port_self);

    for (struct deadline *first = deadlines_first(&loop->deadlines);
         first != NULL && due_at(first->when_ns) <= loop_time;
         first = deadlines_first(&loop->deadlines)) {
        struct list tied;
        size_t count;

        bool busy = !list_empty(&loop->ready) || !list_empty(&loop->batch);

        if (due_at(first->when_ns) == loop->apart_ns && busy)
            return;
        loop->apart_ns = INT64_MIN;
        count = take_tied(loop, loop_time, &tied);
        if (!make_ready(loop, &tied, count)) {
            loop->apart_ns = loop_time;
            return;
        }
    }
}

/* A callback of the program's: the handle that call_soon, call_later and call_at return. */
struct rondo_handle {
    struct deadline deadline; /* its callback is what runs, timed or not */
    struct rondo_loop *loop;
    rondo_callback function;
    void *arg;
    const char *here;
    struct rondo_context context; /* of who queued it */
};

static void handle_give_back(rondo_handle *handle)
{
    spare_give(loop_spare(handle->loop, &handle->loop->handles_spare), handle);
}

static void handle_run(struct callback *callback)
{
    struct deadline *deadline = container_of(callback, struct deadline, callback);
    rondo_handle handle = *container_of(deadline, rondo_handle, deadline);

    handle_give_back(container_of(deadline, rondo_handle, deadline));
    context_call(&handle.context, handle.function, handle.arg);
}

/* Where `callback` was queued, if it is a handle's. */
static const char *handle_place(const struct callback *callback)
{
    if (callback->kind->run != handle_run)
        return NULL;
    return container_of(callback, rondo_handle, deadline.callback)->here;
}

/* Callbacks run here and nowhere else, but for the turns of tasks that are handed on (task.c). */
static void run(struct rondo_loop *loop, struct callback *callback)
{
    struct turn turn;

    if (!loop->debug) {
        callback->kind->run(callback);
        return;
    }
    turn_begin(&turn, loop, callback, handle_place(callback));
    callback->kind->run(callback);
    turn_end(&turn);
}

/* What is ready, by index: a list would have to be walked at each choice. */
static __attribute__((noinline)) void line_up(struct rondo_loop *loop)
{
    loop->lineup = observer->lineup != NULL ? observer->lineup(observer->self) : &loop->own_lineup;
    lineup_empty(loop->lineup);
    for (struct list *node = loop->batch.next; node != &loop->batch; node = node->next)
        lineup_add(loop->lineup, container_of(node, struct callback, link));
    loop->left = loop->lineup->count;
}

static bool any_order_is_open(void)
{
    return observer != NULL && (observer->any_order == NULL || observer->any_order(observer->self));
}

/* Timers that are due join the ready queue; what is ready then, and no more, is this iteration. */
static void begin_iteration(struct rondo_loop *loop)
{
    if (!deadlines_none(&loop->deadlines))
        collect_due(loop);
    list_append(&loop->batch, &loop->ready);
    loop->left = SIZE_MAX;
    loop->any_order = any_order_is_open();
    if (loop->any_order)
        line_up(loop);
}

/*
 * Where any order is open, what became ready meanwhile may come before what was ready at the start:
 * an iteration is then as many callbacks as it began with, and what it leaves stays first in line.
 */
static __attribute__((noinline)) struct callback *choose_ready(struct rondo_loop *loop)
{
    struct observed_choice choice = {sched_ready, loop->lineup->count, describe_ready,
                                     loop->lineup};

    return lineup_take(loop->lineup, choose(choice));
}

/* Of what is ready, what comes next, out of the queue. */
static inline struct callback *take_ready(struct rondo_loop *loop)
{
    struct callback *next = container_of(loop->batch.next, struct callback, link);

    if (loop->any_order)
        next = choose_ready(loop);
    loop->left--;
    loop->next = next;
    list_remove(&next->link);
    return next;
}

static bool iteration_is_over(const struct rondo_loop *loop)
{
    return list_empty(&loop->batch) || loop->left == 0;
}

/* Begin the next iteration without a poll, if there is to be one. Returns: whether it began. */
static bool begin_unpolled(struct rondo_loop *loop)
{
    if (loop->unpolled == 0 || list_empty(&loop->ready) || loop->stopping)
        return false;
    loop->unpolled--;
    begin_iteration(loop);
    return true;
}

struct callback *loop_choose(struct rondo_loop *loop)
{
    if (iteration_is_over(loop) && !begin_unpolled(loop))
        return NULL;
    return take_ready(loop);
}

struct callback *loop_offer(struct rondo_loop *loop, struct callback *callback)
{
    list_push_front(&loop->batch, &callback->link);
    loop->left++;
    lineup_add_first(loop->lineup, callback);
    return take_ready(loop);
}

void loop_iterate(struct rondo_loop *loop)
{
    struct callback *callback;

    loop->iterating = true;
    loop->home = fiber_current();
    loop->unpolled = loop->poll_interval - 1;
    begin_iteration(loop);
    while ((callback = loop_next(loop)) != NULL) {
        loop->next = NULL;
        run(loop, callback);
    }
    loop->iterating = false;
    loop->any_order = false;
    loop_arm(loop);
}

int rondo_loop_enter(rondo_loop *loop)
{
    struct fiber *fiber = fiber_current();

    if (loop->running || fiber->loop != NULL)
        return RONDO_EMISUSE;
    fiber->loop = loop;
    loop->outer_errand = fiber->errand; /* what runs in a loop is the loop's */
    fiber->errand = NULL;
    loop->running = true;
    if (loop->stopping)
        loop->port->arm(loop->port_self, INT64_MIN); /* stopped before: exactly one iteration */
    else
        loop_arm(loop);
    return 0;
}

int rondo_loop_turn(rondo_loop *loop)
{
    int rc;

    if (loop_running() != loop || loop->turning || loop->iterating)
        return RONDO_EMISUSE;
    loop->turning = true;
    rc = loop->port->turn(loop->port_self);
    loop->turning = false;
    loop->stuck = rc == RONDO_EDEADLOCK;
    if (rc == 0 && loop->stopping)
        rc = loop->interrupted ? RONDO_EINTERRUPTED : RONDO_ESTOPPED;
    return rc;
}

int rondo_loop_leave(rondo_loop *loop)
{
    if (loop_running() != loop || loop->turning || loop->iterating)
        return RONDO_EMISUSE;
    loop->stopping = false;
    loop->interrupted = false;
    loop->running = false;
    fiber_current()->loop = NULL;
    fiber_current()->errand = loop->outer_errand;
    return 0;
}

int loop_run(struct rondo_loop *loop)
{
    int rc;

    RONDO_TRY(rondo_loop_enter(loop));
    do
        rc = rondo_loop_turn(loop);
    while (rc == 0);
    rondo_loop_leave(loop);
    return rc == RONDO_ESTOPPED ? 0 : rc;
}

static void discard(struct callback *callback)
{
    list_remove(&callback->link);
    if (callback->kind->discard != NULL)
        callback->kind->discard(callback);
}

void loop_discard(struct rondo_loop *loop)
{
    struct deadline *deadline;

    list_append(&loop->ready, &loop->batch);
    while (!list_empty(&loop->ready))
        discard(container_of(loop->ready.next, struct callback, link));
    while ((deadline = deadlines_first(&loop->deadlines)) != NULL) {
        deadlines_remove(&loop->deadlines, deadline);
        discard(&deadline->callback);
    }
    deadlines_clear(&loop->deadlines);
    lineup_clear(&loop->own_lineup);
    spare_clear(&loop->tasks_spare);
    spare_clear(&loop->futures_spare);
    spare_clear(&loop->handles_spare);
}

int rondo_loop_run_forever(rondo_loop *loop)
{
    return loop_run(loop);
}

void rondo_loop_stop(rondo_loop *loop)
{
    loop->stopping = true;
    observe(OBSERVED_USED, .object = {"loop", NULL, 0}, .code = 1);
    if (!loop->iterating)
        loop->port->arm(loop->port_self, INT64_MIN);
}

void loop_interrupt(struct rondo_loop *loop)
{
    loop->interrupted = true;
    rondo_loop_stop(loop);
}

int rondo_loop_set_poll_interval(rondo_loop *loop, unsigned iterations)
{
    if (iterations == 0)
        return RONDO_EINVAL;
    loop->poll_interval = iterations;
    return 0;
}

unsigned rondo_loop_get_poll_interval(const rondo_loop *loop)
{
    return loop->poll_interval;
}

rondo_loop *rondo_get_running_loop(void)
{
    return loop_running();
}

bool rondo_loop_is_running(const rondo_loop *loop)
{
    return loop->running;
}

int64_t rondo_loop_time(const rondo_loop *loop)
{
    if (loop == NULL)
        loop = loop_running();
    return loop != NULL ? loop->port->now(loop->port_self) : 0;
}

static void handle_free(rondo_handle *handle)
{
    context_release(&handle->context);
    handle_give_back(handle);
}

static void handle_discard(struct callback *callback)
{
    struct deadline *deadline = container_of(callback, struct deadline, callback);

    handle_free(container_of(deadline, rondo_handle, deadline));
}

static const struct callback_kind call_soon = {handle_run, handle_discard, "call_soon"};
static const struct callback_kind call_threadsafe = {handle_run, handle_discard,
                                                     "call_soon_threadsafe"};
static const struct callback_kind call_later = {handle_run, handle_discard, "call_later"};

static rondo_handle *handle_new(rondo_loop *loop, rondo_callback function, void *arg,
                                const struct callback_kind *kind, const char *here)
{
    struct spare *spare = loop_spare(loop, &loop->handles_spare);
    rondo_handle *handle = function != NULL ? spare_take(spare, sizeof *handle) : NULL;

    if (handle == NULL)
        return NULL;
    handle->deadline.callback.kind = kind;
    handle->here = here;
    handle->loop = loop;
    handle->function = function;
    handle->arg = arg;
    context_copy(&handle->context, loop_running() == loop ? loop : NULL);
    return handle;
}

/* Debug mode: whether the caller is on another thread than the one that runs `loop`, which is told
 * (LOOP-30). */
static bool is_foreign(const rondo_loop *loop, const char *function, const char *here)
{
    if (!loop->debug || !loop->running || loop_running() == loop)
        return false;
    rondo_report_at(RONDO_EMISUSE, here,
                    "%s() for a loop that another thread runs; rondo_call_soon_threadsafe() is for "
                    "that",
                    function);
    return true;
}

rondo_handle *rondo_call_soon_at(rondo_loop *loop, rondo_callback callback, void *arg,
                                 const char *here)
{
    rondo_handle *handle;

    if (is_foreign(loop, "rondo_call_soon", here))
        return NULL;
    handle = handle_new(loop, callback, arg, &call_soon, here);
    if (handle == NULL)
        return NULL;
    if (loop->entered)
        loop->port->collect(loop->port_self); /* it came before (LOOP-29) */
    loop_call_soon(loop, &handle->deadline.callback);
    return handle;
}

int rondo_call_soon_threadsafe_at(rondo_loop *loop, rondo_callback callback, void *arg,
                                  const char *here)
{
    rondo_handle *handle;

    if (callback == NULL)
        return RONDO_EINVAL;
    handle = handle_new(loop, callback, arg, &call_threadsafe, here);
    if (handle == NULL)
        return RONDO_ENOMEM;
    loop_enter(loop, &handle->deadline.callback);
    return 0;
}

rondo_handle *rondo_call_at_at(rondo_loop *loop, int64_t when_ns, rondo_callback callback,
                               void *arg, const char *here)
{
    rondo_handle *handle = NULL;

    if (!is_foreign(loop, "rondo_call_at", here))
        handle = handle_new(loop, callback, arg, &call_later, here);
    if (handle != NULL)
        loop_call_at(loop, &handle->deadline, when_ns);
    return handle;
}

rondo_handle *rondo_call_later_at(rondo_loop *loop, int64_t delay_ns, rondo_callback callback,
                                  void *arg, const char *here)
{
    return rondo_call_at_at(loop, loop_after(loop, delay_ns), callback, arg, here);
}

int64_t rondo_handle_when(const rondo_handle *handle)
{
    return handle->deadline.when_ns;
}

void rondo_handle_cancel(rondo_handle *handle)
{
    loop_cancel(handle->loop, &handle->deadline);
    handle_free(handle);
}

char *rondo_loop_describe(const rondo_loop *loop, char *text, size_t size)
{
    snprintf(text, size, "<Loop %s tasks=%zu ready=%zu deadlines=%zu>",
             loop->running ? "running" : "idle", list_length(&loop->tasks),
             list_length(&loop->ready) + list_length(&loop->batch) + (loop->next != NULL),
             deadlines_count(&loop->deadlines));
    return text;
}

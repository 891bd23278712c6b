/*
 * loop_core.h - the loop as the rest of the core sees it: now, call_soon, call_at, cancel, run.
 *
 * Pure: nothing here knows libuv. What the loop needs from outside - a clock, a way to be called
 * again - is `struct loop_port`; loop_uv.c implements it over a uv loop, tests over a number.
 */
#ifndef RONDO_LOOP_CORE_H
#define RONDO_LOOP_CORE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "base/fiber.h"
#include "base/lineup.h"
#include "base/list.h"
#include "deadlines.h"
#include "handler.h"
#include "loop.h"
#include "observe.h"
#include "spare.h"
#include "task.h"

struct bindings;
struct callback;
struct task;
struct worker;

/* What the variables of context.h are for whoever runs in it. */
struct rondo_context {
    /* Of one that rondo_copy_context() made; 0: a part of a task, which is counted instead. Others
     * live inside their owner, and nobody counts. */
    atomic_uint refs;
    /* Counting from 1 in each loop, 0: made outside of one. It tells a context from others that
     * were at its place before, not from all. */
    uint32_t id;
    struct bindings *bindings; /* immutable and counted; NULL: none */
};

/* What all callbacks of one kind have in common. */
struct callback_kind {
    void (*run)(struct callback *callback);
    void (*discard)(struct callback *callback); /* when it will never run; NULL: nothing to free */
    const char *what; /* for reports: "start", "sleep", "call_later"; of a wait, its object says */
};

/* Something to run once, in its turn. Lives inside what it belongs to; queueing it never fails. */
struct callback {
    struct list link; /* in the ready queue, or in none */
    const struct callback_kind *kind;
    struct task *who; /* the task it is about, or NULL */
};

/* A callback that becomes ready at a time. */
struct deadline {
    int64_t when_ns;
    uint64_t order; /* ties go by creation */
    uint32_t slot;  /* where it stands in deadlines.h */
    bool armed;
    struct callback callback;
};

/* Something outside the core that a loop has open. Lives inside what it belongs to. */
struct device {
    struct list link; /* in loop.devices */
    /* The loop is being closed: first the program is told, while its tasks, and what these lend,
     * are still there (NULL: there is nobody to be told); when they are gone, the device is closed
     * for good. */
    void (*tell)(struct device *device);
    void (*close)(struct device *device);
};

/* What a loop needs from outside. */
struct loop_port {
    /* Nanoseconds now; and the loop's own time, which stands still during an iteration and has a
     * grain of a millisecond. */
    int64_t (*now)(void *self);
    int64_t (*loop_time)(void *self);
    /* Call loop_iterate() soon (`when_ns` INT64_MIN), at `when_ns`, or only when something else
     * happens (RONDO_FOREVER). The last call counts. */
    void (*arm)(void *self, int64_t when_ns);
    /* Wait until something is due or happens, and call loop_iterate() once. Returns: 0, or
     * RONDO_EDEADLOCK when nothing of this loop can ever happen again and the observer does not
     * want to wait for another thread. */
    int (*turn)(void *self);
    void (*close)(void *self);
    /* From any thread: keep `callback`, and see to it that a turn calls collect(). NULL: no other
     * thread can enter. */
    void (*enter)(void *self, struct callback *callback);
    /* Queue what has entered, in the order in which it did. */
    void (*collect)(void *self);
};

struct rondo_loop {
    struct list ready;     /* callbacks for the next iteration */
    struct list batch;     /* those of the iteration that runs */
    size_t left;           /* of these, so many may run before the next poll */
    bool any_order;        /* an observer chooses which is next, of all that are ready */
    struct lineup *lineup; /* these, while it does */
    struct lineup own_lineup;
    struct callback *next; /* of these, the one whose turn it is, if it has been chosen already */
    struct fiber *home;    /* that makes the iteration */
    struct deadlines deadlines;
    uint64_t order_next;
    int64_t apart_ns; /* timers of this instant wait for an empty ready queue; see collect_due() */
    bool turning;
    bool stopping;
    bool interrupted; /* that is why */
    bool stuck;       /* the last turn found that nothing can ever run again */
    bool iterating;
    int64_t slow_ns;        /* in debug mode: what holds the loop as long as this is reported */
    unsigned poll_interval; /* iterations from one poll to the next, while something is ready */
    unsigned unpolled;      /* of these, what is left until the next poll */
    /* What other threads ask and say: in a word of its own, since compilers read neighbours at
     * once. */
    atomic_bool running;
    atomic_bool entered; /* the port has callbacks of other threads */
    atomic_bool debug;
    /* Memory of what is gone, for the next ones. */
    struct spare tasks_spare;
    struct spare futures_spare;
    struct spare handles_spare;
    struct worker *idle; /* whose bodies have ended, likewise (task.c) */
    unsigned idle_count;
    struct list tasks;               /* not done yet */
    struct list generators;          /* that have begun and are not finished */
    struct list devices;             /* that are open on what it stands on */
    struct list crossings;           /* from concurrent futures, see crossing.h */
    struct rondo_executor *executor; /* the default one, owned; NULL: none yet */
    bool executor_is_shut;
    void *outer_errand; /* what ran on the fiber that entered */
    unsigned expecting; /* blocks in which a task has said what it waits for (property.h) */
    uint32_t task_id_last;
    uint32_t object_id_last;
    uint32_t context_id_last;
    struct rondo_context *context;   /* of the program's callback that runs, or NULL */
    rondo_exception_handler handler; /* NULL: the default */
    void *handler_arg;
    rondo_task_factory factory; /* NULL: the default */
    void *factory_arg;
    const struct loop_port *port;
    void *port_self;
};

/* Make `loop` an idle loop served by `port`. */
void loop_init(struct rondo_loop *loop, const struct loop_port *port, void *port_self);

/* Tell the port when the next iteration is wanted. Requires: none is being made. */
void loop_arm(struct rondo_loop *loop);

/* Queue `callback` for the next iteration. Requires: it is in no queue. */
static inline void loop_call_soon(struct rondo_loop *loop, struct callback *callback)
{
    bool is_first = list_empty(&loop->ready);

    CHECK(!list_linked(&callback->link));
    list_push_back(&loop->ready, &callback->link);
    if (loop->any_order)
        lineup_add(loop->lineup, callback);
    if (is_first && !loop->iterating)
        loop_arm(loop);
}

/* Take `callback` out of the queue, if it is there. */
void loop_unqueue(struct rondo_loop *loop, struct callback *callback);

/* As loop_call_soon(), from any thread: after all that this and other threads have queued before.
 * Requires: `loop` stays open meanwhile. */
void loop_enter(struct rondo_loop *loop, struct callback *callback);

/* Make `deadline->callback` ready at `when_ns`. Requires: not armed. */
void loop_call_at(struct rondo_loop *loop, struct deadline *deadline, int64_t when_ns);

/* Take `deadline` back, whether it is still in the heap, ready, or neither. */
void loop_cancel(struct rondo_loop *loop, struct deadline *deadline);

/* `delay_ns` from now, without overflow. */
int64_t loop_after(const struct rondo_loop *loop, int64_t delay_ns);

/* One iteration, or as many as are made for one poll: timers that are due become ready, then what
 * was ready at its start runs. Called by the port only. */
void loop_iterate(struct rondo_loop *loop);

/* For loop_next(), when none has been chosen yet. */
struct callback *loop_choose(struct rondo_loop *loop);

/* The callback whose turn it is, which stays queued as loop->next until somebody runs it. Begins
 * the next iteration if there is to be one without a poll. Returns: NULL when it is time to poll.
 */
static inline struct callback *loop_next(struct rondo_loop *loop)
{
    return loop->next != NULL ? loop->next : loop_choose(loop);
}

/* Make `callback` the first of this iteration's; the one whose turn it then is, as from
 * loop_next(). Requires: an iteration runs, and an observer wants to choose. */
struct callback *loop_offer(struct rondo_loop *loop, struct callback *callback);

/* What `callback` will do when it runs. */
void callback_describe(const struct callback *callback, struct pending *pending);

/* Give up everything that is queued or armed. */
void loop_discard(struct rondo_loop *loop);

/* Serve until stopped, on the fiber that calls. Returns: 0, RONDO_EMISUSE inside a run,
 * RONDO_EDEADLOCK from the port. */
int loop_run(struct rondo_loop *loop);

/* End the run at the end of this iteration, with RONDO_EINTERRUPTED. */
void loop_interrupt(struct rondo_loop *loop);

/* Make `to` a copy of the context that runs, for something that `loop` will run. Never fails. */
void context_copy(struct rondo_context *to, struct rondo_loop *loop);

/* Let go of what `context` holds; of one that is all zero, nothing. */
void context_release(struct rondo_context *context);

/* Call `function(arg)` of the program in `context`, then release that. Called by callbacks only. */
void context_call(struct rondo_context *context, rondo_callback function, void *arg);

/* Let the caller run in `context` from now on. Returns: the one before, to be put back in the same
 * way. Requires: a loop runs. */
struct rondo_context *context_enter(struct rondo_context *context);

/* The loop that runs on this fiber, or NULL. */
static inline struct rondo_loop *loop_running(void)
{
    return fiber_running != NULL ? fiber_running->loop : NULL;
}

/* `spare` of `loop`, for whoever it is running; for another thread, or outside, NULL. */
static inline struct spare *loop_spare(struct rondo_loop *loop, struct spare *spare)
{
    return loop_running() == loop ? spare : NULL;
}

#endif

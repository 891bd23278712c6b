/*
 * task_core.h - futures, tasks and waits as the primitives see them. Not public.
 *
 * A suspended task stands in exactly one `struct wait`, which lives on its own stack. Whatever ends
 * the wait queues the wait's callback; the callback resumes the task in its turn. Cancelling a task
 * cancels what it waits for, in the way that the wait knows.
 */
#ifndef RONDO_TASK_CORE_H
#define RONDO_TASK_CORE_H

#include "base/fiber.h"
#include "base/list.h"
#include "loop_core.h"
#include "object.h"
#include "task.h"

enum future_state { FUTURE_PENDING, FUTURE_DONE, FUTURE_CANCELLED };

/* A place in the line of a future or a primitive. */
struct waiter {
    struct list link;
    struct callback callback; /* queued when it is this one's turn */
};

/* What tasks and plain futures have in common: a million of them may live at once, so each word
 * counts. */
struct rondo_future {
    uint32_t refs;
    uint32_t id;
    int code;      /* when done: 0 or more, or the error */
    uint8_t state; /* enum future_state */
    bool is_task;
    bool retrieved; /* somebody has seen how it ended, or nobody needs to */
    bool counted;   /* by a call that collapses duplicates, while that runs; false otherwise */
    struct rondo_loop *loop;
    struct list waiters; /* struct waiter, in the order they registered */
    rondo_value value;
    char *name; /* given, or NULL */
    char *text; /* message of the error or the cancellation, or NULL */
};

enum wait_state { WAIT_PENDING, WAIT_WOKEN, WAIT_CANCELLED };

struct task;

/* A place where a task that could go on lets others go first, if an observer wants that (point.h).
 */
struct point {
    const char *what;    /* "read", "write" ... */
    const char *name;    /* of the variable, or NULL */
    const void *address; /* of what it is about to use, or NULL */
    bool writes;
    const char *here;
};

struct wait {
    struct waiter waiter;
    enum wait_state state;
    struct task *task;
    /* End the wait by cancellation. Returns: false if it is over already. */
    bool (*cancel)(struct wait *wait, const char *message);
    size_t *woken;         /* a park's count of those who have been woken, or NULL */
    rondo_future *awaited; /* an await: the future, which is cancelled in its place; else NULL */
    struct observed_object object;
    const char *here;
    const struct point *point; /* instead of a wait: nothing can cancel it; else NULL */
};

/* What runs bodies, one after another, and what a task has only while its body stands: it lies at
 * the top of the stack it runs on, in a page that is touched anyway. What every turn needs is in
 * its first line of the cache, with what the switch needs. */
struct worker {
    struct fiber *innermost; /* where the task goes on: `fiber`, or a generator's it is in */
    struct fiber *resumer;   /* who began the task eagerly and gets control back; NULL: the loop */
    struct fiber fiber;
    struct rondo_expectation *expects; /* what its waits are for, if it says so (property.h) */
    struct worker *next;               /* of those that are idle */
    bool usual;                        /* its stack is of the usual size */
};

/* In the order of use: what every turn needs is first, what only failures need is last. */
struct task {
    struct rondo_future future; /* first: a task is a future */
    struct worker *worker;      /* of its body, from its first step to its end; else NULL */
    struct wait *wait;          /* where it stands, or NULL */
    bool must_cancel;           /* a request that no wait could take: due at the next suspension */
    bool being_cancelled;
    bool in_debug; /* spawned in debug mode: reports say where */
    int cancel_requests;
    int error_code;                /* the last failure this task met; its message is below */
    unsigned scopes;               /* timeouts, groups and contexts that it has entered */
    struct rondo_context *context; /* in which it runs: its own, or one that it was given */
    struct list in_loop;
    struct callback start;
    rondo_fn fn;
    void *arg;
    const char *spawned_at; /* or NULL */
    const char *function;   /* the name of its body, or NULL */
    struct rondo_context own_context;
    char *cancel_text;
    char *error_text;
    struct rondo_failure *failures;       /* behind it, if a group returned it (group.h); owned */
    char label[sizeof "Task-4294967295"]; /* its name without one, once somebody has asked */
};

/* A function of the program's that an executor runs: what it has where a task has its own. While
 * one runs, its fiber says so. */
struct errand {
    struct rondo_context *context;
    int error_code; /* the last failure it met, and its message */
    char *error_text;
};

/* The running task, or NULL. */
static inline struct task *task_current(void)
{
    return fiber_running != NULL ? fiber_running->task : NULL;
}

/* `future` as a task. Requires: it is one. */
struct task *task_of(rondo_future *future);

/* `task` as observers know it. */
static inline struct subject task_subject(const struct task *task)
{
    return (struct subject){task->future.name, task->future.id};
}

/* Who runs, likewise; outside of a task nobody. */
static inline struct subject subject_running(void)
{
    const struct task *task = task_current();

    return task != NULL ? task_subject(task) : (struct subject){NULL, 0};
}

/* Where `task` was spawned, if that was in debug mode; else NULL. */
static inline const char *task_place(const struct task *task)
{
    return task->in_debug ? task->spawned_at : NULL;
}

/* The subject of a future: its task's, or nobody. */
struct subject future_subject(const rondo_future *future);

/* The callback of every wait: its task goes on. */
extern const struct callback_kind wait_over;

/* The plain way to cancel a wait: leave the line, resume with RONDO_ECANCELED. */
bool wait_cancel(struct wait *wait, const char *message);

/* Prepare `wait` for `task`, which runs, called at `here`; it can be cancelled and the task then
 * leaves the line at once. What it waits for is a `kind` of object; its name and number, if it has
 * any, the caller adds. */
static inline void wait_init(struct wait *wait, struct task *task, const char *kind,
                             const char *here)
{
    wait->waiter.link.next = NULL;
    wait->waiter.callback.link.next = NULL;
    wait->waiter.callback.kind = &wait_over;
    wait->waiter.callback.who = task;
    wait->state = WAIT_PENDING;
    wait->task = task;
    wait->cancel = wait_cancel;
    wait->awaited = NULL;
    wait->woken = NULL;
    wait->point = NULL;
    wait->object.kind = kind;
    wait->object.name = NULL;
    wait->object.id = 0;
    wait->here = here;
}

/* Let others run before the running task goes on from `point`. Requires: any order is open, and it
 * was not begun eagerly. */
void task_pass(const struct point *point);

/* Suspend the running task in `wait` until its callback runs.
 * Returns: 0 when woken; RONDO_ECANCELED. The wait is in no line afterwards. */
int wait_suspend(struct wait *wait);

/* End the wait if it is pending: the task resumes in its turn. Returns: whether it was. */
static inline bool wait_wake(struct wait *wait)
{
    if (wait->state != WAIT_PENDING)
        return false;
    wait->state = WAIT_WOKEN;
    loop_call_soon(wait->task->future.loop, &wait->waiter.callback);
    return true;
}

/* Complete `future`: 0 or more with `value`, RONDO_ECANCELED as cancelled, or another error, with
 * `text` (copied, may be NULL). Requires: pending. */
void future_complete(rondo_future *future, int code, rondo_value value, const char *text);

/* Complete `future` as another result has ended, `value` being lent by that: `lender` is released
 * when the future goes. Requires: pending, and no task. */
void future_follow(rondo_future *future, int code, rondo_value value, const char *text,
                   void *lender, void (*release)(void *lender));

/* Register `waiter`: its callback is queued when `future` is done, now if it is. */
void future_add_waiter(rondo_future *future, struct waiter *waiter);

/* Whether the running task can wait for `future`, which is pending: there is one, it is not the
 * future itself, and they are of one loop (TASK-05, TASK-06). */
bool future_can_be_awaited(const rondo_future *future);

/* Whether `futures` can be waited for together in `loop`. Returns: 0; RONDO_ENOMEM if one is NULL
 * (a spawn that failed); RONDO_EMISUSE if one is of another loop. */
int futures_refuse(const struct rondo_loop *loop, rondo_future *const *futures, size_t count);

/* Wait until `future`, which is pending, is done, without becoming part of it: cancelling the
 * running task ends the wait and leaves the future alone. Two hops from its end, as in asyncio.
 * Returns: 0, or RONDO_ECANCELED if the task was cancelled. */
int future_watch(rondo_future *future, const char *here);

/* The code and value of a done future for the running task, which learns the message. */
int future_deliver(rondo_future *future, rondo_value *out);

/* Set up `future`, which is all zero, as pending, with one reference. */
void future_init(rondo_future *future, struct rondo_loop *loop, uint32_t id);

/* A stack for a task or a generator that wishes for `size` bytes (0: the usual).
 * Returns: NULL when there is none. */
struct stack *task_stack_take(size_t size);

_Static_assert(sizeof(struct task) <= 248 || sizeof(void *) != 8,
               "of a million tasks each word counts");

/* Free a task that nobody holds any more, and what it owns besides its future part. */
void task_destroy(struct task *task);

/* Free a list of a group's failures; NULL is allowed. */
void group_failures_release(struct rondo_failure *first);

/* Tell the exception handler of a block of the running task, begun at `here`, that was left in a
 * way which passes by its outcome. */
void scope_report_left(const char *message, const char *text, const char *here);

/* Something that the program had to deal with, and never did: observers learn of it, and the
 * exception handler is told. */
void report_forgotten(struct rondo_loop *loop, const struct rondo_exception *exception);

/* Remember a failure as the last of the running task, or errand. */
void task_note_error(int code, const char *text);

/* A number for a new object of `loop`. */
uint32_t object_number(struct rondo_loop *loop);

/* The number of `object`, which it gets now if it has none. */
static inline uint32_t object_id(struct rondo_loop *loop, rondo_object *object)
{
    if (object->id == 0)
        object->id = object_number(loop);
    return object->id;
}

/* The object that observers see for `object`, which gets its number now if it has none: before an
 * observer is asked what it wants, since that must not show in a run. */
struct observed_object object_view(struct rondo_loop *loop, rondo_object *object, const char *kind);

/* Give up all tasks of `loop` that are not done: their bodies never go on, and all stacks that it
 * has for tasks return. */
void task_abandon_all(struct rondo_loop *loop);

/* Finish all generators of `loop` that stand somewhere, likewise; after its tasks. */
void generator_abandon_all(struct rondo_loop *loop);

#endif

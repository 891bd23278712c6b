/*
 * task.h - coroutines that run side by side (asyncio.Task).
 *
 * A coroutine is an ordinary C function on a stack of its own; it may call anything, and it
 * suspends only where a function says *Suspends: may*. A coroutine called directly is a plain call
 * (`await coro()`); spawned, it is a task, which is a future (future.h) of what it returns.
 */
#ifndef RONDO_TASK_H
#define RONDO_TASK_H

#include "future.h"

/* The body of a coroutine. Returns: 0 or more for success, with a result in `*out` if it has one;
 * a negative code for failure; RONDO_ECANCELED to end as cancelled. `out` is never NULL in a task.
 */
typedef int (*rondo_fn)(void *arg, rondo_value *out);

struct rondo_context; /* context.h */

/* What a task is given besides its body. All zero is the default. */
typedef struct rondo_spawn_options {
    const char *function; /* the name of the body, static; the macros write it. A task without a
                             name of its own is known by it on tapes, whatever its number is */
    const char *name;     /* copied; NULL: "Task-N", N counting from 1 in each loop */
    size_t stack_size;    /* bytes, rounded up to pages; 0: STACK_SIZE_TASK, 64 KiB */
    struct rondo_context *context; /* to run in, held; NULL: a copy of the caller's (CTX-01) */
    bool eager_start; /* run the body at once, to its first suspension (EAG-01); it may be done on
                         return. Only in a running loop; else as usual */
} rondo_spawn_options;

/* Queue `fn(arg, ...)` as a task of the running loop (asyncio: create_task). Nothing of it runs
 * before the caller suspends (TASK-01), unless it starts eagerly. A failure that nobody ever looks
 * at goes to the loop's exception handler (handler.h). Options: `rondo_spawn(fn, &job, .name =
 * "fetch")`. Returns: the task, or NULL without memory, outside a loop or if `fn` is NULL
 * (TASK-03); NULL may be passed on to await, gather and unref. The usual stack is taken at the
 * first step; if there is none, the task ends with RONDO_ENOMEM. Suspends: never. Owns: the caller
 * holds one reference; `arg` must live until the task is done. */
#define rondo_spawn(fn, arg, ...)                                                           \
    rondo_spawn_at(NULL, (fn), (arg), &(rondo_spawn_options){.function = #fn, __VA_ARGS__}, \
                   RONDO_HERE)

/* As rondo_spawn(), as a task of `loop`, which need not run yet (asyncio: loop.create_task). */
#define rondo_loop_create_task(loop, fn, arg) \
    rondo_spawn_at((loop), (fn), (arg), &(rondo_spawn_options){.function = #fn}, RONDO_HERE)
RONDO_API rondo_task *rondo_spawn_at(rondo_loop *loop, rondo_fn fn, void *arg,
                                     const rondo_spawn_options *options, const char *here);

/* What makes the tasks of a loop in place of the default, which is rondo_task_new() (asyncio: task
 * factory). It is given what the spawn was, and returns a task of rondo_task_new(), made for `loop`
 * with whatever it thinks better; or NULL. */
typedef rondo_task *(*rondo_task_factory)(rondo_loop *loop, rondo_fn fn, void *fn_arg,
                                          const rondo_spawn_options *options, const char *here,
                                          void *arg);

/* Let `factory` make every task of `loop` from now on, main among them; NULL: the default again. A
 * name given at the spawn is set all the same (EXC-05). Suspends: never. Owns: `arg` is handed to
 * `factory` and stays the caller's. */
RONDO_API void rondo_loop_set_task_factory(rondo_loop *loop, rondo_task_factory factory, void *arg);

/* The factory of `loop`, or NULL. Suspends: never. */
RONDO_API rondo_task_factory rondo_loop_get_task_factory(const rondo_loop *loop);

/* The factory by which every task starts eagerly (asyncio: eager_task_factory). */
RONDO_API rondo_task *rondo_eager_task_factory(rondo_loop *loop, rondo_fn fn, void *fn_arg,
                                               const rondo_spawn_options *options, const char *here,
                                               void *arg);

/* A task of `loop`, whatever its factory: for factories. Otherwise as rondo_spawn(); `here` is
 * where reports say that it was spawned. */
RONDO_API rondo_task *rondo_task_new(rondo_loop *loop, rondo_fn fn, void *arg,
                                     const rondo_spawn_options *options, const char *here);

/* The task that runs the caller, or NULL in a callback or outside a loop. Suspends: never.
 * Owns: borrowed. */
RONDO_API rondo_task *rondo_current_task(void);

/* The tasks of `loop` (NULL: the running one) that are not done, oldest first (TASK-12). Stores at
 * most `size` of them, borrowed. Returns: how many there are. Suspends: never. */
RONDO_API size_t rondo_all_tasks(rondo_loop *loop, rondo_task **tasks, size_t size);

/* How many cancel requests `task` has had, less those taken back (CAN-15). Suspends: never. */
RONDO_API int rondo_cancelling(const rondo_task *task);

/* Take back one cancel request: for code that turned a cancellation of its own making into
 * something else. At 0 a request that was not delivered yet is dropped (CAN-16, CAN-17).
 * Returns: the requests that are left. Suspends: never. */
RONDO_API int rondo_uncancel(rondo_task *task);

#endif

/*
 * executor.h - work that blocks, on other threads (concurrent.futures.Executor, run_in_executor,
 * to_thread).
 *
 * An executor is a pool of a size, or one of the program's own making. Its threads are libuv's,
 * which all pools share: four, unless the environment variable UV_THREADPOOL_SIZE says otherwise
 * when the first one is needed; what does not fit waits. In simulation they are threads of the
 * simulated process: they block in virtual time, and take turns (sim/README.md).
 *
 * A function that runs there may block, and may run a loop of its own. It may not touch what
 * belongs to another thread's loop (tasks, futures, locks, queues), except by what threadsafe.h and
 * rondo_call_soon_threadsafe() are for.
 */
#ifndef RONDO_EXECUTOR_H
#define RONDO_EXECUTOR_H

#include "concurrent.h"
#include "task.h"

typedef struct rondo_executor rondo_executor;

/* A piece of work that an executor has been given: a function, its argument, its context, and the
 * concurrent future that its end completes. */
typedef struct rondo_job rondo_job;

/* How an executor of the program's own does its work; all are called with the executor's `self`. */
typedef struct rondo_executor_methods {
    /* Take `job`, and see to it that rondo_job_run() or rondo_job_drop() is called for it once, now
     * or later, on whatever thread. Returns: 0, or a negative code to refuse, `job` untouched.
     * Called on the thread that submits, by several at once. */
    int (*submit)(void *self, rondo_job *job);
    /* Return when every job that was taken has been run or dropped. Called once. NULL: nothing to
     * wait for, submit() runs them. */
    void (*shutdown)(void *self);
} rondo_executor_methods;

/* A pool that runs at most `size` pieces of work at a time, in the order in which they come
 * (ThreadPoolExecutor). `name` (copied; NULL: "executor") is for reports.
 * Requires: `size` is not 0. Returns: NULL without memory, or if `size` is 0. Suspends: never.
 * Owns: rondo_executor_shutdown() frees. */
RONDO_API rondo_executor *rondo_executor_new(const char *name, size_t size);

/* An executor of the program's own: `methods` and `self` are borrowed for its life.
 * Otherwise as rondo_executor_new(). */
RONDO_API rondo_executor *rondo_executor_custom(const char *name,
                                                const rondo_executor_methods *methods, void *self);

/* Run `job` on the calling thread, and complete its future; one that was cancelled is not run.
 * Frees `job`. */
RONDO_API void rondo_job_run(rondo_job *job);

/* Do not run `job`: its future is cancelled. Frees `job`. Suspends: never. */
RONDO_API void rondo_job_drop(rondo_job *job);

/* Hand `job` on to `executor`: for an executor that adds something to another one.
 * Returns: 0; RONDO_ESHUTDOWN; RONDO_ENOMEM. On failure `job` is still the caller's. */
RONDO_API int rondo_executor_pass(rondo_executor *executor, rondo_job *job);

/* Have `fn(arg, ...)` run by `executor`, from any thread (Executor.submit). Its code and value, or
 * its failure with the message that rondo_fail() gave, are those of `*out` (may be NULL: nobody
 * asks for them). It runs in an empty context. Returns: 0; RONDO_ESHUTDOWN after
 * rondo_executor_shutdown(); RONDO_ENOMEM; RONDO_EINVAL if `fn` is NULL; what a submit() of the
 * program's refused with. `out` is set on success. Suspends: never. Owns: the caller holds one
 * reference of `*out`; `arg` must live until the work is done. */
RONDO_API int rondo_executor_submit(rondo_executor *executor, rondo_fn fn, void *arg,
                                    rondo_concurrent **out);

/* Refuse further work, wait until what was given is done, and free `executor` (NULL: nothing).
 * `cancel_pending`: what has not begun is cancelled instead (cancel_futures).
 * Requires: not called by what it runs, nor while it is the default of a loop. Suspends: never, it
 * blocks the thread. */
RONDO_API void rondo_executor_shutdown(rondo_executor *executor, bool cancel_pending);

/* Have `fn(arg, ...)` run by `executor` (NULL: the default one of `loop`) for `loop` (NULL: the
 * running one), which goes on meanwhile (asyncio: loop.run_in_executor). Returns: a future of
 * `loop` that ends as the work does, or as rondo_executor_submit() refuses (RONDO_ESHUTDOWN ...).
 * Cancelling it cancels work that has not begun; what has begun goes on, and nobody waits for it
 * (EXE-02). NULL without memory or without a loop. Suspends: never. Owns: the caller holds one
 * reference; `arg` must live until the work is done, however the future ended. */
RONDO_API rondo_future *rondo_run_in_executor(rondo_loop *loop, rondo_executor *executor,
                                              rondo_fn fn, void *arg);

/* Run `fn(arg, out)` in the default executor of the running loop, in a copy of the caller's
 * context, and wait for it (asyncio.to_thread). Returns: as `fn`, whose message is then
 * rondo_error_text(); RONDO_ECANCELED if this task was cancelled: `fn` goes on if it has begun;
 * RONDO_ESHUTDOWN; RONDO_ENOMEM; RONDO_EINVAL if `fn` is NULL; RONDO_EMISUSE outside a task.
 * Suspends: may. Owns: `out` (may be NULL) is handed over as rondo_run() does; `arg` must live
 * until `fn` returns, which is later than this call if it was cancelled. */
#define rondo_to_thread(fn, arg, out) rondo_to_thread_at((fn), (arg), (out), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_to_thread_at(rondo_fn fn, void *arg, rondo_value *out,
                                            const char *here);

/* Make `executor` the default of `loop` from now on; at first it is a pool, made when it is first
 * needed. The one before, if any, is shut down, which waits for its work.
 * Requires: `executor` is a pool (EXE-03), else RONDO_EINVAL; not NULL. Returns: 0. Suspends:
 * never. Owns: the loop shuts it down, at the latest when it closes. */
RONDO_API int rondo_loop_set_default_executor(rondo_loop *loop, rondo_executor *executor);

/* Let the default executor of the running loop take no more work, and wait until what it has is
 * done, at most `timeout_ns` (RONDO_FOREVER: no limit): if that is too short, the exception handler
 * is told (EXE-04). rondo_run() does it at its end, with RONDO_JOIN_TIMEOUT.
 * Requires: called in a task, else RONDO_EMISUSE. Returns: 0; RONDO_ETIMEDOUT; RONDO_ECANCELED;
 * RONDO_ENOMEM. Suspends: may. */
#define rondo_shutdown_default_executor(timeout_ns) \
    rondo_shutdown_default_executor_at((timeout_ns), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_shutdown_default_executor_at(int64_t timeout_ns, const char *here);

/* asyncio's THREAD_JOIN_TIMEOUT. Unlike asyncio's, a loop that closes then still waits for the
 * threads: what they work on may be on its stack. */
#define RONDO_JOIN_TIMEOUT RONDO_S(300)

#endif

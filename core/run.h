/*
 * run.h - the front door (asyncio.run), and several runs on one loop (asyncio.Runner).
 */
#ifndef RONDO_RUN_H
#define RONDO_RUN_H

#include "task.h"

/* Whether a run is in debug mode (loop.h). */
typedef enum rondo_debug {
    RONDO_DEBUG_AS_SET, /* as the environment, or who made the loop, says */
    RONDO_DEBUG_ON,
    RONDO_DEBUG_OFF
} rondo_debug;

/* What a run, or a runner, is given besides its coroutine. All zero is the default. */
typedef struct rondo_run_options {
    rondo_debug debug; /* RUN-03 */
    /* Makes the loop, and is called once (RUN-09); NULL: rondo_loop_new(). It may return a loop on
     * a uv loop of the program's own, or one that it has set up. The run closes it. NULL from it is
     * RONDO_ENOMEM. */
    rondo_loop *(*loop_factory)(void *arg);
    void *loop_factory_arg;
} rondo_run_options;

/* Make a loop, run `fn(arg, out)` on it as a task named "main", then cancel the tasks that are left
 * and wait for their cleanup, and for the work of the default executor (executor.h), and close the
 * loop (RUN-01, RUN-05): a runner for one run.
 * Requires: not inside a running loop. Returns: 0, or the coroutine's negative code; RONDO_ESTOPPED
 * if the loop was stopped first; RONDO_EINTERRUPTED by Ctrl-C (see below); RONDO_EDEADLOCK if
 * nothing can ever run again (in simulation; a real loop waits for ever); RONDO_EMISUSE inside a
 * running loop; RONDO_EINVAL if `fn` is NULL (RUN-02); RONDO_ENOMEM, also while another loop of
 * this process is open. `out` (may be NULL) is set on success. The words of a failure are lost; a
 * runner keeps them. Options: `rondo_run(fn, &job, NULL, .debug = RONDO_DEBUG_ON)`. Suspends:
 * blocks the thread. Owns: `out` is handed over: a value that owns memory keeps its drop, to be
 * called by the caller.
 *
 * Ctrl-C, the signal SIGINT, cancels main; if main ends by that, and had not been cancelled by
 * somebody else as well, the run returns RONDO_EINTERRUPTED (RUN-12, RUN-13). A second one ends the
 * run at once, as does a task that returns RONDO_EINTERRUPTED (LOOP-25); what is left, main among
 * it, is then cancelled as usual. The loop has to turn: a coroutine that never suspends is not
 * interrupted. On a loop that rondo_loop_new() did not make, a run works without (RUN-14). Where
 * the program adds a handler for SIGINT (signal.h), that is the only one. */
#define rondo_run(fn, arg, out, ...) \
    rondo_run_with((fn), (arg), (out), &(rondo_run_options){__VA_ARGS__})
RONDO_API RONDO_MUST int rondo_run_with(rondo_fn fn, void *arg, rondo_value *out,
                                        const rondo_run_options *options);

/* Runs that share a loop and a context. All zero is one not yet open; its members are private. */
typedef struct rondo_runner {
    rondo_loop *loop;
    struct rondo_context *context;
    char *error_text;
    rondo_task *main; /* of the run that runs */
    bool interrupted; /* Ctrl-C has cancelled it */
    bool closed;
} rondo_runner;

/* Make the loop of `runner`, and its context, a copy of the caller's. Requires: `runner` all zero
 * and not inside a running loop, else RONDO_EMISUSE. Returns: 0; RONDO_ENOMEM without memory or
 * while another loop of this process is open (another runner's too), then still all zero. Options
 * as with rondo_run(). Suspends: never. Owns: rondo_runner_close() frees. */
#define rondo_runner_open(runner, ...) \
    rondo_runner_open_with((runner), &(rondo_run_options){__VA_ARGS__})
RONDO_API int rondo_runner_open_with(rondo_runner *runner, const rondo_run_options *options);

/* Run `fn(arg, out)` as a task named "main". What it sets in context variables is there in the next
 * run, and tasks that it leaves go on in the next run (RUN-10). Requires: open, not closed and not
 * inside a running loop, else RONDO_EMISUSE. Otherwise as rondo_run(). */
RONDO_API RONDO_MUST int rondo_runner_run(rondo_runner *runner, rondo_fn fn, void *arg,
                                          rondo_value *out);

/* The loop of `runner`; NULL if it is not open (asyncio: get_loop). Suspends: never. */
RONDO_API rondo_loop *rondo_runner_get_loop(const rondo_runner *runner);

/* The words of the failure that the last run ended with; "" if there were none. Suspends: never.
 * Owns: valid until the next run or rondo_runner_close(). */
RONDO_API const char *rondo_runner_error_text(const rondo_runner *runner);

/* Cancel the tasks that are left, wait for their cleanup and for the default executor, close the
 * loop. A second time does
 * nothing; a runner that was closed cannot be opened again (RUN-11). Returns: 0, or RONDO_EMISUSE
 * inside a running loop (nothing changed). Suspends: blocks the thread. */
RONDO_API int rondo_runner_close(rondo_runner *runner);

#endif

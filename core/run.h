/*
 * run.h - the front door (asyncio.run), and several runs on one loop (asyncio.Runner).
 */
#ifndef RONDO_RUN_H
#define RONDO_RUN_H

#include "task.h"

/* Make a loop, run `fn(arg, out)` on it as a task named "main", then cancel the tasks that are left
 * and wait for their cleanup, and close the loop (RUN-01, RUN-05): a runner for one run.
 * Requires: not inside a running loop. Returns: 0, or the coroutine's negative code; RONDO_ESTOPPED
 * if the loop was stopped first; RONDO_EDEADLOCK if nothing can ever run again (in simulation; a
 * real loop waits for ever); RONDO_EMISUSE inside a running loop; RONDO_EINVAL if `fn` is NULL
 * (RUN-02); RONDO_ENOMEM, also while another loop of this process is open. `out` (may be NULL) is
 * set on success. Suspends: blocks the thread. Owns: `out` is handed over: a value that owns memory
 * keeps its drop, to be called by the caller. */
RONDO_API RONDO_MUST int rondo_run(rondo_fn fn, void *arg, rondo_value *out);

/* Runs that share a loop and a context. All zero is one not yet open; its members are private. */
typedef struct rondo_runner {
    rondo_loop *loop;
    struct rondo_context *context;
    bool closed;
} rondo_runner;

/* Make the loop of `runner`, and its context, a copy of the caller's. Requires: `runner` all zero
 * and not inside a running loop, else RONDO_EMISUSE. Returns: 0; RONDO_ENOMEM without memory or
 * while another loop of this process is open (another runner's too), then still all zero. Suspends:
 * never. Owns: rondo_runner_close() frees. */
RONDO_API int rondo_runner_open(rondo_runner *runner);

/* Run `fn(arg, out)` as a task named "main". What it sets in context variables is there in the next
 * run, and tasks that it leaves go on in the next run (RUN-10). Requires: open, not closed and not
 * inside a running loop, else RONDO_EMISUSE. Otherwise as rondo_run(). */
RONDO_API RONDO_MUST int rondo_runner_run(rondo_runner *runner, rondo_fn fn, void *arg,
                                          rondo_value *out);

/* Cancel the tasks that are left, wait for their cleanup, close the loop. A second time does
 * nothing; a runner that was closed cannot be opened again (RUN-11). Returns: 0, or RONDO_EMISUSE
 * inside a running loop (nothing changed). Suspends: blocks the thread. */
RONDO_API int rondo_runner_close(rondo_runner *runner);

#endif

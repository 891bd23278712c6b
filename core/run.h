/*
 * run.h - the front door (asyncio.run).
 */
#ifndef RONDO_RUN_H
#define RONDO_RUN_H

#include "task.h"

/* Make a loop, run `fn(arg, out)` on it as a task named "main", then cancel the tasks that are left
 * and wait for their cleanup, and close the loop (RUN-01, RUN-05).
 * Requires: not inside a running loop. Returns: 0, or the coroutine's negative code; RONDO_ESTOPPED
 * if the loop was stopped first; RONDO_EMISUSE inside a running loop; RONDO_EINVAL if `fn` is NULL
 * (RUN-02); RONDO_ENOMEM. `out` (may be
 * NULL) is set on success.
 * Suspends: blocks the thread. Owns: `out` is handed over: a value that owns memory keeps its drop,
 * to be called by the caller. */
RONDO_API RONDO_MUST int rondo_run(rondo_fn fn, void *arg, rondo_value *out);

#endif

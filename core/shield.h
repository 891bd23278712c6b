/*
 * shield.h - wait for a future without becoming part of it (asyncio.shield).
 */
#ifndef RONDO_SHIELD_H
#define RONDO_SHIELD_H

#include "task.h"

/* Wait until `future` is done, as rondo_await() does, but when this task is cancelled the future is
 * left alone and goes on (SHD-02). asyncio's shield is a future; here it is the wait for one, so a
 * shield among others of a gather is a task that shields (SHD-05). The future has to be held by
 * somebody who looks at it later, if a cancel is to lose nothing.
 * Requires: called in a task, and not on itself: else RONDO_EMISUSE. NULL (a spawn that failed):
 * RONDO_ENOMEM. Returns: 0 with the value in `out` (may be NULL); the future's code,
 * RONDO_ECANCELED if it was cancelled itself, with its message (SHD-01); RONDO_ECANCELED when this
 * task was cancelled; rondo_cancelled(future) tells the two apart. Suspends: may; not if the future
 * is done (SHD-03). Owns: `out` is borrowed, valid while the future is held. */
#define rondo_shield(future, out) rondo_shield_at((future), (out), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_shield_at(rondo_future *future, rondo_value *out, const char *here);

#endif

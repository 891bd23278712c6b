/*
 * timeout.h - deadlines by scope (asyncio.timeout) and for one future (asyncio.wait_for).
 */
#ifndef RONDO_TIMEOUT_H
#define RONDO_TIMEOUT_H

#include "task.h"

/* A scope with a deadline. Lives on the coroutine's stack; its members are private. */
typedef struct rondo_timeout {
    void *private_words[17];
} rondo_timeout;

/* Run the block that follows with `delay_ns` to live (RONDO_FOREVER: no limit):
 *
 *     int rc = 0;
 *     RONDO_TIMEOUT(rc, RONDO_S(2)) {
 *         rc = fetch(&job, NULL);
 *     }
 *     if (rc == RONDO_ETIMEDOUT) ...
 *
 * At the deadline the task is cancelled; when RONDO_ECANCELED has come out of the block into `rc`,
 * and nobody else asked for it, it becomes RONDO_ETIMEDOUT (TMO-01, TMO-09); also not before the
 * block, where CPython loses a cancel that was asked for but had not come out of a suspension yet.
 * The block is left through its end or `continue`; `break`, `goto` and `return` (RONDO_TRY too)
 * disarm the deadline but leave the code as it is, which is wrong once it has struck. So that is
 * reported, struck or not, to the exception handler, with the place of the block. Unlike
 * RONDO_GROUP() it leaves `rc` alone at the start, so initialise it; outside a task the block runs
 * without a limit. A deadline that is past fires at the first suspension (TMO-04). Suspends: never
 * itself.
 */
#define RONDO_TIMEOUT(rc, delay_ns) RONDO_TIMEOUT_SCOPE_(rc, rondo_timeout_open, delay_ns)

/* As RONDO_TIMEOUT(), until the absolute time `when_ns` of rondo_loop_time() (asyncio: timeout_at).
 */
#define RONDO_TIMEOUT_AT(rc, when_ns) RONDO_TIMEOUT_SCOPE_(rc, rondo_timeout_open_at, when_ns)

#define RONDO_TIMEOUT_SCOPE_(rc, open, limit_ns)                                          \
    for (rondo_timeout RONDO_UNIQUE(scope) __attribute__((cleanup(rondo_timeout_leave))), \
         *RONDO_UNIQUE(once) = open(&RONDO_UNIQUE(scope), (limit_ns), RONDO_HERE);        \
         RONDO_UNIQUE(once) != NULL;                                                      \
         (rc) = rondo_timeout_close(&RONDO_UNIQUE(scope), (rc)), RONDO_UNIQUE(once) = NULL)

/* Arm `timeout` in the running task; what was in it is overwritten; `here` is where reports say it
 * is. Requires: called in a task (outside, it is never armed); not open already. Returns:
 * `timeout`. Suspends: never. Owns: the task closes it before its memory goes. */
RONDO_API rondo_timeout *rondo_timeout_open(rondo_timeout *timeout, int64_t delay_ns,
                                            const char *here);
RONDO_API rondo_timeout *rondo_timeout_open_at(rondo_timeout *timeout, int64_t when_ns,
                                               const char *here);

/* Disarm `timeout` and translate `code`: RONDO_ECANCELED of its own making becomes
 * RONDO_ETIMEDOUT; any other code passes unchanged. Suspends: never. */
RONDO_API int rondo_timeout_close(rondo_timeout *timeout, int code);

/* The way out by `break`, `goto` or `return`, see RONDO_TIMEOUT(); nothing if it is closed. For the
 * macro. Suspends: never. */
RONDO_API void rondo_timeout_leave(rondo_timeout *timeout);

/* Whether the deadline struck. Suspends: never. */
RONDO_API bool rondo_timeout_expired(const rondo_timeout *timeout);

/* The time of rondo_loop_time() at which it strikes, or would have; RONDO_FOREVER: no limit.
 * Suspends: never. */
RONDO_API int64_t rondo_timeout_when(const rondo_timeout *timeout);

/* Move the deadline to the absolute time `when_ns`, as asyncio does; RONDO_FOREVER: no limit any
 * more. Returns: 0, or RONDO_EMISUSE when it has struck or the scope is closed (TMO-11).
 * Suspends: never. */
RONDO_API int rondo_timeout_reschedule(rondo_timeout *timeout, int64_t when_ns);

/* Write one line about `timeout` into `text`: whether it is active, expiring (its deadline has
 * struck, the block has not ended), expired or closed, and when the deadline is or was, in seconds
 * of rondo_loop_time(); without a limit it has none (TMO-16): `<Timeout active when=0.005>`.
 * Returns: `text`. Suspends: never. */
RONDO_API char *rondo_timeout_describe(const rondo_timeout *timeout, char *text, size_t size);

/* Wait for `future` at most `delay_ns`; then cancel it and wait until its cleanup is through, which
 * may take longer (WF-04). `delay_ns` <= 0: a done future gives its result, any other is cancelled
 * (WF-03); RONDO_FOREVER: no limit.
 * Requires: called in a task of the future's loop, and not on itself: else RONDO_EMISUSE. NULL (a
 * spawn that failed): RONDO_ENOMEM. Returns: 0 with the value in `out` (may be NULL); the future's
 * code; RONDO_ETIMEDOUT; RONDO_ECANCELED when this task was cancelled, which is passed on to the
 * future and never swallowed (WF-09). A future that swallows the cancel and returns a value gives
 * the value (WF-06). At one instant with the future's own end, whichever timer comes first decides,
 * as in CPython 3.12. Suspends: may. Owns: `out` is borrowed, valid while the future is held. */
#define rondo_wait_for(future, delay_ns, out) \
    rondo_wait_for_at((future), (delay_ns), (out), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_wait_for_at(rondo_future *future, int64_t delay_ns, rondo_value *out,
                                           const char *here);

#endif

/*
 * future.h - a result that is not there yet (asyncio.Future).
 *
 * Pending, then done: with a value, with an error (code and message), or cancelled. Callbacks and
 * waiting tasks are queued in the order they registered, never called from inside the setter
 * (FUT-08). Futures are counted: who creates one, or holds one, releases it with rondo_unref().
 *
 * A NULL future stands for a spawn or a create that had no memory. What returns a code gives
 * RONDO_ENOMEM for it, it is never done, and the rest does nothing, so a program need not check
 * each spawn.
 */
#ifndef RONDO_FUTURE_H
#define RONDO_FUTURE_H

#include "loop.h"

/* A pending future of `loop` (NULL: the running one) (asyncio: loop.create_future).
 * Returns: NULL without memory or without a loop. Suspends: never. Owns: the caller holds one
 * reference. */
RONDO_API rondo_future *rondo_create_future(rondo_loop *loop);

/* One more reference. Returns: `future`, which may be NULL. Suspends: never. */
RONDO_API rondo_future *rondo_ref(rondo_future *future);

/* One reference less; the last one frees. A task that still runs lives on, its loop holds it.
 * NULL is allowed. Suspends: never. */
RONDO_API void rondo_unref(rondo_future *future);

/* rondo_unref() of `count` futures. Suspends: never. */
RONDO_API void rondo_unref_all(rondo_future *const *futures, size_t count);

/* The loop that `future` is of (asyncio: get_loop); NULL for NULL. Suspends: never.
 * Owns: borrowed; a loop that was closed is gone. */
RONDO_API rondo_loop *rondo_get_loop(const rondo_future *future);

/* Give a name, used by reports: "reply of server 2". Copied. Suspends: never. */
RONDO_API void rondo_set_name(rondo_future *future, const char *name);

/* The name; a task without one is "Task-3", a future "future-4". Never NULL.
 * Owns: valid until the next rondo_set_name(), or as long as the future. Suspends: never. */
RONDO_API const char *rondo_get_name(const rondo_future *future);

/* Complete with a value. Returns: 0; RONDO_EINVALIDSTATE if done already; RONDO_EMISUSE for a task,
 * which completes itself (TASK-07). State unchanged on failure. Suspends: never.
 * Owns: takes `value`, its drop included, on success. */
#define rondo_set_result(future, x) rondo_set_result_value((future), rondo_value_of(x))
RONDO_API int rondo_set_result_value(rondo_future *future, rondo_value value);

/* Complete with an error. Requires: `code` < 0 and not RONDO_ECANCELED (use rondo_cancel), else
 * RONDO_EINVAL. `message` may be NULL; it is copied. Otherwise as rondo_set_result(). */
RONDO_API int rondo_set_error(rondo_future *future, int code, const char *message);

/* Complete `future` as `from` has ended: value, error or cancellation, with its message. Requires:
 * `from` is done and `future` is not, else RONDO_EINVALIDSTATE; `future` is not a task, and both
 * are of one loop, else RONDO_EMISUSE. State unchanged on failure. Returns: 0. Suspends: never.
 * Owns: the value stays that of `from`, which `future` holds from now on. */
RONDO_API int rondo_future_copy_state(rondo_future *future, rondo_future *from);

/* Cancel. A pending future is cancelled at once. For a task: RONDO_ECANCELED comes out of what it
 * awaits now or next, once for each request; its cleanup may await; it may also swallow it. What it
 * awaits is cancelled with it (CAN-01, CAN-10). `message` may be NULL; it reaches who awaits.
 * Returns: true if the request was taken, false if the future was done. Suspends: never. */
RONDO_API bool rondo_cancel(rondo_future *future, const char *message);

/* Done in any of the three ways. Suspends: never. */
RONDO_API bool rondo_done(const rondo_future *future);

/* Done by cancellation. Suspends: never. */
RONDO_API bool rondo_cancelled(const rondo_future *future);

/* The value, into `out` (may be NULL), without waiting. Returns: 0 or the future's code;
 * RONDO_EINVALIDSTATE while pending (FUT-01). Suspends: never. Owns: `out` is borrowed. */
RONDO_API int rondo_future_result(rondo_future *future, rondo_value *out);

/* The message that came with the error or cancellation; "" if none. Suspends: never.
 * Owns: valid as long as the future. */
RONDO_API const char *rondo_future_error_text(const rondo_future *future);

/* Queue `callback(arg)` when `future` is done; if it is done already, queue it now. It is told
 * nothing but `arg`. Requires: `callback` is not NULL. Returns: 0 or RONDO_ENOMEM. Suspends: never.
 * Owns: `arg` is the caller's; if the future is freed or its loop closed first, nobody is called.
 */
RONDO_API int rondo_add_done_callback(rondo_future *future, rondo_callback callback, void *arg);

/* Remove every registration of `callback` with `arg` that is not queued yet (FUT-09).
 * Returns: how many there were. Suspends: never. */
RONDO_API int rondo_remove_done_callback(rondo_future *future, rondo_callback callback, void *arg);

/* Wait until `future` is done; returns at once, without a switch, if it is (FUT-12).
 * Requires, while it is pending: called in a task of its loop, and not on itself: else
 * RONDO_EMISUSE. NULL (a spawn that failed):
 * RONDO_ENOMEM. Returns: 0 with the value in `out` (may be NULL), or the future's code, whose
 * message is then rondo_error_text(); RONDO_ECANCELED also when this task was cancelled, which
 * cancels the future too. Suspends: may. Owns: `out` is borrowed, valid while the future is held.
 */
#define rondo_await(future, out) rondo_await_at((future), (out), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_await_at(rondo_future *future, rondo_value *out, const char *here);

/* Write one line about `future` into `text`: `<Task pending name=spinner wait=sleep>`; of a task
 * that was spawned in debug mode also where, ` spawned=file.c:31` (TASK-20).
 * Returns: `text`. Suspends: never. */
RONDO_API char *rondo_future_describe(const rondo_future *future, char *text, size_t size);

#endif

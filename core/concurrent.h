/*
 * concurrent.h - a result that another thread will bring (concurrent.futures.Future).
 *
 * Unlike a future of a loop (future.h) it belongs to no loop and no thread: every function here may
 * be called from any. Who waits blocks the whole thread; callbacks are called at once, by the
 * thread that completes it. It comes from an executor (executor.h) or from
 * rondo_run_coroutine_threadsafe(); a loop waits for one through rondo_wrap_future()
 * (threadsafe.h).
 */
#ifndef RONDO_CONCURRENT_H
#define RONDO_CONCURRENT_H

#include <stdbool.h>

#include "api.h"
#include "loop.h"
#include "value.h"

/* Pending, then perhaps running, then done: with a value, an error, or cancelled. Counted. NULL
 * stands for one that could not be made: what returns a code gives RONDO_ENOMEM for it, it is never
 * done, and the rest does nothing. */
typedef struct rondo_concurrent rondo_concurrent;

/* A pending one. Returns: NULL without memory. Suspends: never. Owns: the caller holds one
 * reference. */
RONDO_API rondo_concurrent *rondo_concurrent_new(void);

/* One reference more, and one less; the last one frees. NULL is allowed. Suspends: never. */
RONDO_API rondo_concurrent *rondo_concurrent_ref(rondo_concurrent *concurrent);
RONDO_API void rondo_concurrent_unref(rondo_concurrent *concurrent);

/* Wait until it is done, at most `timeout_ns` (RONDO_FOREVER: no limit; 0: look only), then store
 * its value in `out` (may be NULL). Returns: 0, or its code, whose message is then
 * rondo_error_text(); RONDO_ETIMEDOUT when the time is up. Suspends: never, it blocks the thread
 * and every task on it: a loop waits by rondo_wrap_future() instead. Owns: `out` is borrowed, valid
 * while `concurrent` is held. */
RONDO_API RONDO_MUST int rondo_concurrent_result(rondo_concurrent *concurrent, int64_t timeout_ns,
                                                 rondo_value *out);

/* The message that came with its error; "" if none. Requires: it is done. Suspends: never.
 * Owns: valid while `concurrent` is held. */
RONDO_API const char *rondo_concurrent_error_text(rondo_concurrent *concurrent);

/* Cancel it, unless it has begun to run or has ended. Returns: whether it is cancelled now; false
 * too if it ended otherwise. Suspends: never. */
RONDO_API bool rondo_concurrent_cancel(rondo_concurrent *concurrent);

/* How it stands, for a moment: another thread may change it at once. Suspends: never. */
RONDO_API bool rondo_concurrent_running(rondo_concurrent *concurrent);
RONDO_API bool rondo_concurrent_done(rondo_concurrent *concurrent);
RONDO_API bool rondo_concurrent_cancelled(rondo_concurrent *concurrent);

/* Call `callback(arg)` when it is done: at once, by the thread that completes it, after those added
 * before; here and now if it is done already. Returns: 0 or RONDO_ENOMEM. Suspends: never. */
RONDO_API int rondo_concurrent_add_done_callback(rondo_concurrent *concurrent,
                                                 rondo_callback callback, void *arg);

/* For who brings the result. Begin to run, after which it cannot be cancelled
 * (set_running_or_notify_cancel). Returns: 0; RONDO_ECANCELED if there is nothing to run any more;
 * RONDO_EINVALIDSTATE if it runs or is done. Suspends: never. */
RONDO_API int rondo_concurrent_set_running(rondo_concurrent *concurrent);

/* Complete with a value. Returns: 0, or RONDO_EINVALIDSTATE if it is done (state unchanged).
 * Suspends: never. Owns: takes `value`, its drop included, on success: that is called by whichever
 * thread lets go last. */
#define rondo_concurrent_set_result(concurrent, x) \
    rondo_concurrent_set_result_value((concurrent), rondo_value_of(x))
RONDO_API int rondo_concurrent_set_result_value(rondo_concurrent *concurrent, rondo_value value);

/* Complete with an error; `message` is copied and may be NULL. Requires: `code` < 0 and not
 * RONDO_ECANCELED, else RONDO_EINVAL. Otherwise as above. */
RONDO_API int rondo_concurrent_set_error(rondo_concurrent *concurrent, int code,
                                         const char *message);

#endif

/*
 * loop.h - the event loop: callbacks, deadlines, running and stopping.
 *
 * Programs mostly meet it through rondo_run() (run.h). Callbacks run in the order they were queued;
 * what is queued while an iteration runs waits for the next (asyncio's contracts LOOP-01 to 03).
 * `loop` must not be NULL unless a comment says what that means.
 * A loop belongs to the thread that made it; rondo_call_soon_threadsafe() alone may be called from
 * another (see also threadsafe.h). Each thread has its own running loop (LOOP-35).
 */
#ifndef RONDO_LOOP_H
#define RONDO_LOOP_H

#include "api.h"
#include "error.h"
#include "value.h"

#include <stdbool.h>

typedef void (*rondo_callback)(void *arg);

/* A new loop, not running, on the process's default libuv loop; on any other thread than the first
 * of its process, on a libuv loop of its own (asyncio: new_event_loop). Requires: no other rondo
 * loop is open on the default libuv loop. Returns: NULL when one is, or when there is no memory.
 * Suspends: never. Owns: the caller closes it with rondo_loop_close(). */
RONDO_API rondo_loop *rondo_loop_new(void);

/* As rondo_loop_new(), on a uv loop of the program's own, which must be initialised and outlive it;
 * between its turns the program may use that as it likes. Requires: no other rondo loop is open on
 * `uv`. Owns: the program closes `uv`, after this one. */
struct uv_loop_s; /* uv_loop_t, <uv.h> */
RONDO_API rondo_loop *rondo_loop_new_on(struct uv_loop_s *uv);

/* Close `loop` and free it. Tasks that never finished are given up without running their cleanup
 * (rondo_run() cancels them first), and reported to the exception handler as destroyed, unless the
 * last run ended in RONDO_EDEADLOCK (TASK-13): whoever still holds one finds it pending for ever,
 * its callbacks uncalled, and may only look at it and rondo_unref() it. Work of its default
 * executor (executor.h) that has not begun is cancelled, the rest is waited for. Requires: it is
 * not running. Returns: 0, or RONDO_EMISUSE while it runs (state unchanged). Suspends: never. */
RONDO_API int rondo_loop_close(rondo_loop *loop);

/* Run until `future` is done, then store its value (borrowed) in `out`, which may be NULL.
 * Requires: not inside a running loop. Returns: the future's code; RONDO_ESTOPPED if
 * rondo_loop_stop() came first; RONDO_EINTERRUPTED if a task ended with that; RONDO_EDEADLOCK if
 * nothing can ever run again (in simulation; a real loop waits for ever); RONDO_EMISUSE inside a
 * running loop or for a future of another; RONDO_ENOMEM without memory or if `future` is NULL (a
 * spawn that failed). Suspends: blocks the thread, runs everything else. */
RONDO_API RONDO_MUST int rondo_loop_run_until_complete(rondo_loop *loop, rondo_future *future,
                                                       rondo_value *out);

/* Run until rondo_loop_stop(). Returns: 0; RONDO_EINTERRUPTED if a task ended with that;
 * RONDO_EMISUSE inside a running loop; RONDO_EDEADLOCK as above. Suspends: blocks the thread. */
RONDO_API RONDO_MUST int rondo_loop_run_forever(rondo_loop *loop);

/* Turn `loop` by hand, from a program that has a main loop of its own: between rondo_loop_enter()
 * and rondo_loop_leave(), and only then, it is the running one (LOOP-34), and each turn waits until
 * something is due and makes one iteration.
 *
 *     rondo_loop_enter(loop);
 *     while ((rc = rondo_loop_turn(loop)) == 0)
 *         draw_frame();
 *     rondo_loop_leave(loop);
 *
 * Returns: 0; of a turn RONDO_ESTOPPED once rondo_loop_stop() was called (the iteration is made),
 * RONDO_EINTERRUPTED and RONDO_EDEADLOCK as above; RONDO_EMISUSE, nothing changed: to enter inside
 * a running loop, to turn or leave one that was not entered, or from inside a turn, be it one of
 * the program's own uv_run(). Suspends: a turn blocks the thread. */
RONDO_API RONDO_MUST int rondo_loop_enter(rondo_loop *loop);
RONDO_API RONDO_MUST int rondo_loop_turn(rondo_loop *loop);
RONDO_API int rondo_loop_leave(rondo_loop *loop);

/* Let the iteration that runs finish, then leave the run. What is queued stays queued. Before a
 * run: that run makes exactly one iteration (LOOP-15, LOOP-16). Suspends: never. */
RONDO_API void rondo_loop_stop(rondo_loop *loop);

/* The loop that runs the caller, or NULL outside (asyncio: get_running_loop). Suspends: never. */
RONDO_API rondo_loop *rondo_get_running_loop(void);

/* Whether `loop` is inside a run. Suspends: never. */
RONDO_API bool rondo_loop_is_running(const rondo_loop *loop);

/* Nanoseconds on the loop's clock, which never goes back and has no known origin. Virtual in
 * simulation. `loop` NULL: the running one; 0 outside of one. Suspends: never. */
RONDO_API int64_t rondo_loop_time(const rondo_loop *loop);

/* Switch debug mode (asyncio: set_debug). In it the exception handler (handler.h) is also told of
 * whatever holds the loop too long, and a task remembers where it was spawned, for reports. A new
 * loop is in debug mode if the environment variable RONDO_DEBUG is set to something; that of the
 * simulated process, in simulation (LOOP-33). Suspends: never. */
RONDO_API void rondo_loop_set_debug(rondo_loop *loop, bool debug);
RONDO_API bool rondo_loop_get_debug(const rondo_loop *loop);

/* What "too long" is, by the loop's clock: a callback, or a task between two suspensions, that
 * takes `limit_ns` or more. At first 100 ms (asyncio: slow_callback_duration). Suspends: never. */
RONDO_API void rondo_loop_set_slow_callback_duration(rondo_loop *loop, int64_t limit_ns);
RONDO_API int64_t rondo_loop_get_slow_callback_duration(const rondo_loop *loop);

/* Poll the outside - descriptors, timers, other threads - before every `iterations`-th iteration
 * only, as long as something is ready; 1, at first, is asyncio's way. What it costs: a timer, or a
 * message, may wait for so many iterations more. What it gains: a poll is a system call.
 * Returns: 0, or RONDO_EINVAL for 0. Suspends: never. */
RONDO_API int rondo_loop_set_poll_interval(rondo_loop *loop, unsigned iterations);
RONDO_API unsigned rondo_loop_get_poll_interval(const rondo_loop *loop);

/* Queue `callback(arg)` for the next iteration (asyncio: call_soon).
 * Returns: a handle, borrowed, good for rondo_handle_cancel() until the callback begins (not from
 * inside it) or the loop is closed, which drops it uncalled; NULL when there is no memory, or
 * `callback` is NULL (LOOP-31). Suspends: never. */
#define rondo_call_soon(loop, callback, arg) \
    rondo_call_soon_at((loop), (callback), (arg), RONDO_HERE)
RONDO_API rondo_handle *rondo_call_soon_at(rondo_loop *loop, rondo_callback callback, void *arg,
                                           const char *here);

/* Queue `callback(arg)` for the iteration that follows `delay_ns` from now; 0 or less is at once.
 * Otherwise as rondo_call_soon(). */
#define rondo_call_later(loop, delay_ns, callback, arg) \
    rondo_call_later_at((loop), (delay_ns), (callback), (arg), RONDO_HERE)
RONDO_API rondo_handle *rondo_call_later_at(rondo_loop *loop, int64_t delay_ns,
                                            rondo_callback callback, void *arg, const char *here);

/* As rondo_call_later(), at the absolute time `when_ns` of rondo_loop_time(). */
#define rondo_call_at(loop, when_ns, callback, arg) \
    rondo_call_at_at((loop), (when_ns), (callback), (arg), RONDO_HERE)
RONDO_API rondo_handle *rondo_call_at_at(rondo_loop *loop, int64_t when_ns, rondo_callback callback,
                                         void *arg, const char *here);

/* The time of rondo_loop_time() at which `handle` is due; of one that rondo_call_soon() made, 0.
 * Requires: its callback has not begun. Suspends: never. */
RONDO_API int64_t rondo_handle_when(const rondo_handle *handle);

/* As rondo_call_soon(), from any thread: `loop` is woken if it sleeps. Calls of one thread keep
 * their order, with its rondo_call_soon() too if it is the loop's own (LOOP-29). It cannot be taken
 * back. Requires: `loop` stays open until the call returns. Returns: 0; RONDO_ENOMEM; RONDO_EINVAL
 * if `callback` is NULL. Suspends: never. */
#define rondo_call_soon_threadsafe(loop, callback, arg) \
    rondo_call_soon_threadsafe_at((loop), (callback), (arg), RONDO_HERE)
RONDO_API int rondo_call_soon_threadsafe_at(rondo_loop *loop, rondo_callback callback, void *arg,
                                            const char *here);

/* Take the callback back, uncalled; the handle is freed. Requires: not NULL, and the callback has
 * not begun. Suspends: never. */
RONDO_API void rondo_handle_cancel(rondo_handle *handle);

/* Write one line about `loop` into `text` (`<Loop running tasks=2 ready=1 deadlines=3>`).
 * Returns: `text`. Suspends: never. */
RONDO_API char *rondo_loop_describe(const rondo_loop *loop, char *text, size_t size);

#endif

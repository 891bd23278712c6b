/*
 * signal.h - what the process does when it gets a signal (asyncio: loop.add_signal_handler).
 *
 * A handler is a callback of the loop: it runs in its turn, not inside the signal, so it may do
 * what any callback may. Ctrl-C is handled by a run itself (run.h), until the program adds a
 * handler for SIGINT. The numbers are those of <signal.h>. What the program sets by sigaction() for
 * the same signal is replaced, and the default comes back afterwards: libuv's way.
 */
#ifndef RONDO_SIGNAL_H
#define RONDO_SIGNAL_H

#include "loop.h"

/* Call `callback(arg)` in `loop` for every signal `signum` that comes, in the context of the
 * caller. There is one handler a signal and loop: a second one replaces the first. While there is
 * one, the loop has something to wait for. Returns: 0; RONDO_EINVAL for a signal that cannot be
 * caught (SIGKILL), or if `callback` is NULL; RONDO_ENOTSUP on a loop that is not libuv's;
 * RONDO_ENOMEM, or libuv's code, without memory or descriptors; the former handler then stays.
 * Suspends: never. Owns: the loop does, until rondo_remove_signal_handler() or rondo_loop_close().
 */
RONDO_API int rondo_add_signal_handler(rondo_loop *loop, int signum, rondo_callback callback,
                                       void *arg);

/* Take the handler back; of signals that have come already it hears nothing more. Returns: whether
 * there was one. Suspends: never. */
RONDO_API bool rondo_remove_signal_handler(rondo_loop *loop, int signum);

#endif

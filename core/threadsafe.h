/*
 * threadsafe.h - between a loop and other threads: a coroutine for a loop of another thread
 * (asyncio.run_coroutine_threadsafe), and a loop that waits for another thread's result
 * (asyncio.wrap_future). A plain callback goes by rondo_call_soon_threadsafe() (loop.h).
 */
#ifndef RONDO_THREADSAFE_H
#define RONDO_THREADSAFE_H

#include "concurrent.h"
#include "task.h"

/* Spawn `fn(arg, ...)` in `loop`, from any thread; the options are those of rondo_spawn(). The
 * result is for the caller to wait for (rondo_concurrent_result), if that is not the thread of the
 * loop. To cancel it cancels the task; what it waits for is told in the next iteration. If the task
 * cannot be made, the result is RONDO_ENOMEM and the exception handler of the loop is told
 * (EXE-08); if the loop closes first, RONDO_ECLOSED. Requires: `loop` stays open until the call
 * returns. Returns: NULL without memory, or if `fn` is NULL. Suspends: never. Owns: the caller
 * holds one reference; `arg` must live until the result is there, and the task has ended. The value
 * of the task is handed over to the result. */
#define rondo_run_coroutine_threadsafe(loop, fn, arg, ...)                                  \
    rondo_run_coroutine_threadsafe_at((loop), (fn), (arg),                                  \
                                      &(rondo_spawn_options){.function = #fn, __VA_ARGS__}, \
                                      RONDO_HERE)
RONDO_API rondo_concurrent *rondo_run_coroutine_threadsafe_at(rondo_loop *loop, rondo_fn fn,
                                                              void *arg,
                                                              const rondo_spawn_options *options,
                                                              const char *here);

/* A future of `loop` (NULL: the running one) that ends as `concurrent` does. Cancelling it cancels
 * `concurrent`, unless that has begun to run: then it goes on, and nobody waits for it (EXE-09).
 * Requires: called on the thread of `loop`. Returns: NULL without memory, without a loop, or if
 * `concurrent` is NULL. Suspends: never. Owns: the caller holds one reference; the future holds
 * `concurrent`, whose value it lends. */
RONDO_API rondo_future *rondo_wrap_future(rondo_concurrent *concurrent, rondo_loop *loop);

#endif

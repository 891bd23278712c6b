/*
 * signal_core.h - Ctrl-C as a run sees it. Not public.
 */
#ifndef RONDO_SIGNAL_CORE_H
#define RONDO_SIGNAL_CORE_H

#include "loop.h"

struct signal_watch;

/* Call `callback(arg)` in `loop` for every Ctrl-C that no handler of the program's own is there
 * for. It does not keep the loop waiting. Returns: NULL where that cannot be had (RUN-14): on a
 * loop that rondo_loop_new() did not make, which may be that of another thread, or without memory.
 */
struct signal_watch *interrupt_watch(struct rondo_loop *loop, rondo_callback callback, void *arg);

/* End `watch`; NULL is allowed. */
void interrupt_unwatch(struct signal_watch *watch);

#endif

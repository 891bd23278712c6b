/*
 * sleep.h - let time pass without holding up anybody else (asyncio.sleep).
 */
#ifndef RONDO_SLEEP_H
#define RONDO_SLEEP_H

#include "task.h"

/* Suspend the running task for `delay_ns`; 0 or less is one trip round the ready queue: everything
 * queued before runs first (SLP-02). Requires: called in a task, else RONDO_EMISUSE.
 * Returns: 0, or RONDO_ECANCELED at the time of the cancel, not at the deadline (CAN-13).
 * Suspends: always. */
#define rondo_sleep(delay_ns) rondo_sleep_at((delay_ns), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_sleep_at(int64_t delay_ns, const char *here);

#endif

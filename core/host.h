/*
 * host.h - what a program tells the machine that it runs on: what its work costs, and what it is
 * at the moment. Asyncio has neither.
 *
 * Both are for the simulated world, where computing takes no time unless a program says so, and
 * where faults can be aimed at a role; a live build pays for what it says, and for nothing else.
 */
#ifndef RONDO_HOST_H
#define RONDO_HOST_H

#include <stdint.h>

#include "api.h"

/* Work for `cost_ns`. In simulation the host's CPU is had for so long, or longer on a slow host,
 * and after others where it has fewer CPUs than are asked for (sim/scenario/README.md: `cpus`,
 * `slow`); the calling thread does nothing else meanwhile, other threads and processes do. Live as
 * much of the thread's CPU time is really spent. May be called from anywhere. Returns: when it is
 * done; 0 or less is nothing. Suspends: never, it holds up every task of its loop. */
RONDO_API void rondo_busy(int64_t cost_ns);

/* This process has the role `name` from now on ("leader"), and no other; NULL: none. Faults of a
 * scenario find it by that. `name` is copied if anybody cares. Live it costs a branch. Suspends:
 * never. */
RONDO_API void rondo_role(const char *name);

#endif

/*
 * direct.h - runs that are led into a circle of locks which another run foretold
 * (detect/lock_order.h): whether a schedule gets stuck there.
 *
 * P. Joshi, C.-S. Park, K. Sen, M. Naik: A randomized dynamic program analysis technique for
 * detecting real deadlocks (PLDI 2009). Each task of the circle that holds its outer lock is held
 * back, before it takes its inner one, until all of them hold theirs; others go on meanwhile, at
 * random after the first run. Where only such are ready as are held back, one has to go on: time
 * does not move while anybody is ready. So a circle that needs another timing is not entered.
 *
 * Tasks and locks are known by name and place. One of these runs that ends in a deadlock has a tape
 * like any other; no number of runs that do not says that there is none.
 */
#ifndef RONDO_RUN_DIRECT_H
#define RONDO_RUN_DIRECT_H

#include "detect/lock_order.h"
#include "run/runner.h"

/* Runs for one circle, before it is left at a prediction. */
#define DIRECTED_RUNS 20

/* Lead runs of `run` into `circle`, drawing from `seed`. Returns: which run got stuck, from 1, with
 * what it showed in `seen` (the caller's) and its tape in the record of `chance`; 0: none did. */
size_t direct_runs(struct runner *runner, const struct scenario *scenario,
                   const struct run_spec *run, const struct lock_circle *circle, uint64_t seed,
                   struct chance *chance, struct observation *seen);

#endif

/*
 * simulated.h - a function as the one process of a world of its own, with memory of its own.
 */
#ifndef RONDO_TESTS_SIMULATED_H
#define RONDO_TESTS_SIMULATED_H

#include <stdint.h>

#include "world/world.h"

/* Run `body(arg)` in production order, at most `steps_max` steps (0: as many as any run).
 * Returns: how the world ended. */
enum world_end run_simulated(void (*body)(void *arg), void *arg, uint64_t steps_max);

/* The same, deciding by `chance`. */
enum world_end run_simulated_by(struct chance *chance, void (*body)(void *arg), void *arg,
                                uint64_t steps_max);

#endif

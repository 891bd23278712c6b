/*
 * enumerate.h - every outcome of the ties, one run each: the oracle of the explorers to come.
 */
#ifndef RONDO_RUN_ENUMERATE_H
#define RONDO_RUN_ENUMERATE_H

#include <stdbool.h>

#include "world/chance.h"

/* Turn `tape`, as a run has just recorded it, into the tape of the next one in order: the last
 * decision of `family` that has another value to try takes it, and what came after is cut.
 * Starting from an empty tape this visits every combination once (depth first).
 * Returns: false when that was the last. */
bool enumerate_next(struct tape *tape, enum chance_family family);

#endif

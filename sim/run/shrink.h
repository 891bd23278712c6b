/*
 * shrink.h - from a run that fails to the one that fails with the fewest departures from production
 * order.
 *
 * Zeller and Hildebrandt: Simplifying and Isolating Failure-Inducing Input, TSE 2002, over the
 * departures of all families together: schedule, timings, faults. Departures are anchored
 * (world/anchor.h), so that one that goes leaves the others where they were. What is left is
 * compared with everything that one departure can do, two, and so on as long as there is time: that
 * is often less still, and then it is known to be the least.
 *
 * Declared weather happens in production order, so that it does not is a departure. What need not
 * happen is left out at last: what is left of a run is then steps and weather that it needs.
 */
#ifndef RONDO_RUN_SHRINK_H
#define RONDO_RUN_SHRINK_H

#include "run/trial.h"

struct shrunk {
    struct tape tape;   /* the decisions of the smallest run that fails, all of them */
    size_t departures;  /* among them, but for weather that does not happen; */
    size_t before;      /* and at first */
    size_t weather;     /* times at which there might have been some, and of these */
    size_t calm;        /* those at which it need not be */
    size_t fewer_tried; /* if not 0: of all runs with fewer departures, which are so many, none
                           fails */
};

/* Shrink `departures`, which `trial` has to find its finding with; families as the trial opens
 * them. Returns: false if it does not find it. On success the caller owns what `shrunk` holds:
 * tape_clear(). */
bool shrink(struct trial *trial, const struct tape *departures, struct shrunk *shrunk);

#endif

/*
 * explore.h - many schedules of one run of a scenario, by one strategy.
 *
 * Runs are quick: no trace is kept, no anchor written. One that shows something new, or does not
 * come to its end, is run again from its tape with everything recorded; that is what is reported,
 * and it must show the same.
 */
#ifndef RONDO_RUN_EXPLORE_H
#define RONDO_RUN_EXPLORE_H

#include "run/runner.h"
#include "strategy/strategy.h"

/* What is asked for, and who is told. */
struct exploration {
    const struct strategy_kind *strategy;
    uint64_t seed;
    size_t schedules; /* to try */
    size_t shard;     /* of `shards`: of the schedules, those whose number leaves this */
    size_t shards;    /* 0 is 1 */
    size_t wanted;    /* if not 0: a schedule that is met whatever it shows */
    /* A schedule has shown something new, or is the one that is wanted: `chance` has its tape, the
     * runner its trace; `schedule` counts from 1. Called before it is added to what was observed.
     */
    void (*met)(void *self, const struct chance *chance, const struct observation *seen,
                size_t schedule);
    /* After each schedule: whether to go on. NULL: as long as there are any. */
    bool (*more)(void *self, const struct observed_run *observed);
    void *self;
};

/* Run schedules and add what they show to `observed`, which also says whether there are more.
 * Returns: true; false, with the reason in `text`, when two runs of one schedule differ. */
bool explore(struct runner *runner, const struct scenario *scenario, const struct run_spec *run,
             const struct exploration *exploration, struct observed_run *observed, char *text,
             size_t size);

#endif

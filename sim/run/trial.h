/*
 * trial.h - one run of a program that is known to fail, as somebody says, and whether it fails so
 * again: what shrinking and the search for the critical step are made of.
 */
#ifndef RONDO_RUN_TRIAL_H
#define RONDO_RUN_TRIAL_H

#include "run/runner.h"
#include "strategy/strategy.h"

struct trial {
    struct runner *runner;
    const struct scenario *scenario;
    const struct run_spec *run;
    const char *finding;  /* what has to be found, by name */
    void (*begins)(void); /* told of each run before it begins; NULL after trial_open() */
    struct chance chance;
    size_t runs;      /* so far */
    size_t decisions; /* in them, and one for each */
    /* Of the last run, whose record `chance` has and whose trace the runner: */
    bool found;        /* the finding, */
    bool passed;       /* or nothing at all, to the end, */
    const char *other; /* or something else, by name */
    uint64_t outcome;  /* of the first that had it: a candidate is one only where it ends so */
    uint64_t hash;
    int64_t elapsed_ns;
    char *lines; /* of what was found, or NULL */
};

/* What a run is to do: decisions in their order, over all families, then as `then` says, whose
 * schedule has begun (NULL: production order). */
struct plan {
    const uint32_t *values;
    size_t count;
    struct strategy *then;
};

/* Ready to run `run` of `scenario` with the families `open`. What is given is borrowed.
 * Requires: runner_check() passed. */
void trial_open(struct trial *trial, struct runner *runner, const struct scenario *scenario,
                const struct run_spec *run, unsigned open, const char *finding);
void trial_close(struct trial *trial);

/* Run with these departures and production order elsewhere; exactly as recorded; by a plan.
 * Returns: whether the finding is found. */
bool trial_departures(struct trial *trial, const struct tape *departures);
bool trial_record(struct trial *trial, const struct tape *record);
bool trial_plan(struct trial *trial, const struct plan *plan);

#endif

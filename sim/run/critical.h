/*
 * critical.h - the critical step of a run that fails: the last decision after which every
 * continuation fails, searched and not guessed; and the passing run that lies nearest.
 *
 * SimGrid's model checker says the like of its counter-examples, where it has the whole state
 * space. Here continuations are tried: all of them where they are few, else some, drawn at random,
 * and it is said which.
 */
#ifndef RONDO_RUN_CRITICAL_H
#define RONDO_RUN_CRITICAL_H

#include "run/trial.h"

/* Events that are shown of two runs where they part. */
#define PARTING_EVENTS 6

struct critical {
    bool avoidable;  /* before this step a run may still pass; else none ever did */
    size_t step;     /* number of the decision, from 0 */
    int64_t time_ns; /* when it is made */
    char *chosen;    /* what it was, in words */
    char *instead;   /* what it is in the passing run */
    size_t tried;    /* continuations after the step: all fail */
    bool all;        /* there are no others */
    /* The two runs, from where they part, a line of text each: */
    size_t common; /* events before, which are the same */
    char *fails[PARTING_EVENTS];
    char *passes[PARTING_EVENTS];
};

/* Search the critical step of the run that `record` is the whole tape of. On return the caller owns
 * what `critical` holds: critical_clear(). */
void critical_search(struct trial *trial, const struct tape *record, struct critical *critical);
void critical_clear(struct critical *critical);

/* Whether a loop that runs what is ready in order of becoming so can find it too. */
struct timing_check {
    bool found;
    char *sentence; /* found: how */
    size_t tried;   /* timings */
    bool all;       /* there are no others */
};

/* Try the timings of production order: ties of timers, of threads and of processes, and the weather
 * on the wires, in every way; where there are more than `runs_max`, so many one after the other,
 * and as many drawn at random. On return the caller owns timing->sentence: free(). */
void timing_search(struct trial *trial, size_t runs_max, struct timing_check *timing);

#endif

/*
 * outcomes.h - what a search has shown, outcome by outcome: told by each process that takes part,
 * heard by the one that prints.
 */
#ifndef RONDO_CLI_OUTCOMES_H
#define RONDO_CLI_OUTCOMES_H

#include <stdio.h>

#include "scenario/observation.h"

/* What an outcome is to the search: a finding; one if no run without a candidate ends so; none. */
enum worth { WORTH_NONE, WORTH_FINDING, WORTH_CANDIDATE };

struct outcome {
    uint64_t hash;
    size_t count; /* schedules that showed it, */
    size_t first; /* and the first of these */
    enum worth worth;
    bool finding;     /* when all have been heard */
    char *end;        /* "deadlock at 2.500s" */
    char *lines;      /* what the program printed */
    char *block;      /* of a finding */
    char *departures; /* of the example, in a sentence */
    char *tape;       /* its path, or "" */
};

/* All zero is nothing heard yet. */
struct outcomes {
    struct outcome *list;
    size_t count;
    size_t findings;
    size_t schedules;
    size_t cut;
    char *covered; /* what is certain, in words; "" or NULL: nothing */
};

/* The example of an outcome: the schedule that showed it first. Borrows. */
struct example {
    size_t schedule;
    bool departs;     /* from production order */
    char *departures; /* how, in a sentence */
    const char *tape; /* or NULL */
};

/* Write `outcome` to `out`, and at the end of the search what `observed` says of all. */
void outcome_tell(FILE *out, const struct observation *outcome, const struct example *example);
void outcomes_tell_end(FILE *out, const struct observed_run *observed);

/* Add what one process has told. Returns: false when it did not come to its end. */
bool outcomes_hear(struct outcomes *outcomes, FILE *said);

/* All have been heard: which are findings; those first, then by how often they came. */
void outcomes_judge(struct outcomes *outcomes);

/* Print them, and a line of totals for a search of `ns` nanoseconds. */
void outcomes_print(const struct outcomes *outcomes, int64_t ns);

/* Free what it holds. */
void outcomes_free(struct outcomes *outcomes);

#endif

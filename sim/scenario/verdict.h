/*
 * verdict.h - expectations and claims against what was observed.
 */
#ifndef RONDO_SCENARIO_VERDICT_H
#define RONDO_SCENARIO_VERDICT_H

#include "scenario/observation.h"
#include "scenario/scenario.h"

/* How strictly times are judged. */
enum timing {
    TIMING_EXACT,  /* the virtual clock */
    TIMING_CLOSE,  /* the real one: within the scenario's tolerance */
    TIMING_IGNORED /* the real one, on a machine that is busy */
};

struct judged_claim {
    const struct claim *claim;
    enum claim_verdict verdict;
    bool computed;
    char *measured; /* in words, or NULL */
};

struct verdict {
    char **reasons; /* why it failed, a line each; none: it passed */
    size_t reason_count;
    struct judged_claim *claims;
    size_t claim_count;
};

/* Judge what was observed of each run of `scenario`. Owned by the caller: verdict_free(). */
void verdict_judge(struct verdict *verdict, const struct scenario *scenario,
                   const struct observed_run *runs, enum timing timing);

/* Add a reason why the scenario failed. */
void verdict_fail(struct verdict *verdict, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void verdict_free(struct verdict *verdict);

/* A line as scenario files write it: "2.000 hello". Owned by the caller: free(). */
char *verdict_line(const struct line *line);

#endif

/*
 * trial.c - see trial.h.
 */
#include "run/trial.h"

#include <stdlib.h>
#include <string.h>

void trial_open(struct trial *trial, struct runner *runner, const struct scenario *scenario,
                const struct run_spec *run, unsigned open, const char *finding)
{
    *trial = (struct trial){.runner = runner, .scenario = scenario, .run = run, .finding = finding};
    chance_init(&trial->chance);
    trial->chance.open = open;
}

void trial_close(struct trial *trial)
{
    free(trial->lines);
    chance_clear(&trial->chance);
}

/* Whether this is what has to be found. */
static bool is_found(struct trial *trial, const struct observation *seen)
{
    const char *finding = observation_finding(seen);

    if (finding == NULL || strcmp(finding, trial->finding) != 0)
        return false;
    if (seen->candidate == NULL)
        return true;
    if (trial->outcome == 0)
        trial->outcome = observation_outcome(seen, true);
    return trial->outcome == observation_outcome(seen, true);
}

static bool try(struct trial *trial)
{
    struct observation seen;

    if (trial->begins != NULL)
        trial->begins();
    runner_run(trial->runner, trial->scenario, trial->run, &trial->chance, &seen);
    trial->runs++;
    trial->decisions += trial->chance.record.count + 1;
    trial->found = is_found(trial, &seen);
    trial->passed = seen.finding == NULL && !trial->found && !seen.cut;
    trial->other = trial->found ? NULL : seen.finding;
    trial->hash = seen.hash;
    trial->elapsed_ns = seen.elapsed_ns;
    free(trial->lines);
    trial->lines = seen.candidate != NULL ? seen.candidate : seen.finding_lines;
    seen.candidate = NULL;
    seen.finding_lines = NULL;
    observation_clear(&seen);
    return trial->found;
}

bool trial_departures(struct trial *trial, const struct tape *departures)
{
    chance_from_departures(&trial->chance, departures);
    return try(trial);
}

bool trial_record(struct trial *trial, const struct tape *record)
{
    chance_from_tape(&trial->chance, record);
    return try(trial);
}

/* A plan that is being followed. */
struct planned {
    const struct plan *plan;
    size_t at;
};

static size_t decide(void *self, const struct choice *choice)
{
    struct planned *planned = self;
    const struct plan *plan = planned->plan;
    struct chance_decider then;

    if (choice->bound == 1 && (planned->at < plan->count || plan->then == NULL))
        return 0; /* no decision, and not on the record */
    if (planned->at < plan->count)
        return plan->values[planned->at++] % choice->bound;
    if (plan->then == NULL)
        return 0;
    then = strategy_decider(plan->then);
    return then.decide(then.self, choice);
}

bool trial_plan(struct trial *trial, const struct plan *plan)
{
    struct planned planned = {.plan = plan};

    chance_from_decider(&trial->chance, (struct chance_decider){decide, &planned});
    return try(trial);
}

/*
 * foretold.c - deadlocks that runs which came through foretell: runs are led there, and only what
 * gets stuck is a finding, with its tape; the others are told.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "cli/simulation.h"
#include "run/direct.h"

void foretold_add(struct simulation *simulation)
{
    const struct lock_circles *circles = &simulation->runner.judges.foretold;
    struct lock_circles *known = &simulation->foretold;

    for (size_t i = 0; i < circles->count && known->count < LOCK_CIRCLES_MAX; i++) {
        size_t at = 0;

        while (at < known->count && !lock_circle_equal(&known->list[at], &circles->list[i]))
            at++;
        if (at == known->count)
            known->list[known->count++] = circles->list[i];
    }
}

/* The deadlock's block, and below it what foretold it. */
static void add_prediction(struct observation *seen, const struct lock_circle *circle,
                           size_t directed)
{
    char *lines = lock_circle_lines(circle);
    char *text = must_format("directed run %zu met what a run that came through foretold:\n%s",
                             directed, lines);

    seen->finding_lines = must_append(seen->finding_lines, text);
    free(text);
    free(lines);
}

/* What was foretold, and no run has met. */
static char *note_of(const struct run_spec *run, const struct lock_circle *circle)
{
    char *lines = lock_circle_lines(circle);
    char *text =
        must_format("note: %s%sa deadlock foretold by the order of locks, met by none of %d "
                    "directed runs:\n"
                    "%s",
                    run->name, run->name[0] != '\0' ? ": " : "", DIRECTED_RUNS, lines);

    free(lines);
    return text;
}

/* Keep the run that got stuck, which has just been made. Returns: false when its replay differs. */
static bool keep_stuck(struct simulation *simulation, const struct scenario *scenario,
                       const struct run_spec *run, struct chance *chance,
                       struct observed_run *observed, struct observation *seen,
                       struct verdict *verdict)
{
    struct tape tape = {0};
    char difference[800];
    bool same;

    tape_copy(&tape, &chance->record);
    chance_from_tape(chance, &tape);
    same = runner_same_again(&simulation->runner, scenario, run, chance, difference,
                             sizeof difference);
    if (!same)
        verdict_fail(verdict, "%s", difference);
    finding_keep(simulation, (size_t)(run - scenario->runs), chance, "directed",
                 observed->schedules + 1);
    observed_run_add(observed, seen);
    tape_clear(&tape);
    return same;
}

bool foretold_end(struct simulation *simulation, const struct scenario *scenario,
                  const struct run_spec *run, struct observed_run *observed,
                  struct verdict *verdict)
{
    struct lock_circles circles = simulation->foretold;
    struct observation seen;
    struct chance chance;
    bool ok = true;

    simulation->foretold.count = 0;
    chance_init(&chance);
    for (size_t i = 0; i < circles.count && observed_run_finding(observed) == NULL; i++) {
        const struct lock_circle *circle = &circles.list[i];
        size_t directed = direct_runs(&simulation->runner, scenario, run, circle,
                                      simulation->options->seed, &chance, &seen);

        if (directed > 0) {
            add_prediction(&seen, circle, directed);
            ok = keep_stuck(simulation, scenario, run, &chance, observed, &seen, verdict);
        } else if (observed->note == NULL) {
            observed->note = note_of(run, circle);
        }
    }
    chance_clear(&chance);
    return ok;
}

/*
 * critical.c - see critical.h.
 */
#include "run/critical.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "detect/finding.h"
#include "run/sentence.h"

/* Continuations of one beginning that are tried: every one if they are no more than this, else as
 * many again at random. */
#define CONTINUATIONS_MAX 128

/* Decisions that the continuations of one beginning may take; what is longer is tried less often.
 */
#define DECISIONS_MAX 200000

/* After the search the answer is tried once more, with so many times as many. */
#define CONFIRM_TIMES 4

/* The seed of continuations that are drawn: any will do, and the same always. */
#define SEED UINT64_C(1)

struct walk {
    struct trial *trial;
    uint32_t *values; /* the decisions of the run that fails */
    size_t count;
    struct tape passing; /* of the passing run that has most in common with it */
};

/* What was tried of the continuations of a beginning. */
struct tries {
    size_t count;
    bool all; /* there are no others */
    bool pass;
};

/* Try up to `most` continuations of the first `length` decisions, by the strategy `name`, until one
 * passes. */
static struct tries try_continuations(struct walk *walk, size_t length, const char *name,
                                      size_t most)
{
    struct strategy *strategy = strategy_open(strategy_find(name), SEED);
    struct tries tries = {.all = true};
    size_t decisions = walk->trial->decisions;

    while (tries.all && !tries.pass && strategy_begin(strategy, tries.count)) {
        if (tries.count == most || walk->trial->decisions - decisions > DECISIONS_MAX) {
            tries.all = false;
            break;
        }
        trial_plan(walk->trial, &(struct plan){walk->values, length, strategy});
        tries.count++;
        tries.pass = walk->trial->passed;
        strategy_end(strategy, &(struct run_end){.finding = !tries.pass});
    }
    strategy_close(strategy);
    if (tries.pass)
        tape_copy(&walk->passing, &walk->trial->chance.record);
    return tries;
}

/* Whether a run that begins with the first `length` decisions may pass, as far as `most` (or twice
 * as many) continuations tell. */
static struct tries probe(struct walk *walk, size_t length, size_t most)
{
    struct tries tries = try_continuations(walk, length, "dfs", most), drawn;

    if (tries.pass || tries.all)
        return tries;
    drawn = try_continuations(walk, length, "uniform", most);
    return (struct tries){.count = tries.count + drawn.count, .pass = drawn.pass};
}

/* The number of decisions that two tapes begin with alike. */
static size_t common_of(const struct tape *tape, const struct walk *walk)
{
    size_t i = 0;

    while (i < tape->count && i < walk->count && tape->entries[i].value == walk->values[i])
        i++;
    return i;
}

/* Halve: from the first `low` decisions a run passes, after `high` none does. A passing run that
 * was met says more than where it was looked for: where it leaves the way. */
static size_t halve(struct walk *walk, size_t low, size_t high)
{
    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;

        if (probe(walk, middle, CONTINUATIONS_MAX).pass)
            low = common_of(&walk->passing, walk);
        else
            high = middle;
        if (low >= high) /* what was thought of as lost was not */
            high = walk->count;
    }
    return high;
}

/* The first number of decisions after which every continuation fails, and what was tried then. */
static size_t search_point(struct walk *walk, struct tries *tries)
{
    size_t high = halve(walk, common_of(&walk->passing, walk), walk->count);

    for (;;) {
        *tries = probe(walk, high, CONTINUATIONS_MAX * CONFIRM_TIMES);
        if (!tries->pass)
            return high;
        high = halve(walk, common_of(&walk->passing, walk), walk->count);
    }
}

/* Prefer, of the ways to go on from before the step, one that goes on in production order. */
static void simplify_passing(struct walk *walk, size_t step, uint32_t bound)
{
    uint32_t *values = must_alloc((step + 1) * sizeof *values);

    memcpy(values, walk->values, step * sizeof *values);
    for (uint32_t value = 0; value < bound; value++) {
        values[step] = value;
        trial_plan(walk->trial, &(struct plan){values, step + 1, NULL});
        if (!walk->trial->passed)
            continue;
        tape_copy(&walk->passing, &walk->trial->chance.record);
        break;
    }
    free(values);
}

/* What decision `at` was: a departure tells it all, production order only who goes. */
static char *describe(const struct tape *record, const struct trace *trace, size_t at)
{
    return sentence_step(&record->entries[at], decision_time(trace, at));
}

/* Up to PARTING_EVENTS events from `at` on, but for choices, which have been told. */
static void take_events(const struct trace *trace, size_t at, char **lines)
{
    char text[512];
    size_t taken = 0;

    for (; at < trace_count(trace) && taken < PARTING_EVENTS; at++) {
        struct trace_record record = *trace_at(trace, at);

        record.here = finding_base_name(record.here);
        if (record.kind != TRACE_CHOICE)
            lines[taken++] = must_text(trace_line(&record, text, sizeof text));
    }
    if (taken < PARTING_EVENTS)
        lines[taken] = must_text("(the end)");
}

/* Run both once more, the one that fails last, and put them beside each other. */
static void compare(struct walk *walk, const struct tape *record, struct critical *critical)
{
    struct runner *runner = walk->trial->runner;
    struct trace *passing = runner->trace;

    trial_record(walk->trial, &walk->passing);
    critical->instead = describe(&walk->trial->chance.record, passing, critical->step);
    runner->trace = runner->before;
    runner->before = passing;
    trial_record(walk->trial, record);
    critical->chosen = describe(&walk->trial->chance.record, runner->trace, critical->step);
    critical->time_ns = decision_time(runner->trace, critical->step);
    critical->common = trace_difference(runner->trace, passing);
    take_events(runner->trace, critical->common, critical->fails);
    take_events(passing, critical->common, critical->passes);
}

void critical_search(struct trial *trial, const struct tape *record, struct critical *critical)
{
    struct walk walk = {.trial = trial,
                        .values = must_alloc((record->count + 1) * sizeof *walk.values),
                        .count = record->count};
    struct tries tries;

    *critical = (struct critical){0};
    for (size_t i = 0; i < record->count; i++)
        walk.values[i] = record->entries[i].value;
    tries = probe(&walk, 0, CONTINUATIONS_MAX * CONFIRM_TIMES);
    critical->avoidable = tries.pass;
    if (tries.pass) {
        critical->step = search_point(&walk, &tries) - 1;
        simplify_passing(&walk, critical->step, record->entries[critical->step].bound);
        compare(&walk, record, critical);
    }
    critical->tried = tries.count;
    critical->all = tries.all;
    free(walk.values);
    tape_clear(&walk.passing);
}

void critical_clear(struct critical *critical)
{
    free(critical->chosen);
    free(critical->instead);
    for (size_t i = 0; i < PARTING_EVENTS; i++) {
        free(critical->fails[i]);
        free(critical->passes[i]);
    }
}

/* Try up to `most` timings by the strategy `name`, until one finds it. Returns: whether there are
 * no others. */
static bool try_timings(struct trial *trial, const char *name, size_t most,
                        struct timing_check *timing)
{
    struct strategy *strategy = strategy_open(strategy_find(name), SEED);
    size_t decisions = trial->decisions, tried = 0;
    bool all = true;

    while (all && !timing->found && strategy_begin(strategy, tried)) {
        if (tried == most || trial->decisions - decisions > DECISIONS_MAX) {
            all = false;
            break;
        }
        tried++;
        timing->found = trial_plan(trial, &(struct plan){NULL, 0, strategy});
        strategy_end(strategy, &(struct run_end){.finding = timing->found});
    }
    strategy_close(strategy);
    timing->tried += tried;
    return all;
}

void timing_search(struct trial *trial, size_t runs_max, struct timing_check *timing)
{
    unsigned open = trial->chance.open;

    *timing = (struct timing_check){0};
    trial->chance.open = 1u << FAMILY_timer | 1u << FAMILY_process | 1u << FAMILY_thread |
                         (open & (1u << FAMILY_alloc | 1u << FAMILY_net | 1u << FAMILY_weather |
                                  1u << FAMILY_random | 1u << FAMILY_uv));
    timing->all = try_timings(trial, "dfs", runs_max, timing);
    if (!timing->all && !timing->found) /* those were much like each other */
        try_timings(trial, "uniform", runs_max, timing);
    if (timing->found)
        timing->sentence = sentence_of(&trial->chance.record, trial->runner->trace);
    trial->chance.open = open;
}

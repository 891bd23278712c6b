/*
 * explore.c - `rondo explore`: many schedules of each run, in as many processes as are asked for,
 * and what they showed, grouped.
 *
 * Each process tries its share of the schedules, writes the tapes of what it meets, and at its end
 * tells each outcome: what it was, how often it came, where it came first. The parent shows how far
 * they are, adds up and prints.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/guard.h"
#include "cli/jobs.h"
#include "cli/outcomes.h"
#include "cli/simulation.h"
#include "run/explore.h"
#include "run/sentence.h"

/* Tapes that a process writes of outcomes without a finding. */
#define EXAMPLES_MAX 20
#define ASK_EVERY    64 /* schedules between two looks at the clock */
#define TICK_MS      200
#define TIMED_MAX    20 /* findings of which it is asked whether timing alone can do it */

/* One run of one scenario, and how it is searched. */
struct hunt {
    struct simulation *simulation;
    const struct scenario *scenario;
    const struct run_spec *run;
    const struct strategy_kind *strategy;
    uint64_t seed;
    size_t schedules; /* SIZE_MAX: until the time is up */
    int64_t ends_ns;  /* on the wall clock */
    int64_t began_ns;
};

/* ---- in a process of its own ---- */

struct worker {
    const struct hunt *hunt;
    struct job_board *board;
    size_t index;
    size_t taped;             /* outcomes without a finding that have a tape */
    struct example *examples; /* of each outcome */
    size_t count;
};

static void met(void *self, const struct chance *chance, const struct observation *seen,
                size_t schedule)
{
    struct worker *worker = self;
    const struct hunt *hunt = worker->hunt;
    bool kept = seen->finding != NULL || seen->candidate != NULL || worker->taped++ < EXAMPLES_MAX;
    struct example example = {.schedule = schedule,
                              .departs = tape_steps(&chance->record) > 0,
                              .departures =
                                  sentence_of(&chance->record, hunt->simulation->runner.trace)};

    if (kept)
        example.tape = schedule_keep(hunt->simulation, hunt->scenario, hunt->run, hunt->strategy,
                                     hunt->seed, schedule, chance, seen);
    worker->examples =
        must_resize(worker->examples, (worker->count + 1) * sizeof *worker->examples);
    worker->examples[worker->count++] = example;
    if (seen->finding != NULL)
        worker->board->jobs[worker->index].findings++;
}

/* Say of the first findings whether a fifo loop could do it, where something departed from what
 * that does. */
static void note_timings(struct worker *worker, const struct observed_run *observed)
{
    const struct hunt *hunt = worker->hunt;
    size_t noted = 0;

    for (size_t i = 0; i < observed->outcome_count && noted < TIMED_MAX; i++) {
        const char *finding = observation_finding(&observed->outcomes[i]);
        struct example *example = &worker->examples[i];
        struct trial trial;
        char *text, *longer;

        if (finding == NULL || !example->departs)
            continue;
        trial_open(&trial, &hunt->simulation->runner, hunt->scenario, hunt->run,
                   runner_opens(&hunt->simulation->runner, hunt->scenario, hunt->strategy),
                   finding);
        trial.begins = guard_again;
        text = timing_text(&trial);
        longer = must_format("%s\n      %s", example->departures, text);
        free(example->departures);
        example->departures = longer;
        free(text);
        trial_close(&trial);
        noted++;
    }
}

static bool more(void *self, const struct observed_run *observed)
{
    struct worker *worker = self;
    struct job_board *board = worker->board;
    const struct options *options = worker->hunt->simulation->options;

    board->jobs[worker->index].schedules = observed->schedules;
    board->jobs[worker->index].outcomes = observed->outcome_count;
    if (observed->finding_at != 0 && !options->collect)
        board->stop = true;
    if (observed->schedules % ASK_EVERY == 0) {
        guard_again(); /* it is for one schedule */
        if (wall_clock() >= worker->hunt->ends_ns)
            board->stop = true;
    }
    return !board->stop;
}

static int work(void *self, size_t index, struct job_board *board, FILE *out)
{
    const struct hunt *hunt = self;
    const struct options *options = hunt->simulation->options;
    struct worker worker = {.hunt = hunt, .board = board, .index = index};
    size_t shards = options->shards * options->explore_jobs;
    struct exploration exploration = {.strategy = hunt->strategy,
                                      .seed = hunt->seed,
                                      .schedules = hunt->schedules,
                                      .shard = options->shard + index * options->shards,
                                      .shards = shards,
                                      .met = met,
                                      .more = more,
                                      .self = &worker};
    struct observed_run observed = {0};
    char text[160];
    bool ok;

    if (hunt->strategy->learns)
        exploration.seed += exploration.shard; /* it goes its own way: not the same way twice */
    guard_start(hunt->scenario->path, options->cpu_seconds);
    ok = explore(&hunt->simulation->runner, hunt->scenario, hunt->run, &exploration, &observed,
                 text, sizeof text);
    if (ok)
        note_timings(&worker, &observed);
    guard_stop();
    if (!ok)
        fprintf(stderr, "%s: %s\n", hunt->scenario->path, text);
    for (size_t i = 0; i < observed.outcome_count; i++)
        outcome_tell(out, &observed.outcomes[i], &worker.examples[i]);
    outcomes_tell_end(out, &observed);
    return ok ? STATUS_CLEAN : STATUS_HARNESS;
}

/* ---- in the parent ---- */

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

/* How far they are, in one line that is written over, on a terminal. */
static void show_progress(const struct hunt *hunt, const struct jobs *jobs, bool last)
{
    size_t schedules = 0, outcomes = 0, findings = 0;
    double seconds = (double)(wall_clock() - hunt->began_ns) / 1e9, rate, left;

    if (!isatty(2))
        return;
    if (last) {
        fputs("\r\033[K", stderr);
        return;
    }
    for (size_t i = 0; i < jobs->count; i++) {
        schedules += jobs->board->jobs[i].schedules;
        findings += jobs->board->jobs[i].findings;
        if (jobs->board->jobs[i].outcomes > outcomes)
            outcomes = jobs->board->jobs[i].outcomes;
    }
    rate = (double)schedules / (seconds > 0 ? seconds : 1);
    left = (double)(hunt->ends_ns - wall_clock()) / 1e9;
    if (hunt->schedules != SIZE_MAX && rate > 0 &&
        (double)(hunt->schedules - schedules) / rate < left)
        left = (double)(hunt->schedules - schedules) / rate;
    fprintf(stderr,
            "\r\033[K%s: %zu schedules, %.0f a second, %zu outcomes, %zu findings, %.0fs left",
            hunt->scenario->stem, schedules, rate, outcomes, findings, left);
}

/* Job `i` has not come to its end: the program crashed, and the guard has said where. */
static void say_lost(const struct hunt *hunt, const struct jobs *jobs, size_t i)
{
    const struct options *options = hunt->simulation->options;
    size_t step = options->shards * options->explore_jobs;
    size_t schedule = options->shard + i * options->shards + jobs->board->jobs[i].schedules * step;

    printf("  a process ended in schedule %zu, and what it had seen is lost\n", schedule + 1);
    if (hunt->strategy->learns)
        printf("  next: rondo explore %s --strategy uniform, whose schedules can be replayed\n",
               hunt->scenario->path);
    else
        printf("  next: rondo replay %s --strategy %s --seed %" PRIu64 " --schedule %zu\n",
               hunt->scenario->path, hunt->strategy->name, hunt->seed, schedule + 1);
}

/* Whether what was found is what the scenario expects. */
static enum status judge(const struct hunt *hunt, const struct outcomes *outcomes)
{
    const char *expected = hunt->run->expect.finds;
    bool wanted = expected != NULL && strcmp(expected, "nothing") != 0;
    enum status status = STATUS_CLEAN;
    bool found = false;

    for (size_t i = 0; i < outcomes->count; i++) {
        bool is_it = wanted && strncmp(outcomes->list[i].end, expected, strlen(expected)) == 0;

        found = found || is_it;
        if (outcomes->list[i].finding && !is_it)
            status = STATUS_FINDING;
    }
    if (wanted && !found && !interrupted) {
        printf("  found nothing, expected %s\n", expected);
        status = STATUS_FINDING;
    }
    return status;
}

static enum status hunt_run(struct hunt *hunt)
{
    const struct options *options = hunt->simulation->options;
    struct outcomes outcomes = {0};
    enum status status = STATUS_CLEAN;
    struct jobs jobs;

    hunt->began_ns = wall_clock();
    hunt->ends_ns =
        options->seconds != 0 ? hunt->began_ns + (int64_t)options->seconds * 1000000000 : INT64_MAX;
    if (!jobs_start(&jobs, options->explore_jobs, work, hunt)) {
        fputs("rondo: no process can be started\n", stderr);
        jobs_free(&jobs);
        return STATUS_HARNESS;
    }
    while (jobs_wait(&jobs, TICK_MS)) {
        show_progress(hunt, &jobs, false);
        if (interrupted)
            jobs.board->stop = true;
    }
    show_progress(hunt, &jobs, true);
    printf("%s%s%s: %s, seed %" PRIu64 "\n", hunt->scenario->title,
           hunt->scenario->compares ? ": " : "", hunt->run->name, hunt->strategy->name, hunt->seed);
    for (size_t i = 0; i < jobs.count; i++) {
        const struct job *job = &jobs.jobs[i];

        if (!outcomes_hear(&outcomes, job->said))
            say_lost(hunt, &jobs, i);
        status = status_worse(status, job->status < 0 ? STATUS_FINDING : (enum status)job->status);
    }
    jobs_free(&jobs);
    outcomes_judge(&outcomes);
    outcomes_print(&outcomes, wall_clock() - hunt->began_ns);
    status = status_worse(status, judge(hunt, &outcomes));
    outcomes_free(&outcomes);
    return status;
}

const struct strategy_kind *strategy_chosen(const struct options *options,
                                            const struct scenario *scenario)
{
    const char *name = options->strategy != NULL    ? options->strategy
                       : scenario->strategy != NULL ? scenario->strategy
                                                    : STRATEGY_DEFAULT;
    const struct strategy_kind *kind = strategy_find(name);

    if (kind == NULL) {
        fprintf(stderr, "rondo: no such strategy: '%s'; there is:\n", name);
        for (size_t i = 0; (kind = strategy_at(i)) != NULL; i++)
            fprintf(stderr, "  %-10s %s\n", kind->name, kind->help);
    }
    return kind;
}

/* Whether the strategy that was asked for can do what was asked for. */
static const struct strategy_kind *choose_strategy(const struct options *options,
                                                   const struct scenario *scenario)
{
    const struct strategy_kind *kind = strategy_chosen(options, scenario);

    if (kind != NULL && kind->ends && options->shards * options->explore_jobs > 1) {
        fprintf(stderr, "rondo: '%s' tries one schedule after the other, it cannot be shared out\n",
                kind->name);
        return NULL;
    }
    return kind;
}

static enum status hunt_scenario(struct simulation *simulation, const struct scenario *scenario)
{
    const struct options *options = simulation->options;
    const struct strategy_kind *kind = choose_strategy(options, scenario);
    enum status status = STATUS_CLEAN;

    if (kind == NULL)
        return STATUS_USAGE;
    for (size_t i = 0; i < scenario->run_count && !interrupted; i++) {
        struct hunt hunt = {.simulation = simulation,
                            .scenario = scenario,
                            .run = &scenario->runs[i],
                            .strategy = kind,
                            .seed = options->has_seed ? options->seed : scenario->seed,
                            .schedules = options->schedules};

        if (hunt.schedules == 0)
            hunt.schedules = options->seconds != 0 ? SIZE_MAX : scenario->schedules_max;
        status = status_worse(status, hunt_run(&hunt));
    }
    return status;
}

enum status explore_command(struct simulation *simulation)
{
    const struct options *options = simulation->options;
    enum status status = STATUS_CLEAN;
    struct suite suite = {0};
    struct mistake mistake;

    suite_read(&suite, options->paths, options->path_count);
    for (size_t i = 0; i < suite.mistake_count; i++) {
        fprintf(stderr, "%s\n", suite.mistakes[i]);
        status = STATUS_USAGE;
    }
    signal(SIGINT, interrupt);
    for (size_t i = 0; i < suite.count && !interrupted && status != STATUS_USAGE; i++) {
        if (runner_check(&simulation->runner, suite.scenarios[i], &mistake)) {
            status = status_worse(status, hunt_scenario(simulation, suite.scenarios[i]));
        } else {
            fprintf(stderr, "%s\n", mistake.text);
            status = STATUS_USAGE;
        }
    }
    suite_free(&suite);
    return status;
}

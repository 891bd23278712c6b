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
#include "cli/simulation.h"
#include "run/explore.h"
#include "run/sentence.h"

/* Tapes that a process writes of outcomes without a finding. */
#define EXAMPLES_MAX 20
/* Outcomes that are printed, and lines of each. */
#define SHOWN_MAX 20
#define LINES_MAX 4
#define ASK_EVERY 64 /* schedules between two looks at the clock */
#define TICK_MS   200

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
    size_t examples;
    char **tapes; /* of each outcome, or NULL */
    char **departures;
    size_t *firsts; /* schedules */
    size_t count;
};

static void met(void *self, const struct chance *chance, const struct observation *seen,
                size_t schedule)
{
    struct worker *worker = self;
    bool kept =
        seen->finding != NULL || seen->candidate != NULL || worker->examples++ < EXAMPLES_MAX;
    size_t i = worker->count++;

    worker->tapes = must_resize(worker->tapes, worker->count * sizeof *worker->tapes);
    worker->departures = must_resize(worker->departures, worker->count * sizeof *worker->tapes);
    worker->firsts = must_resize(worker->firsts, worker->count * sizeof *worker->firsts);
    worker->tapes[i] =
        kept ? schedule_keep(worker->hunt->simulation, worker->hunt->scenario, worker->hunt->run,
                             worker->hunt->strategy, worker->hunt->seed, schedule, chance, seen)
             : NULL;
    worker->departures[i] = sentence_of(&chance->record, worker->hunt->simulation->runner.trace);
    worker->firsts[i] = schedule;
    if (seen->finding != NULL)
        worker->board->jobs[worker->index].findings++;
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
        guard_start(worker->hunt->scenario->path,
                    options->cpu_seconds); /* it is for one schedule */
        if (wall_clock() >= worker->hunt->ends_ns)
            board->stop = true;
    }
    return !board->stop;
}

static void tell_text(FILE *out, const char *text)
{
    fprintf(out, "%zu\n%s\n", text != NULL ? strlen(text) : 0, text != NULL ? text : "");
}

/* The lines that the program printed. */
static char *lines_of(const struct observation *outcome)
{
    char *all = must_text("");

    for (size_t i = 0; i < outcome->line_count; i++) {
        char *line = verdict_line(&outcome->lines[i]);
        char *longer = must_format("%s%s\n", all, line);

        free(line);
        free(all);
        all = longer;
    }
    return all;
}

static char *end_of(const struct observation *outcome)
{
    return must_format("%s%s at %" PRId64 ".%03" PRId64 "s",
                       outcome->finding != NULL ? outcome->finding : "ends with ",
                       outcome->finding != NULL ? "" : outcome->exit_name,
                       outcome->elapsed_ns / 1000000000, outcome->elapsed_ns / 1000000 % 1000);
}

/* What an outcome is to the search: a finding; one if no run without a candidate ends so; none. */
enum worth { WORTH_NONE, WORTH_FINDING, WORTH_CANDIDATE };

static enum worth worth_of(const struct observation *outcome)
{
    if (outcome->finding != NULL)
        return WORTH_FINDING;
    return outcome->without ? WORTH_NONE : WORTH_CANDIDATE;
}

/* "outcome HASH COUNT FIRST WORTH", then five texts, each behind its length. */
static void tell_outcome(FILE *out, const struct worker *worker, const struct observation *outcome,
                         size_t i)
{
    char *lines = lines_of(outcome), *end = end_of(outcome);

    fprintf(out, "outcome %016" PRIx64 " %zu %zu %d\n", outcome->outcome, outcome->count,
            worker->firsts[i], worth_of(outcome));
    tell_text(out, end);
    tell_text(out, lines);
    tell_text(out, outcome->finding != NULL ? outcome->finding_lines : outcome->candidate);
    tell_text(out, worker->departures[i]);
    tell_text(out, worker->tapes[i]);
    free(lines);
    free(end);
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
    guard_stop();
    if (!ok)
        fprintf(stderr, "%s: %s\n", hunt->scenario->path, text);
    for (size_t i = 0; i < observed.outcome_count; i++)
        tell_outcome(out, &worker, &observed.outcomes[i], i);
    fprintf(out, "done %zu %zu %d\n", observed.schedules, observed.cut, observed.exhausted);
    tell_text(out, observed.covered);
    return ok ? STATUS_CLEAN : STATUS_HARNESS;
}

/* ---- in the parent ---- */

struct outcome {
    uint64_t hash;
    size_t count;
    size_t first;
    enum worth worth;
    bool finding;
    char *end, *lines, *block, *departures, *tape;
};

struct outcomes {
    struct outcome *list;
    size_t count;
    size_t schedules;
    size_t cut;
    bool exhausted;
    char *covered;
};

static char *hear_text(FILE *said)
{
    size_t length = 0;
    char *text;

    if (fscanf(said, "%zu", &length) != 1 || fgetc(said) != '\n')
        length = 0;
    text = must_alloc(length + 1);
    if (fread(text, 1, length, said) != length)
        text[0] = '\0';
    fgetc(said);
    return text;
}

static void free_texts(struct outcome *outcome)
{
    free(outcome->end);
    free(outcome->lines);
    free(outcome->block);
    free(outcome->departures);
    free(outcome->tape);
}

/* Add an outcome of a job to those that are known; of two examples the earlier one is kept. */
static void add(struct outcomes *outcomes, struct outcome outcome)
{
    for (size_t i = 0; i < outcomes->count; i++) {
        struct outcome *known = &outcomes->list[i];

        if (known->hash != outcome.hash)
            continue;
        outcome.count += known->count;
        if (outcome.worth == WORTH_NONE || known->worth == WORTH_NONE)
            outcome.worth = known->worth = WORTH_NONE;
        if (outcome.first < known->first) {
            free_texts(known);
            *known = outcome;
        } else {
            known->count = outcome.count;
            free_texts(&outcome);
        }
        return;
    }
    outcomes->list = must_resize(outcomes->list, (outcomes->count + 1) * sizeof *outcomes->list);
    outcomes->list[outcomes->count++] = outcome;
}

/* Returns: false when the job did not come to its end. */
static bool hear(struct outcomes *outcomes, FILE *said)
{
    struct outcome outcome;
    size_t schedules, cut;
    int flag;

    while (fscanf(said, " outcome %" SCNx64 " %zu %zu %d", &outcome.hash, &outcome.count,
                  &outcome.first, &flag) == 4) {
        outcome.worth = (enum worth)flag;
        outcome.end = hear_text(said);
        outcome.lines = hear_text(said);
        outcome.block = hear_text(said);
        outcome.departures = hear_text(said);
        outcome.tape = hear_text(said);
        add(outcomes, outcome);
    }
    if (fscanf(said, " done %zu %zu %d", &schedules, &cut, &flag) != 3)
        return false;
    outcomes->schedules += schedules;
    outcomes->cut += cut;
    outcomes->exhausted = flag != 0;
    free(outcomes->covered);
    outcomes->covered = hear_text(said);
    return true;
}

/* Everybody has been heard: candidates that ended as nobody else did are findings. */
static void confirm(struct outcomes *outcomes)
{
    bool any_without = false;

    for (size_t i = 0; i < outcomes->count; i++)
        any_without |= outcomes->list[i].worth == WORTH_NONE;
    for (size_t i = 0; i < outcomes->count; i++) {
        struct outcome *outcome = &outcomes->list[i];
        bool confirmed = outcome->worth == WORTH_CANDIDATE && any_without;
        char *end = outcome->end;

        outcome->finding = outcome->worth == WORTH_FINDING || confirmed;
        if (!confirmed)
            continue;
        outcome->end = must_format(CANDIDATE_FINDING ", %s", end);
        free(end);
    }
}

static int by_count(const void *a, const void *b)
{
    const struct outcome *x = a, *y = b;

    if (x->finding != y->finding)
        return x->finding ? -1 : 1;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->first < y->first ? -1 : 1;
}

/* What of `lines` is not as in `usual`: from the first line that differs on, a few. */
static void print_difference(const char *usual, const char *lines)
{
    const char *from = lines;

    while (*from != '\0') {
        size_t length = strcspn(from, "\n") + 1;

        if (strncmp(from, usual, length) != 0)
            break;
        from += length;
        usual += length;
    }
    for (size_t i = 0; i < LINES_MAX && *from != '\0'; i++) {
        int length = (int)strcspn(from, "\n");

        printf("            %.*s\n", length, from);
        from += length + 1;
    }
    if (*from != '\0')
        puts("            ...");
}

static void print_outcome(const struct outcomes *outcomes, const struct outcome *outcome,
                          const char *usual)
{
    printf("  %8zu of %zu  %s, first in schedule %zu\n", outcome->count, outcomes->schedules,
           outcome->end, outcome->first);
    if (outcome->finding) {
        print_block(outcome->block);
        printf("      %s\n", outcome->departures);
        if (outcome->tape[0] != '\0')
            printf("      next: rondo shrink %s\n", outcome->tape);
        return;
    }
    if (outcomes->count > 1)
        print_difference(usual, outcome->lines);
    if (outcome->tape[0] != '\0' && outcomes->count > 1)
        printf("            %s\n", outcome->tape);
}

static void print_outcomes(const struct hunt *hunt, struct outcomes *outcomes)
{
    int64_t ns = wall_clock() - hunt->began_ns;
    size_t findings = 0;
    const char *usual = "";

    qsort(outcomes->list, outcomes->count, sizeof *outcomes->list, by_count);
    while (findings < outcomes->count && outcomes->list[findings].finding)
        findings++;
    printf("%s%s%s: %s, seed %" PRIu64 "\n", hunt->scenario->title,
           hunt->scenario->compares ? ": " : "", hunt->run->name, hunt->strategy->name, hunt->seed);
    for (size_t i = 0; i < outcomes->count && i < SHOWN_MAX; i++) {
        print_outcome(outcomes, &outcomes->list[i], i > findings ? usual : "");
        if (i >= findings)
            usual = outcomes->list[findings].lines;
    }
    if (outcomes->count > SHOWN_MAX)
        printf("  and %zu more outcomes\n", outcomes->count - SHOWN_MAX);
    printf("  %zu schedule%s, %zu outcome%s, %zu finding%s, %.0f schedules a second",
           outcomes->schedules, outcomes->schedules == 1 ? "" : "s", outcomes->count,
           outcomes->count == 1 ? "" : "s", findings, findings == 1 ? "" : "s",
           (double)outcomes->schedules * 1e9 / (double)(ns > 0 ? ns : 1));
    if (outcomes->cut > 0)
        printf(", %zu given up after too many steps", outcomes->cut);
    if (outcomes->covered != NULL && outcomes->covered[0] != '\0')
        printf("; %s", outcomes->covered);
    putchar('\n');
}

static void free_outcomes(struct outcomes *outcomes)
{
    for (size_t i = 0; i < outcomes->count; i++)
        free_texts(&outcomes->list[i]);
    free(outcomes->list);
    free(outcomes->covered);
}

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
            hunt->run->program, schedules, rate, outcomes, findings, left);
}

/* What a job that died says of itself. Returns: the status it stands for. */
static enum status status_of(const struct job *job)
{
    if (job->status < 0)
        return STATUS_FINDING; /* the guard has said where the program was */
    return (enum status)job->status;
}

static enum status worse(enum status a, enum status b)
{
    return a > b ? a : b;
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
    for (size_t i = 0; i < jobs.count; i++) {
        hear(&outcomes, jobs.jobs[i].said);
        status = worse(status, status_of(&jobs.jobs[i]));
    }
    jobs_free(&jobs);
    confirm(&outcomes);
    print_outcomes(hunt, &outcomes);
    status = worse(status, judge(hunt, &outcomes));
    free_outcomes(&outcomes);
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
        status = worse(status, hunt_run(&hunt));
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
            status = worse(status, hunt_scenario(simulation, suite.scenarios[i]));
        } else {
            fprintf(stderr, "%s\n", mistake.text);
            status = STATUS_USAGE;
        }
    }
    suite_free(&suite);
    return status;
}

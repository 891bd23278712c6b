/*
 * replay.c - `rondo replay`: exactly what a tape says, and how well it still fits; or one schedule
 * of a search, by strategy, seed and number. Tapes are opened here.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/seconds.h"
#include "cli/guard.h"
#include "cli/simulation.h"
#include "run/explore.h"
#include "run/sentence.h"

static void note_change(const char *what, const char *path, uint64_t was, uint64_t is)
{
    if (was != is)
        printf("note: %s %s has changed since the tape was written (%016" PRIx64 ", now %016" PRIx64
               ")\n",
               what, path, was, is);
}

static const struct run_spec *find_run(const struct scenario *scenario, const char *name)
{
    for (size_t i = 0; i < scenario->run_count; i++) {
        if (strcmp(scenario->runs[i].name, name) == 0)
            return &scenario->runs[i];
    }
    return NULL;
}

void tape_note_changes(const struct opened_tape *opened)
{
    const struct tape_file *file = &opened->file;

    note_change("scenario", opened->scenario->path, file->scenario_hash, opened->scenario->hash);
    note_change("module", file->module_name, file->module_hash, opened->module_hash);
}

/* The scenario of the tape at `tape`: its path is seen from where we are or from some folder above
 * the tape. */
static struct scenario *read_scenario_of(const struct tape_file *file, const char *tape,
                                         struct mistake *mistake)
{
    char *folder = must_text(tape), *slash;
    struct scenario *scenario = NULL;

    while (access(file->scenario_path, F_OK) != 0 && scenario == NULL &&
           (slash = strrchr(folder, '/')) != NULL) {
        char *path;

        *slash = '\0';
        path = must_format("%s/%s", folder, file->scenario_path);
        if (access(path, F_OK) == 0)
            scenario = scenario_read(path, mistake);
        free(path);
    }
    free(folder);
    return scenario != NULL ? scenario : scenario_read(file->scenario_path, mistake);
}

bool tape_open(struct simulation *simulation, const char *path, struct opened_tape *opened,
               struct mistake *mistake)
{
    *opened = (struct opened_tape){0};
    if (!tape_file_read(&opened->file, path, mistake))
        return false;
    opened->scenario = read_scenario_of(&opened->file, path, mistake);
    if (opened->scenario != NULL && runner_check(&simulation->runner, opened->scenario, mistake)) {
        opened->run = find_run(opened->scenario, opened->file.run);
        if (opened->run == NULL)
            mistake_at(mistake, opened->scenario->path, 0, 0, "has no run '%s', which %s is of",
                       opened->file.run, path);
    }
    if (opened->run == NULL) {
        tape_close(opened);
        return false;
    }
    opened->module_hash =
        runner_tape(&simulation->runner, opened->scenario, opened->run, "", NULL).module_hash;
    return true;
}

void tape_close(struct opened_tape *opened)
{
    scenario_free(opened->scenario);
    tape_file_free(&opened->file);
}

static void print_lines(const struct observation *seen)
{
    for (size_t i = 0; i < seen->line_count; i++) {
        char *line = verdict_line(&seen->lines[i]);

        printf("      %s\n", line);
        free(line);
    }
}

/* "deadlock at 1.000s", without an end of the line. */
static void print_end(const struct observation *seen)
{
    const char *what = observation_finding(seen);

    printf("%s%s at " SECONDS "s", what != NULL ? what : "ended",
           seen->candidate != NULL ? " (a candidate: one run cannot tell)" : "",
           SECONDS_OF(seen->elapsed_ns));
}

static void print_story(const struct observation *seen, const struct chance *chance,
                        const struct trace *trace)
{
    char *sentence = sentence_of(&chance->record, trace);

    print_block(seen->candidate != NULL ? seen->candidate : seen->finding_lines);
    printf("      %s\n", sentence);
    free(sentence);
}

static void report_replay(const struct tape_file *file, const struct chance *chance,
                          const struct observation *seen, const struct trace *trace)
{
    print_lines(seen);
    print_end(seen);
    printf("; %zu of %zu departures fit%s\n", chance->matched, file->tape.count,
           seen->hash == file->trace_hash ? "; the same run, event for event"
                                          : "; not the same run");
    print_story(seen, chance, trace);
}

static enum status replay_run(struct simulation *simulation, const struct opened_tape *opened)
{
    const struct tape_file *file = &opened->file;
    struct runner *runner = &simulation->runner;
    struct observation seen;
    struct chance chance;
    enum status status;

    tape_note_changes(opened);
    chance_init(&chance);
    chance.open = file->open;
    chance_from_departures(&chance, &file->tape);
    guard_start(opened->scenario->path, simulation->options->cpu_seconds);
    pcap_begin(simulation, opened->scenario, opened->run);
    runner_run(runner, opened->scenario, opened->run, &chance, &seen);
    pcap_end(simulation);
    guard_stop();
    if (simulation->options->trace)
        print_trace(runner->trace);
    report_replay(file, &chance, &seen, runner->trace);
    status = seen.finding != NULL ? STATUS_FINDING : STATUS_CLEAN;
    observation_clear(&seen);
    chance_clear(&chance);
    return status;
}

static enum status replay_tape(struct simulation *simulation)
{
    struct opened_tape opened;
    struct mistake mistake;
    enum status status;

    if (!tape_open(simulation, simulation->options->paths[0], &opened, &mistake)) {
        fprintf(stderr, "%s\n", mistake.text);
        return STATUS_USAGE;
    }
    status = replay_run(simulation, &opened);
    tape_close(&opened);
    return status;
}

/* ---- one schedule of a search ---- */

struct wanted {
    struct simulation *simulation;
    const struct scenario *scenario;
    const struct run_spec *run;
    const struct exploration *exploration;
    bool met;
    bool found;
};

static void met(void *self, const struct chance *chance, const struct observation *seen,
                size_t schedule)
{
    struct wanted *wanted = self;
    const struct exploration *exploration = wanted->exploration;
    const struct trace *trace = wanted->simulation->runner.trace;
    char *path;

    if (schedule != exploration->wanted)
        return;
    wanted->met = true;
    wanted->found = seen->finding != NULL;
    if (wanted->simulation->options->trace)
        print_trace(trace);
    print_lines(seen);
    print_end(seen);
    printf("; %s, seed %" PRIu64 ", schedule %zu%s%s\n", exploration->strategy->name,
           exploration->seed, schedule, wanted->scenario->compares ? " of " : "",
           wanted->run->name);
    print_story(seen, chance, trace);
    path = schedule_keep(wanted->simulation, wanted->scenario, wanted->run, exploration->strategy,
                         exploration->seed, schedule, chance, seen);
    if (path != NULL)
        printf("      next: rondo %s %s\n", wanted->found ? "shrink" : "replay", path);
    free(path);
}

/* A strategy that learns has to make its way from the first schedule on; others need not. */
static enum status replay_schedule(struct simulation *simulation, const struct scenario *scenario,
                                   const struct run_spec *run, const struct strategy_kind *strategy)
{
    const struct options *options = simulation->options;
    struct wanted wanted = {simulation, scenario, run, NULL, false, false};
    struct exploration exploration = {.strategy = strategy,
                                      .seed = options->has_seed ? options->seed : scenario->seed,
                                      .schedules = options->schedule,
                                      .shard = strategy->learns ? 0 : options->schedule - 1,
                                      .wanted = options->schedule,
                                      .met = met,
                                      .self = &wanted};
    struct observed_run observed = {0};
    char text[160];
    bool ok;

    wanted.exploration = &exploration;
    guard_start(scenario->path, options->cpu_seconds);
    ok = explore(&simulation->runner, scenario, run, &exploration, &observed, text, sizeof text);
    guard_stop();
    if (!ok)
        fprintf(stderr, "%s: %s\n", scenario->path, text);
    else if (!wanted.met)
        printf("%s%s%s: there are %zu schedules and no more\n", scenario->path,
               scenario->compares ? " " : "", run->name, observed.schedules);
    observed_run_clear(&observed);
    if (!ok)
        return STATUS_HARNESS;
    return wanted.found ? STATUS_FINDING : STATUS_CLEAN;
}

static enum status replay_schedules(struct simulation *simulation)
{
    const struct options *options = simulation->options;
    struct mistake mistake;
    struct scenario *scenario = scenario_read(options->paths[0], &mistake);
    enum status worst = STATUS_CLEAN;
    const struct strategy_kind *strategy;

    if (scenario == NULL || !runner_check(&simulation->runner, scenario, &mistake)) {
        fprintf(stderr, "%s\n", mistake.text);
        scenario_free(scenario);
        return STATUS_USAGE;
    }
    strategy = strategy_chosen(options, scenario);
    for (size_t i = 0; strategy != NULL && i < scenario->run_count; i++) {
        enum status status = replay_schedule(simulation, scenario, &scenario->runs[i], strategy);

        worst = status_worse(worst, status);
    }
    scenario_free(scenario);
    return strategy != NULL ? worst : STATUS_USAGE;
}

enum status replay(struct simulation *simulation)
{
    return simulation->options->schedule != 0 ? replay_schedules(simulation)
                                              : replay_tape(simulation);
}

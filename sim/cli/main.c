/*
 * main.c - rondo: scenarios in simulation, on the virtual clock.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/bridge.h"
#include "cli/command.h"
#include "cli/watchdog.h"
#include "error.h"
#include "run/enumerate.h"
#include "run/runner.h"
#include "run/tape_file.h"

/* What is kept of a run with a finding, to be shown and replayed. */
struct kept {
    struct tape tape;
    uint64_t trace_hash;
    unsigned open;
    const char *strategy;
    size_t schedule;
    char *departures; /* what was not as in production, in a sentence */
};

struct simulation {
    const struct options *options;
    struct runner runner;
    struct kept *kept; /* one a run of the scenario at hand */
    size_t kept_count;
};

static bool check(void *self, const struct scenario *scenario, struct mistake *mistake)
{
    return runner_check(&((struct simulation *)self)->runner, scenario, mistake);
}

/* ---- what was not as in production ---- */

/* "at 1.000s the sleep of t2 comes first" */
static void describe_choice(const struct trace_record *record, char *text, size_t size)
{
    const char *space = strchr(record->text, ' ');
    const char *anchor = space != NULL ? space + 1 : record->text;
    bool apart = strncmp(record->text, "timer.together", strlen("timer.together")) == 0;

    snprintf(text, size, "at %" PRId64 ".%03" PRId64 "s %s comes %s", record->time_ns / 1000000000,
             record->time_ns / 1000000 % 1000, anchor, apart ? "a hair later" : "first");
}

static char *departures(const struct trace *trace)
{
    char first[240] = "";
    size_t count = 0;

    for (size_t i = 0; i < trace_count(trace); i++) {
        const struct trace_record *record = trace_at(trace, i);

        if (record->kind != TRACE_CHOICE || record->value == 0)
            continue;
        if (count++ == 0)
            describe_choice(record, first, sizeof first);
    }
    if (count == 0)
        return must_text("production order: nothing has to go differently");
    if (count == 1)
        return must_format("production order except one step: %s", first);
    return must_format("production order except %zu steps; the first: %s", count, first);
}

static void keep(struct simulation *simulation, size_t run, const struct chance *chance,
                 const char *strategy, size_t schedule)
{
    struct kept *kept = &simulation->kept[run];

    if (kept->departures != NULL)
        return; /* the first finding is the one that is shown */
    tape_copy(&kept->tape, &chance->record);
    kept->trace_hash = trace_hash(simulation->runner.trace);
    kept->open = chance->open;
    kept->strategy = strategy;
    kept->schedule = schedule;
    kept->departures = departures(simulation->runner.trace);
}

static void forget(struct simulation *simulation)
{
    for (size_t i = 0; i < simulation->kept_count; i++) {
        tape_clear(&simulation->kept[i].tape);
        free(simulation->kept[i].departures);
    }
    free(simulation->kept);
    simulation->kept = NULL;
    simulation->kept_count = 0;
}

/* ---- one run, all its outcomes ---- */

static void print_trace(const struct trace *trace)
{
    char text[512];

    for (size_t i = 0; i < trace_count(trace); i++)
        printf("      %s\n", trace_line(trace_at(trace, i), text, sizeof text));
}

/* Run as `chance` says, as often as was asked for. Returns: false when two runs differ. */
static bool run_repeated(struct simulation *simulation, const struct scenario *scenario,
                         const struct run_spec *run, struct chance *chance,
                         struct observed_run *observed, const char *strategy,
                         struct verdict *verdict)
{
    struct observation seen;
    char difference[800];

    runner_run(&simulation->runner, scenario, run, chance, &seen);
    if (seen.finding != NULL)
        keep(simulation, (size_t)(run - scenario->runs), chance, strategy, 1);
    if (simulation->options->trace)
        print_trace(simulation->runner.trace);
    observed_run_add(observed, &seen);
    for (size_t i = 1; i < simulation->options->repeat; i++) {
        if (runner_same_again(&simulation->runner, scenario, run, chance, difference,
                              sizeof difference))
            continue;
        verdict_fail(verdict, "%s", difference);
        return false;
    }
    return true;
}

/* Every outcome of the ties, from the tape of the first run on. */
static void run_ties(struct simulation *simulation, const struct scenario *scenario,
                     const struct run_spec *run, struct chance *chance,
                     struct observed_run *observed)
{
    struct tape tape = {0};
    struct observation seen;

    observed->exhausted = true;
    tape_copy(&tape, &chance->record);
    while (enumerate_next(&tape, FAMILY_timer)) {
        if (observed->schedules == scenario->schedules_max) {
            observed->exhausted = false;
            break;
        }
        chance_from_tape(chance, &tape);
        runner_run(&simulation->runner, scenario, run, chance, &seen);
        if (seen.finding != NULL)
            keep(simulation, (size_t)(run - scenario->runs), chance, "ties",
                 observed->schedules + 1);
        observed_run_add(observed, &seen);
        tape_copy(&tape, &chance->record);
    }
    tape_clear(&tape);
}

/* With a seed, a scenario that was explored must not show anything that exploring did not. */
static void run_seed(struct simulation *simulation, const struct scenario *scenario,
                     const struct run_spec *run, struct chance *chance,
                     struct observed_run *observed, struct verdict *verdict)
{
    struct observation seen;
    size_t schedules = observed->schedules;

    chance_from_seed(chance, simulation->options->seed);
    runner_run(&simulation->runner, scenario, run, chance, &seen);
    if (seen.finding != NULL)
        keep(simulation, (size_t)(run - scenario->runs), chance, "seed", schedules + 1);
    if (observed_run_add(observed, &seen) && observed->exhausted)
        verdict_fail(verdict, "seed %" PRIu64 " shows an outcome that none of %zu schedules showed",
                     simulation->options->seed, schedules);
}

static bool observe_run(struct simulation *simulation, const struct scenario *scenario,
                        const struct run_spec *run, struct observed_run *observed,
                        struct verdict *verdict)
{
    const struct options *options = simulation->options;
    struct chance chance;
    bool ok;

    chance_init(&chance);
    if (options->has_seed && !scenario->explores)
        chance_from_seed(&chance, options->seed);
    ok = run_repeated(simulation, scenario, run, &chance, observed,
                      chance.source == CHANCE_SEED ? "seed" : "fifo", verdict);
    observed->exhausted = true;
    if (ok && scenario->explores)
        run_ties(simulation, scenario, run, &chance, observed);
    if (ok && scenario->explores && options->has_seed)
        run_seed(simulation, scenario, run, &chance, observed, verdict);
    chance_clear(&chance);
    return ok;
}

static enum status observe_scenario(void *self, const struct scenario *scenario,
                                    struct observed_run *runs, struct verdict *verdict)
{
    struct simulation *simulation = self;
    bool ok = true;

    forget(simulation);
    simulation->kept = must_alloc(scenario->run_count * sizeof *simulation->kept);
    simulation->kept_count = scenario->run_count;
    watchdog_start(scenario->path, simulation->options->cpu_seconds);
    for (size_t i = 0; i < scenario->run_count; i++)
        ok = observe_run(simulation, scenario, &scenario->runs[i], &runs[i], verdict) && ok;
    watchdog_stop();
    return ok ? STATUS_CLEAN : STATUS_HARNESS;
}

/* ---- findings ---- */

static char *tape_path(const struct simulation *simulation, const struct scenario *scenario,
                       size_t run)
{
    const struct kept *kept = &simulation->kept[run];
    char *path = must_format("%s/%s%s%s", simulation->options->out, scenario->stem,
                             scenario->compares ? "-" : "", scenario->runs[run].name);
    char *full;

    if (strcmp(kept->strategy, "seed") == 0)
        full = must_format("%s-seed%" PRIu64 ".tape", path, simulation->options->seed);
    else if (kept->schedule > 1)
        full = must_format("%s-%zu.tape", path, kept->schedule);
    else
        full = must_format("%s.tape", path);
    free(path);
    return full;
}

static void show_finding(struct simulation *simulation, const struct scenario *scenario, size_t run,
                         const struct observation *found)
{
    struct kept *kept = &simulation->kept[run];
    struct mistake mistake;
    struct module *module =
        module_of(&simulation->runner.modules, scenario, &scenario->runs[run], &mistake);
    struct tape_file file = {
        .scenario_path = scenario->path,
        .scenario_hash = scenario->hash,
        .run = scenario->runs[run].name,
        .module_name = module->name,
        .module_hash = module->hash,
        .strategy = (char *)(uintptr_t)kept->strategy,
        .seed = simulation->options->seed,
        .open = kept->open,
        .trace_hash = kept->trace_hash,
        .found = (char *)(uintptr_t)found->finding,
        .tape = kept->tape,
    };
    char *path = tape_path(simulation, scenario, run);

    print_block(found->finding_lines);
    printf("      %s\n", kept->departures);
    if (tape_file_write(&file, path, &mistake))
        printf("      next: rondo replay %s --trace\n", path);
    else
        printf("      %s\n", mistake.text);
    free(path);
}

static void explain(void *self, const struct scenario *scenario, const struct observed_run *runs,
                    const struct verdict *verdict)
{
    struct simulation *simulation = self;

    for (size_t i = 0; i < scenario->run_count; i++) {
        const struct observation *found = observed_run_finding(&runs[i]);

        if (found != NULL && (simulation->options->show || verdict->reason_count > 0))
            show_finding(simulation, scenario, i, found);
    }
}

/* ---- replay ---- */

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

static void report_replay(const struct tape_file *file, const struct chance *chance,
                          const struct observation *seen, const struct trace *trace)
{
    char *sentence = departures(trace);

    for (size_t i = 0; i < seen->line_count; i++) {
        char *line = verdict_line(&seen->lines[i]);

        printf("      %s\n", line);
        free(line);
    }
    printf("%s at %" PRId64 ".%03" PRId64 "s; %zu of %zu decisions fit%s\n",
           seen->finding != NULL ? seen->finding : "ended", seen->elapsed_ns / 1000000000,
           seen->elapsed_ns / 1000000 % 1000, chance->matched, file->tape.count,
           seen->hash == file->trace_hash ? "; the same run, event for event"
                                          : "; not the same run");
    print_block(seen->finding_lines);
    printf("      %s\n", sentence);
    free(sentence);
}

static enum status replay(struct simulation *simulation, const struct scenario *scenario,
                          const struct run_spec *run, const struct tape_file *file)
{
    struct mistake mistake;
    const struct module *module = module_of(&simulation->runner.modules, scenario, run, &mistake);
    struct observation seen;
    struct chance chance;
    enum status status;

    note_change("scenario", scenario->path, file->scenario_hash, scenario->hash);
    note_change("module", module->name, file->module_hash, module->hash);
    chance_init(&chance);
    chance.open = file->open;
    chance_from_tape(&chance, &file->tape);
    watchdog_start(scenario->path, simulation->options->cpu_seconds);
    runner_run(&simulation->runner, scenario, run, &chance, &seen);
    watchdog_stop();
    if (simulation->options->trace)
        print_trace(simulation->runner.trace);
    report_replay(file, &chance, &seen, simulation->runner.trace);
    status = seen.finding != NULL ? STATUS_FINDING : STATUS_CLEAN;
    observation_clear(&seen);
    chance_clear(&chance);
    return status;
}

static enum status command_replay(struct simulation *simulation)
{
    struct tape_file file;
    struct mistake mistake;
    struct scenario *scenario = NULL;
    const struct run_spec *run = NULL;
    enum status status = STATUS_USAGE;
    bool ok = tape_file_read(&file, simulation->options->paths[0], &mistake);

    if (!ok) {
        fprintf(stderr, "%s\n", mistake.text);
        return STATUS_USAGE;
    }
    scenario = scenario_read(file.scenario_path, &mistake);
    if (scenario != NULL && runner_check(&simulation->runner, scenario, &mistake)) {
        run = find_run(scenario, file.run);
        if (run == NULL)
            mistake_at(&mistake, scenario->path, 0, 0, "has no run '%s', which the tape is of",
                       file.run);
    }
    if (run != NULL)
        status = replay(simulation, scenario, run, &file);
    else
        fprintf(stderr, "%s\n", mistake.text);
    scenario_free(scenario);
    tape_file_free(&file);
    return status;
}

/* ---- main ---- */

/* Hand the whole command line to the other executable, which lies beside this one. */
static enum status go_live(int argc, char **argv)
{
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - sizeof "-live");
    char **other = must_alloc(((size_t)argc + 1) * sizeof *other);
    int count = 0;

    path[length > 0 ? length : 0] = '\0';
    strcat(path, "-live");
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--live") != 0)
            other[count++] = i == 0 ? path : argv[i];
    }
    execv(path, other);
    perror(path);
    return STATUS_USAGE;
}

static enum status run_command(struct simulation *simulation)
{
    const struct options *options = simulation->options;
    struct engine engine = {.world = "sim",
                            .timing = TIMING_EXACT,
                            .self = simulation,
                            .check = check,
                            .observe = observe_scenario,
                            .explain = explain};

    if (strcmp(options->command, "run") == 0)
        return command_run(options, &engine);
    if (strcmp(options->command, "list") == 0)
        return command_list(options);
    if (strcmp(options->command, "check") == 0)
        return command_check(options, &engine);
    return command_replay(simulation);
}

int main(int argc, char **argv)
{
    struct options options;
    struct simulation simulation = {.options = &options};
    enum status status;
    char *modules;

    if (!options_read(&options, argc, argv, &status)) {
        free(options.paths);
        return (int)status;
    }
    if (options.live)
        return (int)go_live(argc, argv);
    modules = options.modules != NULL ? must_text(options.modules) : modules_beside_executable();
    bridge_install();
    runner_open(&simulation.runner, modules, bridge_start, rondo_err_name);
    status = run_command(&simulation);
    forget(&simulation);
    runner_close(&simulation.runner);
    free(modules);
    free(options.paths);
    return (int)status;
}

/*
 * replay.c - `rondo replay`: exactly what a tape says, and how well it still fits.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/guard.h"
#include "cli/simulation.h"
#include "run/sentence.h"
#include "run/tape_file.h"

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
    char *sentence = sentence_of(&chance->record, trace);

    for (size_t i = 0; i < seen->line_count; i++) {
        char *line = verdict_line(&seen->lines[i]);

        printf("      %s\n", line);
        free(line);
    }
    printf("%s at %" PRId64 ".%03" PRId64 "s; %zu of %zu departures fit%s\n",
           seen->finding != NULL ? seen->finding : "ended", seen->elapsed_ns / 1000000000,
           seen->elapsed_ns / 1000000 % 1000, chance->matched, file->tape.count,
           seen->hash == file->trace_hash ? "; the same run, event for event"
                                          : "; not the same run");
    print_block(seen->finding_lines);
    printf("      %s\n", sentence);
    free(sentence);
}

static enum status replay_run(struct simulation *simulation, const struct scenario *scenario,
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
    chance_from_departures(&chance, &file->tape);
    guard_start(scenario->path, simulation->options->cpu_seconds);
    runner_run(&simulation->runner, scenario, run, &chance, &seen);
    guard_stop();
    if (simulation->options->trace)
        print_trace(simulation->runner.trace);
    report_replay(file, &chance, &seen, simulation->runner.trace);
    status = seen.finding != NULL ? STATUS_FINDING : STATUS_CLEAN;
    observation_clear(&seen);
    chance_clear(&chance);
    return status;
}

enum status replay(struct simulation *simulation)
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
        status = replay_run(simulation, scenario, run, &file);
    else
        fprintf(stderr, "%s\n", mistake.text);
    scenario_free(scenario);
    tape_file_free(&file);
    return status;
}

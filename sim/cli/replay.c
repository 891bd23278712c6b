/*
 * replay.c - `rondo replay`: exactly what a tape says, and how well it still fits. Tapes are opened
 * here.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/guard.h"
#include "cli/simulation.h"
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
    note_change("module", opened->module->name, file->module_hash, opened->module->hash);
}

bool tape_open(struct simulation *simulation, const char *path, struct opened_tape *opened,
               struct mistake *mistake)
{
    *opened = (struct opened_tape){0};
    if (!tape_file_read(&opened->file, path, mistake))
        return false;
    opened->scenario = scenario_read(opened->file.scenario_path, mistake);
    if (opened->scenario != NULL && runner_check(&simulation->runner, opened->scenario, mistake)) {
        opened->run = find_run(opened->scenario, opened->file.run);
        if (opened->run == NULL)
            mistake_at(mistake, opened->scenario->path, 0, 0, "has no run '%s', which %s is of",
                       opened->file.run, path);
    }
    if (opened->run != NULL)
        opened->module =
            module_of(&simulation->runner.modules, opened->scenario, opened->run, mistake);
    if (opened->module == NULL)
        tape_close(opened);
    return opened->module != NULL;
}

void tape_close(struct opened_tape *opened)
{
    scenario_free(opened->scenario);
    tape_file_free(&opened->file);
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
    if (seen->candidate != NULL)
        print_block(seen->candidate);
    printf("      %s\n", sentence);
    free(sentence);
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
    runner_run(runner, opened->scenario, opened->run, &chance, &seen);
    guard_stop();
    if (simulation->options->trace)
        print_trace(runner->trace);
    report_replay(file, &chance, &seen, runner->trace);
    status = seen.finding != NULL ? STATUS_FINDING : STATUS_CLEAN;
    observation_clear(&seen);
    chance_clear(&chance);
    return status;
}

enum status replay(struct simulation *simulation)
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

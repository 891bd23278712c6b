/*
 * shrink.c - `rondo shrink`: the smallest tape that still finds it, and why, for people.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/seconds.h"
#include "cli/guard.h"
#include "cli/simulation.h"
#include "run/critical.h"
#include "run/sentence.h"
#include "run/shrink.h"

/* Columns that an event of the run that fails may fill, beside that of the one that passes; a
 * longer one pushes that to the right. */
#define EVENT_WIDTH_MAX 70

/* The two runs beside each other, from where they part. */
static void print_parting(const struct critical *critical)
{
    size_t width = 0;

    for (size_t i = 0; i < PARTING_EVENTS; i++) {
        size_t length = critical->fails[i] != NULL ? strlen(critical->fails[i]) : 0;

        if (length > width && length <= EVENT_WIDTH_MAX)
            width = length;
    }
    printf("        %-*s   %s\n", (int)width, "fails", "passes");
    for (size_t i = 0; i < PARTING_EVENTS; i++) {
        const char *fails = critical->fails[i], *passes = critical->passes[i];

        if (fails != NULL || passes != NULL)
            printf("        %-*s   %s\n", (int)width, fails != NULL ? fails : "",
                   passes != NULL ? passes : "");
    }
}

/* "after it all 64 continuations tried fail" */
static void print_critical(const struct critical *critical, size_t decisions)
{
    if (!critical->avoidable) {
        if (critical->tried == 1)
            printf("      no step is critical: there is one way to go, and it fails\n");
        else
            printf("      no step is critical: all %zu schedules %s fail\n", critical->tried,
                   critical->all ? "there are" : "tried");
        return;
    }
    printf("      critical step: decision %zu of %zu: %s\n", critical->step + 1, decisions,
           critical->chosen);
    if (critical->tried == 1)
        printf("        after it there is one way to go on, and it fails\n");
    else
        printf("        after it all %zu continuations %s fail\n", critical->tried,
               critical->all ? "there are" : "tried");
    printf("      nearest passing run: %s; %zu event%s the same, then\n", critical->instead,
           critical->common, critical->common == 1 ? " is" : "s are");
    print_parting(critical);
}

/* "x.tape" -> "x-shrunk.tape" */
static char *shrunk_path(const char *path)
{
    size_t length = strlen(path), end = strlen(".tape");

    if (length > end && strcmp(path + length - end, ".tape") == 0)
        length -= end;
    return must_format("%.*s-shrunk.tape", (int)length, path);
}

static void write_shrunk(const char *from, const struct trial *trial,
                         const struct opened_tape *opened, const struct shrunk *shrunk)
{
    struct tape_file file = opened->file;
    struct mistake mistake;
    char *path = shrunk_path(from);

    file.scenario_hash = opened->scenario->hash;
    file.module_hash = opened->module_hash;
    file.open = trial->chance.open;
    file.trace_hash = trial->hash;
    file.tape = shrunk->tape;
    if (tape_file_write(&file, path, &mistake))
        printf("      next: rondo replay %s --trace\n", path);
    else
        printf("      %s\n", mistake.text);
    free(path);
}

static void report(struct trial *trial, const struct opened_tape *opened,
                   const struct shrunk *shrunk, const char *path)
{
    struct critical critical;
    char *sentence = sentence_of(&shrunk->tape, trial->runner->trace);

    printf("%s at " SECONDS "s; ", trial->finding, SECONDS_OF(trial->elapsed_ns));
    if (shrunk->before == 0)
        printf("there is nothing to shrink\n");
    else
        printf("%zu departure%s shrunk to %zu, in %zu runs\n", shrunk->before,
               plural(shrunk->before), shrunk->departures, trial->runs);
    print_block(trial->lines);
    printf("      %s\n", sentence);
    if (shrunk->fewer_tried > 0)
        printf("      that is the least: of %zu run%s with fewer steps none fails\n",
               shrunk->fewer_tried, plural(shrunk->fewer_tried));
    if (shrunk->weather > 0)
        printf("      not needed: %zu of %zu time%s that a fault comes\n", shrunk->calm,
               shrunk->weather, plural(shrunk->weather));
    critical_search(trial, &shrunk->tape, &critical);
    print_critical(&critical, shrunk->tape.count);
    critical_clear(&critical);
    if (shrunk->departures > 0) {
        char *text = timing_text(trial);

        printf("      %s\n", text);
        free(text);
    }
    trial_record(trial, &shrunk->tape);
    write_shrunk(path, trial, opened, shrunk);
    free(sentence);
}

static enum status shrink_opened(struct simulation *simulation, const struct opened_tape *opened)
{
    const char *path = simulation->options->paths[0];
    struct trial trial;
    struct shrunk shrunk;
    bool found;

    tape_note_changes(opened);
    /* What was closed did not depart: it is opened, so that other ways to go are seen. */
    trial_open(&trial, &simulation->runner, opened->scenario, opened->run,
               opened->file.open | strategy_families(), opened->file.found);
    trial.begins = guard_again;
    guard_start(opened->scenario->path, simulation->options->cpu_seconds);
    found = shrink(&trial, &opened->file.tape, &shrunk);
    if (found)
        report(&trial, opened, &shrunk, path);
    else
        printf("%s does not find %s any more; %zu of %zu departures fit\n", path,
               opened->file.found, trial.chance.matched, opened->file.tape.count);
    guard_stop();
    if (found)
        tape_clear(&shrunk.tape);
    trial_close(&trial);
    return found ? STATUS_FINDING : STATUS_CLEAN;
}

enum status shrink_tape(struct simulation *simulation)
{
    struct opened_tape opened;
    struct mistake mistake;
    enum status status;

    if (!tape_open(simulation, simulation->options->paths[0], &opened, &mistake)) {
        fprintf(stderr, "%s\n", mistake.text);
        return STATUS_USAGE;
    }
    status = shrink_opened(simulation, &opened);
    tape_close(&opened);
    return status;
}

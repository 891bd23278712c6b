/*
 * findings.c - what is kept of a finding, and the block that shows it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/simulation.h"
#include "run/sentence.h"
#include "run/tape_file.h"

void print_trace(const struct trace *trace)
{
    char text[512];

    for (size_t i = 0; i < trace_count(trace); i++)
        printf("      %s\n", trace_line(trace_at(trace, i), text, sizeof text));
}

void finding_keep(struct simulation *simulation, size_t run, const struct chance *chance,
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
    kept->departures = sentence_of(&chance->record, simulation->runner.trace);
}

void findings_reset(struct simulation *simulation, size_t count)
{
    for (size_t i = 0; i < simulation->kept_count; i++) {
        tape_clear(&simulation->kept[i].tape);
        free(simulation->kept[i].departures);
    }
    free(simulation->kept);
    simulation->kept = count > 0 ? must_alloc(count * sizeof *simulation->kept) : NULL;
    simulation->kept_count = count;
}

/* OUT/FOLDER/STEM[-RUN][-SCHEDULE].tape, FOLDER being that of the scenario file. */
static char *tape_path(const struct simulation *simulation, const struct scenario *scenario,
                       size_t run)
{
    const struct kept *kept = &simulation->kept[run];
    const char *slash = strrchr(scenario->folder, '/');
    const char *folder = slash != NULL ? slash + 1 : scenario->folder;
    char *path =
        must_format("%s/%s%s%s%s%s", simulation->options->out, folder, folder[0] != '\0' ? "/" : "",
                    scenario->stem, scenario->compares ? "-" : "", scenario->runs[run].name);
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
    struct tape_file file = runner_tape(&simulation->runner, scenario, &scenario->runs[run],
                                        kept->strategy, found->finding);
    char *path = tape_path(simulation, scenario, run);

    file.seed = simulation->options->seed;
    file.open = kept->open;
    file.trace_hash = kept->trace_hash;
    file.tape = kept->tape;
    print_block(found->finding_lines);
    printf("      %s\n", kept->departures);
    if (tape_file_write(&file, path, &mistake))
        printf("      next: rondo replay %s --trace\n", path);
    else
        printf("      %s\n", mistake.text);
    free(path);
}

void findings_show(struct simulation *simulation, const struct scenario *scenario,
                   const struct observed_run *runs, const struct verdict *verdict)
{
    for (size_t i = 0; i < scenario->run_count; i++) {
        const struct observation *found = observed_run_finding(&runs[i]);

        if (found != NULL && (simulation->options->show || verdict->reason_count > 0))
            show_finding(simulation, scenario, i, found);
    }
}

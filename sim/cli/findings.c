/*
 * findings.c - what is kept of a finding, and the block that shows it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/guard.h"
#include "cli/simulation.h"
#include "run/critical.h"
#include "run/pcap.h"
#include "run/sentence.h"
#include "run/tape_file.h"

/* Timings that are tried before "none of those that were tried". */
#define TIMINGS_MAX 1000

void print_trace(const struct trace *trace)
{
    char text[512];

    for (size_t i = 0; i < trace_count(trace); i++)
        printf("      %s\n", trace_line(trace_at(trace, i), text, sizeof text));
}

char *timing_text(struct trial *trial)
{
    struct timing_check timing;
    char *text;

    timing_search(trial, TIMINGS_MAX, &timing);
    if (timing.found)
        text = must_format("a fifo loop does it too, by timing alone: %s", timing.sentence);
    else if (timing.all && timing.tried == 1)
        text = must_text("only a reordering does it: a fifo loop has but one timing here");
    else if (timing.all)
        text = must_format("only a reordering does it: none of the %zu timings of a fifo loop",
                           timing.tried);
    else
        text = must_format("only a reordering does it, it seems: none of %zu timings of a fifo "
                           "loop that were tried",
                           timing.tried);
    free(timing.sentence);
    return text;
}

void pcap_begin(struct simulation *simulation, const struct scenario *scenario,
                const struct run_spec *run)
{
    char *path;

    if (simulation->options->pcap == NULL)
        return;
    path = scenario_output(scenario, run, simulation->options->pcap);
    simulation->pcap = pcap_open(path, scenario->epoch_ns);
    simulation->runner.tap = pcap_tap(simulation->pcap);
    free(path);
}

void pcap_end(struct simulation *simulation)
{
    if (simulation->pcap == NULL)
        return;
    simulation->runner.tap = NULL;
    pcap_close(simulation->pcap, stdout);
    simulation->pcap = NULL;
}

/* Make `kept`, which is empty, of the run that has just ended. */
static void keep(struct kept *kept, const struct simulation *simulation,
                 const struct chance *chance, const char *strategy, size_t schedule)
{
    tape_copy(&kept->tape, &chance->record);
    kept->trace_hash = trace_hash(simulation->runner.trace);
    kept->open = chance->open;
    kept->strategy = strategy;
    kept->schedule = schedule;
    kept->steps = tape_steps(&chance->record);
    kept->departures = sentence_of(&chance->record, simulation->runner.trace);
}

void finding_keep(struct simulation *simulation, size_t run, const struct chance *chance,
                  const char *strategy, size_t schedule)
{
    struct kept *kept = &simulation->kept[run];

    if (kept->departures == NULL) /* the first finding is the one that is shown */
        keep(kept, simulation, chance, strategy, schedule);
}

void candidate_keep(struct simulation *simulation, const struct chance *chance,
                    const char *strategy, size_t schedule, uint64_t outcome)
{
    struct kept *kept;

    simulation->candidates =
        must_resize(simulation->candidates,
                    (simulation->candidate_count + 1) * sizeof *simulation->candidates);
    kept = &simulation->candidates[simulation->candidate_count++];
    *kept = (struct kept){.outcome = outcome};
    keep(kept, simulation, chance, strategy, schedule);
}

static void kept_clear(struct kept *kept)
{
    tape_clear(&kept->tape);
    free(kept->departures);
    *kept = (struct kept){0};
}

void candidates_end(struct simulation *simulation, size_t run, const struct observation *confirmed)
{
    struct kept *found = &simulation->kept[run];

    for (size_t i = 0; i < simulation->candidate_count; i++) {
        struct kept *kept = &simulation->candidates[i];

        if (confirmed != NULL && kept->outcome == confirmed->outcome && found->departures == NULL)
            *found = *kept;
        else
            kept_clear(kept);
    }
    simulation->candidate_count = 0;
}

void findings_reset(struct simulation *simulation, size_t count)
{
    for (size_t i = 0; i < simulation->kept_count; i++)
        kept_clear(&simulation->kept[i]);
    free(simulation->kept);
    free(simulation->candidates);
    simulation->candidates = NULL;
    simulation->kept = count > 0 ? must_alloc(count * sizeof *simulation->kept) : NULL;
    simulation->kept_count = count;
}

/* OUT/FOLDER/STEM[-RUN][-SCHEDULE].tape */
static char *tape_path(const struct simulation *simulation, const struct scenario *scenario,
                       size_t run)
{
    const struct kept *kept = &simulation->kept[run];
    char *path = scenario_output(scenario, &scenario->runs[run], simulation->options->out);
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

char *schedule_keep(struct simulation *simulation, const struct scenario *scenario,
                    const struct run_spec *run, const struct strategy_kind *strategy, uint64_t seed,
                    size_t schedule, const struct chance *chance, const struct observation *seen)
{
    struct runner *runner = &simulation->runner;
    struct tape_file file =
        runner_tape(runner, scenario, run, strategy->name, observation_finding(seen));
    struct mistake mistake;
    char *output = scenario_output(scenario, run, simulation->options->out);
    char *path = must_format("%s-%s-%" PRIu64 "-%zu.tape", output, strategy->name, seed, schedule);

    free(output);
    file.seed = seed;
    file.open = chance->open;
    file.trace_hash = trace_hash(runner->trace);
    file.tape = chance->record;
    if (tape_file_write(&file, path, &mistake))
        return path;
    fprintf(stderr, "%s\n", mistake.text);
    free(path);
    return NULL;
}

/* Whether a fifo loop could do it, where that is a question: any order was open, and something
 * departed. */
static void show_timing(struct simulation *simulation, const struct scenario *scenario, size_t run,
                        const char *finding)
{
    struct kept *kept = &simulation->kept[run];
    struct trial trial;
    char *text;

    if (kept->steps == 0 || (kept->open & 1u << FAMILY_sched) == 0)
        return;
    trial_open(&trial, &simulation->runner, scenario, &scenario->runs[run], kept->open, finding);
    trial.begins = guard_again;
    guard_start(scenario->path, simulation->options->cpu_seconds);
    text = timing_text(&trial);
    guard_stop();
    printf("      %s\n", text);
    free(text);
    trial_close(&trial);
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
    show_timing(simulation, scenario, run, found->finding);
    if (!tape_file_write(&file, path, &mistake))
        printf("      %s\n", mistake.text);
    else if (kept->steps > 1)
        printf("      next: rondo shrink %s\n", path);
    else
        printf("      next: rondo replay %s --trace\n", path);
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

/*
 * schedule_fuzz.c - bytes as a tape: one schedule of a scenario, every family of decisions open.
 *
 * Aborts when a detector speaks that the scenario does not name (`expect: finds`), or when the tape
 * that was recorded does not give the same run again. Before it does, the tape is written as a
 * file, which `rondo replay` takes.
 *
 * RONDO_SCENARIO is the path of the scenario, RONDO_MODULES the folder of the modules (default:
 * beside the folder of this executable).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/bridge.h"
#include "cli/command.h"
#include "run/runner.h"
#include "run/tape_file.h"
#include "target.h"

#if RONDO_ASAN
/* A run that is cut short leaves fibers where they stand, and the sanitizer's second stack of each,
 * which nothing gives back. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_stack_use_after_return=0";
}
#endif

static struct runner runner;
static struct scenario *scenario; /* opened once, kept until the process ends */

static void open_scenario(void)
{
    const char *path = getenv("RONDO_SCENARIO");
    const char *modules = getenv("RONDO_MODULES");
    struct mistake mistake;

    bridge_open(&runner, modules != NULL ? modules : modules_beside_executable());
    scenario = scenario_read(path != NULL ? path : SCENARIO_DEFAULT, &mistake);
    if (scenario != NULL && runner_check(&runner, scenario, &mistake))
        return;
    fprintf(stderr, "%s\n", mistake.text);
    _Exit(2); /* not something that the fuzzer found */
}

/* Keep the tape of `run` where a person can replay it, and say so. */
static void write_tape(const struct run_spec *run, const struct chance *chance,
                       const struct observation *seen)
{
    struct mistake mistake;
    struct tape_file file = runner_tape(&runner, scenario, run, "bytes", seen->finding);
    char *output = scenario_output(scenario, run, "out");
    char *path = must_format("%s-fuzz.tape", output);

    free(output);
    file.open = chance->open;
    file.trace_hash = seen->hash;
    file.tape = chance->record;
    if (tape_file_write(&file, path, &mistake))
        fprintf(stderr, "next: rondo replay %s --trace\n", path);
    else
        fprintf(stderr, "%s\n", mistake.text);
    free(path);
}

static bool expected(const struct run_spec *run, const struct observation *seen)
{
    return seen->finding == NULL ||
           (run->expect.finds != NULL && strcmp(run->expect.finds, seen->finding) == 0);
}

/* The schedule that `chance` has recorded, once more, as a tape.
 * Returns: false, with what differs in `text`, if it is another run. */
static bool replays(const struct run_spec *run, struct chance *chance, char *text, size_t size)
{
    struct tape tape = {0};
    bool same;

    tape_copy(&tape, &chance->record);
    chance_from_tape(chance, &tape);
    same = runner_same_again(&runner, scenario, run, chance, text, size);
    tape_clear(&tape);
    return same;
}

static void try_schedule(const struct run_spec *run, const uint8_t *data, size_t size)
{
    struct observation seen;
    struct chance chance;
    char text[800] = "";

    chance_init(&chance);
    chance.open = ((1u << FAMILY_COUNT) - 1) & ~(1u << FAMILY_alloc);
    chance.open |= runner_faults(scenario);
    chance_from_bytes(&chance, data, size);
    runner_run(&runner, scenario, run, &chance, &seen);
    if (!expected(run, &seen)) {
        fprintf(stderr, "%s: %s\n%s", scenario->path, seen.finding, seen.finding_lines);
        write_tape(run, &chance, &seen);
        abort();
    }
    if (!replays(run, &chance, text, sizeof text)) {
        fprintf(stderr, "%s: %s\n", scenario->path, text);
        write_tape(run, &chance, &seen);
        abort();
    }
    observation_clear(&seen);
    chance_clear(&chance);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (scenario == NULL)
        open_scenario();
    for (size_t i = 0; i < scenario->run_count; i++)
        try_schedule(&scenario->runs[i], data, size);
    return 0;
}

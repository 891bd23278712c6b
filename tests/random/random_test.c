/*
 * random_test.c - random programs of every theme, each in production order and in many others,
 * judged by the plain model (model.h).
 *
 * usage: random_test                                every theme, as an ordinary test
 *        random_test THEME FIRST COUNT SCHEDULES    so many programs from seed FIRST, and schedules
 *        random_test FILE.yaml...                   judge scripts that log their steps
 *
 * What fails is printed, and kept as out/random/THEME-SEED.yaml with the tape of its schedule.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/bridge.h"
#include "run/runner.h"
#include "run/tape_file.h"
#include "scenario/verdict.h"
#include "tests/random/generate.h"
#include "tests/random/model.h"

/* As an ordinary test: programs of each theme, and schedules of each program. */
#define PROGRAMS  200
#define SCHEDULES 12

static struct runner runner;

struct tally {
    size_t programs;
    size_t runs;
    size_t stuck; /* runs that end in a deadlock, which is a program's good right */
    size_t failures;
};

/* ---- one run ---- */

static void print_log(const struct observation *seen)
{
    for (size_t i = 0; i < seen->line_count; i++) {
        char *line = verdict_line(&seen->lines[i]);

        printf("  %3zu  %s\n", i + 1, line);
        free(line);
    }
}

static bool write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    bool ok = file != NULL && fputs(text, file) >= 0;

    return file != NULL && fclose(file) == 0 && ok;
}

/* Keep what it takes to see the failure again. */
static void keep(const struct scenario *scenario, const char *text, const struct chance *chance,
                 const struct observation *seen)
{
    struct mistake mistake;
    struct tape_file file =
        runner_tape(&runner, scenario, &scenario->runs[0], "seed", seen->finding);
    char *tape = must_format("out/random/%s.tape", scenario->stem);

    file.open = chance->open;
    file.trace_hash = seen->hash;
    file.tape = chance->record;
    if (!tape_file_write(&file, tape, &mistake) ||
        (text != NULL && !write_file(scenario->path, text)))
        fprintf(stderr, "could not be kept in out/random\n");
    printf("next: rondo replay %s\n", tape);
    free(tape);
}

/* Run as `chance` says and judge. Returns: whether nothing is wrong. */
static bool try_schedule(const struct scenario *scenario, const char *text, struct chance *chance,
                         struct tally *tally)
{
    struct observation seen;
    char *complaint;
    bool in_order = chance->source == CHANCE_FIFO;

    runner_run(&runner, scenario, &scenario->runs[0], chance, &seen);
    complaint = model_judge(scenario->runs[0].roles[0].script, &seen, in_order);
    tally->runs++;
    tally->stuck += seen.finding != NULL;
    if (complaint != NULL) {
        tally->failures++;
        printf("\n%s%s, %s\n", text != NULL ? text : "", scenario->path,
               in_order ? "in production order" : "in another order");
        print_log(&seen);
        printf("%s\n", complaint);
        keep(scenario, text, chance, &seen);
    }
    observation_clear(&seen);
    free(complaint);
    return complaint == NULL;
}

/* In production order, then in others, every family of decisions open. */
static bool try_scenario(const struct scenario *scenario, const char *text, size_t schedules,
                         struct tally *tally)
{
    struct chance chance;
    bool ok;

    chance_init(&chance);
    ok = try_schedule(scenario, text, &chance, tally);
    for (size_t i = 1; ok && i < schedules; i++) {
        chance.open = ((1u << FAMILY_COUNT) - 1) & ~(1u << FAMILY_alloc);
        chance_from_seed(&chance, i);
        ok = try_schedule(scenario, text, &chance, tally);
    }
    chance_clear(&chance);
    tally->programs++;
    return ok;
}

/* ---- many ---- */

static void try_program(enum theme theme, uint64_t seed, size_t schedules, struct tally *tally)
{
    char *text = generate(theme, seed);
    char *path = must_format("out/random/%s-%" PRIu64 ".yaml", theme_name(theme), seed);
    struct source source = {.path = path, .text = text, .size = strlen(text)};
    struct mistake mistake;
    struct scenario *scenario = scenario_parse(&source, &mistake);

    if (scenario == NULL || !runner_check(&runner, scenario, &mistake)) {
        printf("%s\n%s\n", text, mistake.text);
        exit(3);
    }
    try_scenario(scenario, text, schedules, tally);
    scenario_free(scenario);
    free(path);
    free(text);
}

static void try_theme(enum theme theme, uint64_t first, size_t count, size_t schedules,
                      size_t *failures)
{
    struct tally tally = {0};

    for (size_t i = 0; i < count && tally.failures < 3; i++)
        try_program(theme, first + i, schedules, &tally);
    printf("%-10s %zu programs, %zu runs, %zu of them stuck: %zu wrong\n", theme_name(theme),
           tally.programs, tally.runs, tally.stuck, tally.failures);
    fflush(stdout);
    *failures += tally.failures;
}

static size_t try_file(const char *path)
{
    struct tally tally = {0};
    struct mistake mistake;
    struct scenario *scenario = scenario_read(path, &mistake);

    if (scenario == NULL || !runner_check(&runner, scenario, &mistake)) {
        fprintf(stderr, "%s\n", mistake.text);
        exit(2);
    }
    if (scenario->runs[0].roles[0].script == NULL || !scenario->runs[0].roles[0].script->log) {
        fprintf(stderr, "%s: not a script with 'log: steps'\n", path);
        exit(2);
    }
    try_scenario(scenario, NULL, 1000, &tally);
    printf("%s: %zu runs, %zu wrong\n", path, tally.runs, tally.failures);
    scenario_free(scenario);
    return tally.failures;
}

static enum theme find_theme(const char *name)
{
    size_t theme = 0;

    while (theme < THEME_COUNT && strcmp(theme_name((enum theme)theme), name) != 0)
        theme++;
    return (enum theme)theme;
}

int main(int argc, char **argv)
{
    size_t failures = 0;

    bridge_open(&runner, "");
    if (argc == 5 && find_theme(argv[1]) != THEME_COUNT) {
        try_theme(find_theme(argv[1]), strtoull(argv[2], NULL, 10), strtoul(argv[3], NULL, 10),
                  strtoul(argv[4], NULL, 10), &failures);
    } else if (argc > 1) {
        for (int i = 1; i < argc; i++)
            failures += try_file(argv[i]);
    } else {
        for (size_t i = 0; i < THEME_COUNT; i++)
            try_theme((enum theme)i, 1, PROGRAMS, SCHEDULES, &failures);
    }
    runner_close(&runner);
    return failures > 0;
}

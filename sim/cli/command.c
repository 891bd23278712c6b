/*
 * command.c - see command.h: from paths to lines that people read.
 */
#include "cli/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/alloc.h"
#include "base/seconds.h"
#include "scenario/results.h"

/* Columns that titles may fill; longer ones push the rest of their line to the right. */
#define TITLE_WIDTH_MAX 64

int64_t wall_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void print_block(const char *lines)
{
    while (lines != NULL && *lines != '\0') {
        int length = (int)strcspn(lines, "\n");

        printf("      %.*s\n", length, lines);
        lines += length + (lines[length] == '\n');
    }
}

/* Print what is wrong with the files. Returns: whether anything is. */
static bool report_mistakes(const struct suite *suite)
{
    for (size_t i = 0; i < suite->mistake_count; i++)
        fprintf(stderr, "%s\n", suite->mistakes[i]);
    return suite->mistake_count > 0;
}

/* Check every scenario before the first one runs. Returns: whether all can. */
static bool check_all(const struct suite *suite, const struct engine *engine)
{
    bool ok = true;

    for (size_t i = 0; i < suite->count; i++) {
        struct mistake mistake;

        if (engine->check(engine->self, suite->scenarios[i], &mistake))
            continue;
        fprintf(stderr, "%s\n", mistake.text);
        ok = false;
    }
    for (size_t i = 0; engine->check_tape != NULL && i < suite->tape_count; i++) {
        struct mistake mistake;

        if (engine->check_tape(engine->self, suite->tapes[i], &mistake))
            continue;
        fprintf(stderr, "%s\n", mistake.text);
        ok = false;
    }
    return ok;
}

static enum status command_list(const struct options *options)
{
    struct suite suite = {0};
    bool bad;

    suite_read(&suite, options->paths, options->path_count);
    bad = report_mistakes(&suite);
    for (size_t i = 0; i < suite.count; i++)
        printf("%-16s %-48s %s\n", suite.scenarios[i]->row != NULL ? suite.scenarios[i]->row : "-",
               suite.scenarios[i]->path, suite.scenarios[i]->title);
    for (size_t i = 0; i < suite.tape_count; i++)
        printf("%-16s %s\n", "tape", suite.tapes[i]);
    suite_free(&suite);
    return bad ? STATUS_USAGE : STATUS_CLEAN;
}

static enum status command_check(const struct options *options, const struct engine *engine)
{
    struct suite suite = {0};
    bool ok;

    suite_read(&suite, options->paths, options->path_count);
    ok = !report_mistakes(&suite);
    ok = ok && check_all(&suite, engine);
    if (ok && suite.tape_count > 0)
        printf("%zu scenario file%s and %zu tape%s, nothing wrong\n", suite.count,
               plural(suite.count), suite.tape_count, plural(suite.tape_count));
    else if (ok)
        printf("%zu scenario file%s, nothing wrong\n", suite.count, plural(suite.count));
    suite_free(&suite);
    return ok ? STATUS_CLEAN : STATUS_USAGE;
}

/* ---- run ---- */

struct totals {
    size_t tapes; /* among those that passed or failed */
    size_t passed;
    size_t failed;
    size_t skipped;
    size_t claims[CLAIM_NOT_CHECKABLE + 1];
    int64_t elapsed_ns;
    size_t claim_count;
    int title_width;
};

/* "45us", "1.2ms", "1.2s": two or three figures are enough. */
static const char *short_time(int64_t ns, char *text, size_t size)
{
    if (ns < 1000000)
        snprintf(text, size, "%lldus", (long long)(ns / 1000));
    else if (ns < 10000000)
        snprintf(text, size, "%lld.%lldms", (long long)(ns / 1000000),
                 (long long)(ns / 100000 % 10));
    else if (ns < 1000000000)
        snprintf(text, size, "%lldms", (long long)(ns / 1000000));
    else
        snprintf(text, size, "%lld.%llds", (long long)(ns / 1000000000),
                 (long long)(ns / 100000000 % 10));
    return text;
}

/* What became of the claims, in a few words. */
static void print_claims(const struct verdict *verdict)
{
    size_t count[CLAIM_NOT_CHECKABLE + 1] = {0};
    const char *comma = "";

    for (size_t i = 0; i < verdict->claim_count; i++)
        count[verdict->claims[i].verdict]++;
    for (size_t i = 0; i < sizeof count / sizeof *count; i++) {
        const char *words = claim_verdict_name((enum claim_verdict)i);

        if (count[i] == 0)
            continue;
        if (count[i] == 1)
            printf("%sclaim %s", comma, words);
        else if (i == CLAIM_HOLDS)
            printf("%s%zu claims hold", comma, count[i]);
        else
            printf("%s%zu claims: %s", comma, count[i], words);
        comma = ", ";
    }
}

/* How long each run took. */
static void print_what(const struct scenario *scenario, const struct observed_run *runs,
                       const char *clock)
{
    char text[160] = "";
    size_t used = 0;

    for (size_t i = 0; i < scenario->run_count && used < sizeof text - 40; i++) {
        int64_t elapsed = runs[i].outcomes[0].elapsed_ns;

        used += (size_t)snprintf(text + used, sizeof text - used, "%s" SECONDS "s",
                                 i > 0 ? ", " : "", SECONDS_OF(elapsed));
    }
    printf("  %s %-*s", text, used < 15 ? (int)(22 - used) : 7, clock);
}

static void print_findings(const struct scenario *scenario, const struct observed_run *runs)
{
    for (size_t i = 0; i < scenario->run_count; i++) {
        const struct observation *found = observed_run_finding(&runs[i]);

        if (found == NULL)
            continue;
        printf("%s at " SECONDS "s", found->finding, SECONDS_OF(found->elapsed_ns));
        if (runs[i].schedules > 1)
            printf(", schedule %zu of %zu", runs[i].finding_at, runs[i].schedules);
        fputs("  ", stdout);
    }
}

static void print_scenario(const struct engine *engine, const struct scenario *scenario,
                           const struct observed_run *runs, const struct verdict *verdict,
                           int title_width, int64_t wall_ns)
{
    char text[32];
    size_t outcomes = 0;

    printf("%-5s %-*s", verdict->reason_count == 0 ? "ok" : "FAIL", title_width, scenario->title);
    print_what(scenario, runs, engine->timing == TIMING_EXACT ? "virtual" : "real");
    if (engine->timing == TIMING_EXACT)
        printf("  %7s  ", short_time(wall_ns, text, sizeof text));
    else
        fputs("  ", stdout);
    print_findings(scenario, runs);
    for (size_t i = 0; i < scenario->run_count; i++)
        outcomes += runs[i].outcome_count;
    if (outcomes > scenario->run_count)
        printf("%zu outcomes  ", outcomes);
    for (size_t i = 0; i < scenario->run_count; i++) {
        if (runs[i].systematic && !runs[i].exhausted)
            printf("only %zu schedules of more  ", runs[i].schedules);
    }
    print_claims(verdict);
    putchar('\n');
    for (size_t i = 0; i < verdict->reason_count; i++)
        printf("      %s\n", verdict->reasons[i]);
    for (size_t i = 0; i < scenario->run_count; i++) {
        if (runs[i].note != NULL)
            print_block(runs[i].note);
    }
}

static void add_totals(struct totals *totals, const struct scenario *scenario,
                       const struct observed_run *runs, const struct verdict *verdict)
{
    totals->passed += verdict->reason_count == 0;
    totals->failed += verdict->reason_count != 0;
    totals->claim_count += verdict->claim_count;
    for (size_t i = 0; i < scenario->run_count; i++)
        totals->elapsed_ns += runs[i].outcomes[0].elapsed_ns;
    for (size_t i = 0; i < verdict->claim_count; i++)
        totals->claims[verdict->claims[i].verdict]++;
}

static void print_totals(const struct totals *totals, const struct engine *engine, int64_t wall_ns)
{
    char text[32];
    const char *comma = "";

    size_t scenarios = totals->passed + totals->failed - totals->tapes;

    printf("\n%zu scenario%s", scenarios, plural(scenarios));
    if (totals->tapes > 0)
        printf(", %zu tape%s", totals->tapes, plural(totals->tapes));
    printf(": %zu ok, %zu failed", totals->passed, totals->failed);
    if (totals->skipped > 0)
        printf(", %zu skipped", totals->skipped);
    printf("; " SECONDS "s %s in %s\n", SECONDS_OF(totals->elapsed_ns),
           engine->timing == TIMING_EXACT ? "virtual" : "real",
           short_time(wall_ns, text, sizeof text));
    if (totals->claim_count == 0)
        return;
    fputs("claims: ", stdout);
    for (size_t i = 0; i < sizeof totals->claims / sizeof *totals->claims; i++) {
        printf("%s%zu %s", comma, totals->claims[i], claim_verdict_name((enum claim_verdict)i));
        comma = ", ";
    }
    putchar('\n');
}

/* Run one scenario. Returns: STATUS_CLEAN, STATUS_FINDING or STATUS_HARNESS. */
static enum status run_one(const struct engine *engine, const struct scenario *scenario,
                           FILE *results, struct totals *totals)
{
    struct observed_run *runs = must_alloc(scenario->run_count * sizeof *runs);
    struct verdict verdict = {0};
    int64_t start = wall_clock();
    enum status status = engine->observe(engine->self, scenario, runs, &verdict);
    int64_t wall_ns = wall_clock() - start;

    verdict_judge(&verdict, scenario, runs, engine->timing);
    if (status == STATUS_CLEAN && verdict.reason_count > 0)
        status = STATUS_FINDING;
    print_scenario(engine, scenario, runs, &verdict, totals->title_width, wall_ns);
    if (engine->explain != NULL)
        engine->explain(engine->self, scenario, runs, &verdict);
    add_totals(totals, scenario, runs, &verdict);
    runs[0].wall_ns = wall_ns;
    if (results != NULL)
        results_write(results, engine->world, scenario, runs, &verdict);
    for (size_t i = 0; i < scenario->run_count; i++)
        observed_run_clear(&runs[i]);
    free(runs);
    verdict_free(&verdict);
    fflush(stdout);
    return status;
}

static void skip_one(const struct engine *engine, const struct scenario *scenario, FILE *results,
                     struct totals *totals)
{
    totals->skipped++;
    printf("skip  %-*s  %s\n", totals->title_width, scenario->title, scenario->live_skip);
    if (results != NULL)
        results_write(results, engine->world, scenario, NULL, NULL);
}

static enum status play_tape(const struct engine *engine, const char *path, struct totals *totals)
{
    struct played_tape played;
    int64_t start = wall_clock();
    enum status status = STATUS_CLEAN;
    char text[32];

    if (engine->play_tape == NULL) {
        totals->skipped++;
        printf("skip  %-*s  a tape is of the simulator\n", totals->title_width, path);
        return STATUS_CLEAN;
    }
    status = engine->play_tape(engine->self, path, &played);
    printf("%-5s %-*s  " SECONDS "s virtual            %7s  %s\n", played.ok ? "ok" : "FAIL",
           totals->title_width, path, SECONDS_OF(played.elapsed_ns),
           short_time(wall_clock() - start, text, sizeof text), played.said);
    if (!played.ok) {
        print_block(played.block);
        printf("      next: rondo replay %s --trace\n", path);
    }
    free(played.block);
    totals->passed += played.ok;
    totals->failed += !played.ok;
    totals->elapsed_ns += played.elapsed_ns;
    totals->tapes++;
    fflush(stdout);
    return status;
}

static FILE *open_results(const struct options *options, bool *ok)
{
    char *path;
    FILE *file;

    *ok = true;
    if (options->results == NULL)
        return NULL;
    (void)mkdir(options->results, 0777); /* if it cannot be made, opening the file says why */
    path = must_format("%s/results.jsonl", options->results);
    file = fopen(path, "a");
    if (file == NULL) {
        fprintf(stderr, "rondo: %s: %s\n", path, strerror(errno));
        *ok = false;
    }
    free(path);
    return file;
}

static enum status run_suite(const struct engine *engine, const struct suite *suite, FILE *results)
{
    struct totals totals = {0};
    int64_t start = wall_clock();
    enum status worst = STATUS_CLEAN;

    for (size_t i = 0; i < suite->count; i++) {
        int width = (int)strlen(suite->scenarios[i]->title);

        if (width > totals.title_width && width <= TITLE_WIDTH_MAX)
            totals.title_width = width;
    }
    for (size_t i = 0; i < suite->tape_count; i++) {
        int width = (int)strlen(suite->tapes[i]);

        if (width > totals.title_width && width <= TITLE_WIDTH_MAX)
            totals.title_width = width;
    }
    if (engine->begin != NULL)
        engine->begin(engine->self, suite);
    for (size_t i = 0; i < suite->count; i++) {
        const struct scenario *scenario = suite->scenarios[i];
        enum status status;

        if (engine->timing != TIMING_EXACT && scenario->live_skip != NULL) {
            skip_one(engine, scenario, results, &totals);
            continue;
        }
        status = run_one(engine, scenario, results, &totals);
        worst = status_worse(worst, status);
    }
    for (size_t i = 0; i < suite->tape_count; i++) {
        enum status status = play_tape(engine, suite->tapes[i], &totals);

        worst = status_worse(worst, status);
    }
    print_totals(&totals, engine, wall_clock() - start);
    return worst;
}

static enum status command_run(const struct options *options, const struct engine *engine)
{
    struct suite suite = {0};
    enum status status = STATUS_USAGE;
    bool ok = true;
    FILE *results = NULL;

    suite_read(&suite, options->paths, options->path_count);
    ok = !report_mistakes(&suite);
    ok = ok && check_all(&suite, engine);
    if (ok)
        results = open_results(options, &ok);
    if (ok)
        status = run_suite(engine, &suite, results);
    if (results != NULL && (ferror(results) | fclose(results)) != 0) {
        fprintf(stderr, "rondo: %s/results.jsonl could not be written\n", options->results);
        status = STATUS_USAGE;
    }
    suite_free(&suite);
    return status;
}

enum status command(const struct options *options, const struct engine *engine)
{
    enum status status;

    if (strcmp(options->command, "run") == 0)
        status = command_run(options, engine);
    else if (strcmp(options->command, "check") == 0)
        status = command_check(options, engine);
    else
        status = command_list(options);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fputs("rondo: the output could not be written\n", stderr);
        return STATUS_USAGE;
    }
    return status;
}

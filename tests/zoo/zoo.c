/*
 * zoo.c - rondo-zoo: the bugs of scenarios/known-bugs, searched for in one process.
 *
 *     rondo-zoo PATH...                  each bug as its scenario says: red if a seed misses it
 *     rondo-zoo --twins N PATH...        each fixed twin, N schedules of each strategy: red if
 *                                        something is found
 *     rondo-zoo --table FILE PATH...     each bug by each strategy: a JSON line a search
 *     --only TEXT --strategies A,B --seeds N --limit N --shard I/N
 *
 * `./dev zoo` makes the table, reports/zoo.py shows it beside the published figures.
 */
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/bridge.h"
#include "cli/command.h"
#include "run/explore.h"
#include "scenario/suite.h"

static struct {
    const char *only;       /* programs whose name has this in it; NULL: all */
    const char *strategies; /* separated by commas; NULL: all */
    uint64_t seeds;         /* 1 to this */
    size_t limit;           /* schedules of a search for the table */
    size_t twins;
    const char *table;
    size_t shard, shards; /* of the searches, every so-manieth */
} settings = {.seeds = 20, .limit = 10000, .shards = 1};

static struct runner runner;
static FILE *table;
static size_t search_count;    /* of all shards */
static size_t exhausted_count; /* of these, had no more schedules to try */
static bool red;

/* ---- a search ---- */

static void met(void *self, const struct chance *chance, const struct observation *seen,
                size_t schedule)
{
    (void)self;
    (void)chance;
    (void)seen;
    (void)schedule;
}

static bool nothing_yet(void *self, const struct observed_run *observed)
{
    (void)self;
    return observed->finding_at == 0;
}

struct result {
    const char *found; /* a detector's word; NULL: nothing */
    size_t schedules;  /* that it took */
    bool exhausted;    /* there are no more */
};

/* Search until something is found. */
static struct result search(const struct scenario *scenario, const struct run_spec *run,
                            const struct strategy_kind *kind, uint64_t seed, size_t schedules)
{
    struct exploration exploration = {
        .strategy = kind, .seed = seed, .schedules = schedules, .met = met, .more = nothing_yet};
    struct observed_run observed = {0};
    const struct observation *found;
    struct result result;
    char text[160];

    if (!explore(&runner, scenario, run, &exploration, &observed, text, sizeof text)) {
        printf("%s %s: %s\n", scenario->stem, run->name, text);
        exit(STATUS_HARNESS);
    }
    found = observed_run_finding(&observed);
    result = (struct result){found != NULL ? found->finding : NULL, observed.schedules,
                             observed.exhausted};
    observed_run_clear(&observed);
    return result;
}

/* ---- programs ---- */

/* Whether `run` is a bug; else it is a twin. */
static bool is_bug(const struct run_spec *run)
{
    return run->expect.finds != NULL && strcmp(run->expect.finds, "nothing") != 0;
}

/* "reorder_100" for bug_100 of reorder, "account" for bug of account. Valid until the next call. */
static const char *program_name(const struct scenario *scenario, const struct run_spec *run)
{
    static char name[128];
    const char *size = run->roles[0].program != NULL ? strchr(run->roles[0].program, '_') : NULL;

    snprintf(name, sizeof name, "%s%s", scenario->stem, size != NULL ? size : "");
    return name;
}

static bool is_wanted(const char *name)
{
    return settings.only == NULL || strstr(name, settings.only) != NULL;
}

static bool is_listed(const struct strategy_kind *kind)
{
    const char *at = settings.strategies;
    size_t length = strlen(kind->name);

    if (at == NULL)
        return kind->families == 0; /* not one that opens nothing but ties of timers */
    for (; *at != '\0'; at += strcspn(at, ",")) {
        at += *at == ',';
        if (strcspn(at, ",") == length && strncmp(at, kind->name, length) == 0)
            return true;
    }
    return false;
}

/* Whether the next of all the searches is this shard's. */
static bool is_mine(void)
{
    return search_count++ % settings.shards == settings.shard;
}

/* ---- what is asked ---- */

/* Each seed finds it, as the scenario's strategy and number of schedules promise. */
static void check_bug(const struct scenario *scenario, const struct run_spec *run)
{
    const struct strategy_kind *kind = strategy_find(scenario->strategy);

    if (!is_mine())
        return;
    for (uint64_t seed = 1; seed <= settings.seeds; seed++) {
        struct result result = search(scenario, run, kind, seed, scenario->schedules_max);
        const char *found = result.found != NULL ? result.found : "nothing";

        if (strcmp(found, run->expect.finds) == 0)
            continue;
        red = true;
        printf("%s: %s, seed %" PRIu64 " found %s in %zu schedules, expected %s\n",
               program_name(scenario, run), kind->name, seed, found, result.schedules,
               run->expect.finds);
    }
}

static void check_twin(const struct scenario *scenario, const struct run_spec *run,
                       const struct strategy_kind *kind)
{
    struct result result;

    if (!is_mine())
        return;
    result = search(scenario, run, kind, 1, settings.twins);
    exhausted_count += result.exhausted;
    if (result.found == NULL)
        return;
    red = true;
    printf("%s, fixed: %s found %s at schedule %zu of seed 1\n", program_name(scenario, run),
           kind->name, result.found, result.schedules);
}

/* A row of the table, and a line for who waits for it. */
static void measure(const struct scenario *scenario, const struct run_spec *run,
                    const struct strategy_kind *kind)
{
    const char *name = program_name(scenario, run);
    size_t sum = 0, count = 0;
    uint64_t seeds = kind->ends ? 1 : settings.seeds; /* one that ends draws nothing */

    if (!is_mine())
        return;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        struct result result = search(scenario, run, kind, seed, settings.limit);

        fprintf(table,
                "{\"program\":\"%s\",\"strategy\":\"%s\",\"seed\":%" PRIu64
                ",\"schedules\":%zu,\"found\":%s}\n",
                name, kind->name, seed, result.schedules, result.found != NULL ? "true" : "false");
        fflush(table);
        count += result.found != NULL;
        sum += result.found != NULL ? result.schedules : 0;
    }
    printf("%-40s %-10s %6zu  %zu of %" PRIu64 "\n", name, kind->name,
           count > 0 ? (sum + count / 2) / count : 0, count, seeds);
    fflush(stdout);
}

static void by_each_strategy(const struct scenario *scenario, const struct run_spec *run,
                             void (*look)(const struct scenario *, const struct run_spec *,
                                          const struct strategy_kind *))
{
    const struct strategy_kind *kind;

    for (size_t i = 0; (kind = strategy_at(i)) != NULL; i++) {
        if (is_listed(kind))
            look(scenario, run, kind);
    }
}

static void look_at(const struct scenario *scenario, const struct run_spec *run)
{
    if (!is_wanted(program_name(scenario, run)))
        return;
    if (settings.twins > 0) {
        if (!is_bug(run))
            by_each_strategy(scenario, run, check_twin);
    } else if (is_bug(run)) {
        if (table != NULL)
            by_each_strategy(scenario, run, measure);
        else
            check_bug(scenario, run);
    }
}

/* ---- the command line ---- */

static int usage(void)
{
    fputs("usage: rondo-zoo [--twins N | --table FILE] [--only TEXT] [--strategies A,B] [--seeds N]"
          " [--limit N] [--shard I/N] PATH...\n",
          stderr);
    return STATUS_USAGE;
}

static bool read_shard(const char *text)
{
    return sscanf(text, "%zu/%zu", &settings.shard, &settings.shards) == 2 &&
           settings.shard < settings.shards;
}

/* Returns: how many words of the command line are options; 0: something is wrong. */
static int read_options(int argc, char **argv)
{
    int i = 1;

    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        const char *name = argv[i] + 2, *value = argv[i + 1];
        size_t number = strtoull(value, NULL, 10);

        if (strcmp(name, "only") == 0)
            settings.only = value;
        else if (strcmp(name, "strategies") == 0)
            settings.strategies = value;
        else if (strcmp(name, "table") == 0)
            settings.table = value;
        else if (strcmp(name, "shard") == 0 && read_shard(value))
            ;
        else if (strcmp(name, "seeds") == 0 && number > 0)
            settings.seeds = number;
        else if (strcmp(name, "limit") == 0 && number > 0)
            settings.limit = number;
        else if (strcmp(name, "twins") == 0 && number > 0)
            settings.twins = number;
        else
            return 0;
    }
    return i < argc ? i : 0;
}

static enum status look_at_all(const struct suite *suite)
{
    struct mistake mistake;

    for (size_t i = 0; i < suite->mistake_count; i++)
        fprintf(stderr, "%s\n", suite->mistakes[i]);
    if (suite->mistake_count > 0)
        return STATUS_USAGE;
    for (size_t i = 0; i < suite->count; i++) {
        const struct scenario *scenario = suite->scenarios[i];

        if (!runner_check(&runner, scenario, &mistake)) {
            fprintf(stderr, "%s\n", mistake.text);
            return STATUS_USAGE;
        }
        if (scenario->strategy == NULL || strategy_find(scenario->strategy) == NULL) {
            fprintf(stderr, "%s: no strategy to search by\n", scenario->path);
            return STATUS_USAGE;
        }
        for (size_t j = 0; j < scenario->run_count; j++)
            look_at(scenario, &scenario->runs[j]);
    }
    if (settings.twins > 0)
        printf("fixed twins: %zu searches, %zu of them tried every order there is\n", search_count,
               exhausted_count);
    return red ? STATUS_FINDING : STATUS_CLEAN;
}

int main(int argc, char **argv)
{
    int first = read_options(argc, argv);
    struct suite suite = {0};
    enum status status;
    char *modules;

    if (first == 0)
        return usage();
    if (settings.table != NULL && (table = fopen(settings.table, "w")) == NULL) {
        perror(settings.table);
        return STATUS_USAGE;
    }
    modules = modules_beside_executable();
    bridge_open(&runner, modules);
    suite_read(&suite, argv + first, (size_t)(argc - first));
    status = look_at_all(&suite);
    suite_free(&suite);
    runner_close(&runner);
    free(modules);
    if (table != NULL)
        fclose(table);
    if (status == STATUS_CLEAN && search_count == 0)
        return usage(); /* nothing is called that */
    return (int)status;
}

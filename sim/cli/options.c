/*
 * options.c - the command line: one table of options, one of commands.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/command.h"
#include "cli/guard.h"

#define SEEDS_MAX       UINT64_MAX
#define REPEATS_MAX     1000000
#define JOBS_MAX        256
#define CPU_SECONDS_MAX 86400
#define SECONDS_MAX     (365 * 86400)
#define SHARDS_MAX      1000000

enum option_id {
    OPTION_SEED,
    OPTION_STRATEGY,
    OPTION_SCHEDULES,
    OPTION_SCHEDULE,
    OPTION_SECONDS,
    OPTION_SHARD,
    OPTION_ORDERS,
    OPTION_COLLECT,
    OPTION_SHOW,
    OPTION_TRACE,
    OPTION_PCAP,
    OPTION_LIVE,
    OPTION_UNTIMED,
    OPTION_REPEAT,
    OPTION_JOBS,
    OPTION_CPU_SECONDS,
    OPTION_RESULTS,
    OPTION_OUT,
    OPTION_MODULES,
    OPTION_HELP
};

static const struct {
    enum option_id id;
    const char *name;
    const char *value; /* what it takes, or NULL */
    const char *help;
} table[] = {
    {OPTION_SEED, "--seed", "N", "draw ties from seed N instead of production order"},
    {OPTION_STRATEGY, "--strategy", "NAME",
     "explore, replay: how to search (default " STRATEGY_DEFAULT ")"},
    {OPTION_SCHEDULES, "--schedules", "N", "explore: so many (default: as the scenario says)"},
    {OPTION_SCHEDULE, "--schedule", "K",
     "replay: the K-th of a strategy and a seed, without a tape"},
    {OPTION_SECONDS, "--seconds", "N", "explore: for so long"},
    {OPTION_SHARD, "--shard", "I/N", "explore: every N-th schedule from the I-th on, I from 1"},
    {OPTION_ORDERS, "--orders", "KIND",
     "faithful: libuv's own; adversarial: any it permits (default: as the scenario)"},
    {OPTION_COLLECT, "--collect", NULL, "explore: go on after the first finding"},
    {OPTION_SHOW, "--show", NULL, "print the block of findings that are expected, too"},
    {OPTION_TRACE, "--trace", NULL, "print every event"},
    {OPTION_PCAP, "--pcap", "DIR", "run, replay: write there what each host sends and gets"},
    {OPTION_LIVE, "--live", NULL, "run on real libuv and the real clock (rondo-live)"},
    {OPTION_UNTIMED, "--untimed", NULL, "live: judge order and outcome, not times"},
    {OPTION_REPEAT, "--repeat", "N", "run each N times; all must be alike (default 2)"},
    {OPTION_JOBS, "--jobs", "N", "so many at once (live: default 16; explore: 1)"},
    {OPTION_CPU_SECONDS, "--cpu-seconds", "N", "CPU time that a scenario may take (default 60)"},
    {OPTION_RESULTS, "--results", "DIR", "append results to DIR/results.jsonl"},
    {OPTION_OUT, "--out", "DIR", "put tapes there (default out)"},
    {OPTION_MODULES, "--modules", "DIR", "modules lie there (default: beside the executable)"},
    {OPTION_HELP, "--help", NULL, "print this"},
};

static const struct {
    const char *name;
    const char *arguments;
    const char *help;
} commands[] = {
    {"run", "PATH...", "run scenario files, or all below a folder"},
    {"explore", "PATH...", "many schedules of each; what they showed, grouped"},
    {"replay", "TAPE", "run exactly what a tape says; or a PATH, with --strategy, --schedule"},
    {"shrink", "TAPE", "the smallest tape that still finds it, the critical step, in a sentence"},
    {"list", "PATH...", "what there is: row, path, title"},
    {"check", "PATH...", "read the files and find their programs, run nothing"},
};

static void print_help(FILE *out)
{
    fputs("usage: rondo COMMAND [OPTION...] PATH...\n\n", out);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(out, "  %-7s %-9s %s\n", commands[i].name, commands[i].arguments, commands[i].help);
    fputc('\n', out);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char name[32];

        snprintf(name, sizeof name, "%s%s%s", table[i].name, table[i].value != NULL ? " " : "",
                 table[i].value != NULL ? table[i].value : "");
        fprintf(out, "  %-17s %s\n", name, table[i].help);
    }
    fputs("\nexit status: 0 clean, 1 a finding or a failed expectation, 2 usage or a bad file,\n"
          "3 the harness itself is wrong (two runs of one tape differ)\n",
          out);
}

static bool complain(enum status *status, const char *format, const char *what)
{
    fputs("rondo: ", stderr);
    fprintf(stderr, format, what);
    fputs("; 'rondo --help' says what there is\n", stderr);
    *status = STATUS_USAGE;
    return false;
}

static bool read_number(const char *text, uint64_t least, uint64_t most, uint64_t *number)
{
    uint64_t value = 0;

    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        uint64_t digit = (uint64_t)(*text - '0');

        if (*text < '0' || *text > '9' || value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *number = value;
    return value >= least && value <= most;
}

/* "2/5": the second of five. */
static bool read_shard(const char *text, struct options *options)
{
    const char *slash = strchr(text, '/');
    char *first = must_format("%.*s", (int)strcspn(text, "/"), text);
    uint64_t shard = 0, shards = 0;
    bool ok = slash != NULL && read_number(slash + 1, 1, SHARDS_MAX, &shards) &&
              read_number(first, 1, shards, &shard);

    free(first);
    if (!ok)
        return false;
    options->shard = (size_t)shard - 1;
    options->shards = (size_t)shards;
    return true;
}

static bool take(struct options *options, enum option_id id, const char *value)
{
    uint64_t number = 0;
    bool ok = true;

    switch (id) {
    case OPTION_SEED:
        options->has_seed = true;
        return read_number(value, 0, SEEDS_MAX, &options->seed);
    case OPTION_STRATEGY:
        options->strategy = value;
        return true;
    case OPTION_SCHEDULES:
        ok = read_number(value, 1, SIZE_MAX - 1, &number);
        options->schedules = (size_t)number;
        return ok;
    case OPTION_SCHEDULE:
        ok = read_number(value, 1, SIZE_MAX - 1, &number);
        options->schedule = (size_t)number;
        return ok;
    case OPTION_SECONDS:
        ok = read_number(value, 1, SECONDS_MAX, &number);
        options->seconds = (size_t)number;
        return ok;
    case OPTION_SHARD:
        return read_shard(value, options);
    case OPTION_ORDERS:
        options->orders = value;
        return strcmp(value, "faithful") == 0 || strcmp(value, "adversarial") == 0;
    case OPTION_COLLECT:
        options->collect = true;
        return true;
    case OPTION_SHOW:
        options->show = true;
        return true;
    case OPTION_TRACE:
        options->trace = true;
        return true;
    case OPTION_PCAP:
        options->pcap = value;
        return true;
    case OPTION_LIVE:
        options->live = true;
        return true;
    case OPTION_UNTIMED:
        options->untimed = true;
        return true;
    case OPTION_REPEAT:
        ok = read_number(value, 2, REPEATS_MAX, &number);
        options->repeat = (size_t)number;
        return ok;
    case OPTION_JOBS:
        ok = read_number(value, 1, JOBS_MAX, &number);
        options->jobs = options->explore_jobs = (size_t)number;
        return ok;
    case OPTION_CPU_SECONDS:
        ok = read_number(value, 1, CPU_SECONDS_MAX, &number);
        options->cpu_seconds = (size_t)number;
        return ok;
    case OPTION_RESULTS:
        options->results = value;
        return true;
    case OPTION_OUT:
        options->out = value;
        return true;
    case OPTION_MODULES:
        options->modules = value;
        return true;
    case OPTION_HELP:
        return true;
    }
    return ok;
}

/* One argument that begins with "--". `*at` moves over a value. */
static bool read_option(struct options *options, int argc, char **argv, int *at,
                        enum status *status)
{
    size_t length = strcspn(argv[*at], "=");

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *value = NULL;

        if (strncmp(argv[*at], table[i].name, length) != 0 || table[i].name[length] != '\0')
            continue;
        if (table[i].id == OPTION_HELP) {
            print_help(stdout);
            return false;
        }
        if (argv[*at][length] == '=')
            value = argv[*at] + length + 1;
        else if (table[i].value != NULL && *at + 1 < argc)
            value = argv[++*at];
        if ((value != NULL) != (table[i].value != NULL))
            return complain(status,
                            table[i].value != NULL ? "%s needs a value" : "%s takes no value",
                            table[i].name);
        return take(options, table[i].id, value) ||
               complain(status, "not a value for %s", table[i].name);
    }
    return complain(status, "unknown option '%s'", argv[*at]);
}

static bool is_command(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].name, name) == 0)
            return true;
    }
    return false;
}

static bool takes_one_tape(const char *command)
{
    return strcmp(command, "replay") == 0 || strcmp(command, "shrink") == 0;
}

/* Packets are those of the simulated network, of a run that is made for itself. */
static bool has_packets(const struct options *options)
{
    return !options->live &&
           (strcmp(options->command, "run") == 0 || strcmp(options->command, "replay") == 0);
}

bool options_read(struct options *options, int argc, char **argv, enum status *status)
{
    *options = (struct options){.repeat = 2,
                                .jobs = 16,
                                .explore_jobs = 1,
                                .shards = 1,
                                .cpu_seconds = GUARD_SECONDS,
                                .out = "out"};
    *status = STATUS_CLEAN;
    options->paths = must_alloc((size_t)argc * sizeof *options->paths);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-h") == 0) {
            print_help(stdout);
            return false;
        }
        if (strncmp(argv[i], "--", 2) == 0) {
            if (!read_option(options, argc, argv, &i, status))
                return false;
        } else if (options->command == NULL) {
            if (!is_command(argv[i]))
                return complain(status, "unknown command '%s'", argv[i]);
            options->command = argv[i];
        } else {
            options->paths[options->path_count++] = argv[i];
        }
    }
    if (options->command == NULL) {
        print_help(stderr);
        *status = STATUS_USAGE;
        return false;
    }
    if (options->path_count == 0)
        return complain(status, "'%s' needs a path", options->command);
    if (options->pcap != NULL && !has_packets(options))
        return complain(status, "%s is for run and replay, in simulation", "--pcap");
    if (takes_one_tape(options->command) && options->path_count > 1)
        return complain(status, "'%s' takes one tape", options->command);
    return true;
}

char *modules_beside_executable(void)
{
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    char *slash;

    path[length > 0 ? length : 0] = '\0';
    slash = strrchr(path, '/');
    if (slash != NULL)
        *slash = '\0';
    return must_format("%s/../modules", path);
}

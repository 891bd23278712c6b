/*
 * command.h - the command line that both executables share: options, scenarios, the lines people
 * read, totals, exit status. What differs - how a scenario is run - is `struct engine`.
 */
#ifndef RONDO_CLI_COMMAND_H
#define RONDO_CLI_COMMAND_H

#include <stdio.h>

#include "scenario/suite.h"
#include "scenario/verdict.h"

/* How `rondo explore` searches, unless the scenario or the command line says so. */
#define STRATEGY_DEFAULT "portfolio"

/* Exit status of the executables. */
enum status {
    STATUS_CLEAN = 0,
    STATUS_FINDING = 1, /* a finding, or an expectation that failed */
    STATUS_USAGE = 2,   /* the command line, or a bad file */
    STATUS_HARNESS = 3  /* we ourselves are wrong: two runs of one tape differ */
};

struct options {
    const char *command; /* run, explore, list, check, replay, shrink */
    char **paths;
    size_t path_count;
    bool live;
    bool show;
    bool trace;
    const char *pcap; /* where packets are written; or NULL */
    bool untimed;
    bool has_seed;
    uint64_t seed;
    size_t repeat; /* runs that must be alike; at least 2 */
    size_t jobs;
    size_t explore_jobs;
    const char *orders;   /* of libuv: "faithful", "adversarial", or NULL: as the scenario says */
    const char *strategy; /* to explore by, or NULL: as the scenario says */
    size_t schedules;     /* 0: as the scenario says */
    size_t schedule;      /* to replay, from 1; 0: what is replayed is a tape */
    size_t seconds;       /* 0: no limit */
    size_t shard;         /* of `shards`, from 0 */
    size_t shards;
    bool collect;
    size_t cpu_seconds;  /* that a scenario may burn in simulation */
    const char *results; /* folder, or NULL */
    const char *out;     /* folder for tapes */
    const char *modules; /* folder of the modules, or NULL: beside the executable */
};

/* The status that is the worse of two. */
static inline enum status status_worse(enum status a, enum status b)
{
    return a > b ? a : b;
}

/* What a word ends with when there are `count`. */
static inline const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* Read the command line. Returns: false after printing what is wrong to stderr, or with `*status`
 * STATUS_CLEAN after printing help. */
bool options_read(struct options *options, int argc, char **argv, enum status *status);

/* FOLDER/../modules, for an executable in FOLDER. Owned by the caller: free(). */
char *modules_beside_executable(void);

/* What came of a tape that is a test. */
struct played_tape {
    bool ok;
    int64_t elapsed_ns;
    char said[600]; /* in a few words */
    char *block;    /* not ok: what was found, or NULL */
};

/* A way to run scenarios. */
struct engine {
    const char *world; /* "sim" or "live" */
    enum timing timing;
    void *self;
    /* Check that `scenario` can be run here. Returns: false with a mistake. */
    bool (*check)(void *self, const struct scenario *scenario, struct mistake *mistake);
    /* All of `suite` will be run, in this order. May be NULL. */
    void (*begin)(void *self, const struct suite *suite);
    /* Run `scenario`: fill one entry of `runs` for each of its runs. Returns: STATUS_CLEAN, or
     * STATUS_HARNESS with reasons in `verdict`. */
    enum status (*observe)(void *self, const struct scenario *scenario, struct observed_run *runs,
                           struct verdict *verdict);
    /* After the verdict: print more about it (tapes, traces). May be NULL. */
    void (*explain)(void *self, const struct scenario *scenario, const struct observed_run *runs,
                    const struct verdict *verdict);
    /* Check that the tape at `path` can be played; play it, as often as runs are repeated. Returns:
     * as above, and STATUS_FINDING if it is not as it says. NULL: tapes are not for this world. */
    bool (*check_tape)(void *self, const char *path, struct mistake *mistake);
    enum status (*play_tape)(void *self, const char *path, struct played_tape *played);
};

/* `run`, `list` and `check`, whichever the options say. Returns: the exit status. */
enum status command(const struct options *options, const struct engine *engine);

/* Print the lines of a finding, each indented. */
void print_block(const char *lines);

/* Nanoseconds of real time, for what people read; never part of a verdict in simulation. */
int64_t wall_clock(void);

#endif

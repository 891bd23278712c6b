/*
 * scenario.h - what a scenario file says, checked and with its units resolved.
 */
#ifndef RONDO_SCENARIO_SCENARIO_H
#define RONDO_SCENARIO_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenario/mistake.h"
#include "scenario/script.h"
#include "scenario/source.h"
#include "world/weather_spec.h"

/* A condition that the program says of itself, as a scenario names it. */
struct named_property {
    const char *kind; /* "always", "sometimes", "eventually"; static */
    char *name;
};

/* The bytes of an address as IPv6 has them; those of IPv4 are ::ffff:a.b.c.d. */
#define ADDRESS_SIZE 16

/* Addresses that a name can have. */
#define NAME_ADDRESSES_MOST 16

/* What must be true of a run. Texts that were not given are NULL. */
struct expectation {
    bool has_elapsed;
    int64_t elapsed_ns;
    char *output;
    char *exit;                        /* of a run without hosts: "0", "3", "ETIMEDOUT" */
    char *finds;                       /* a detector's word; "nothing" or NULL: none may speak */
    size_t outcomes;                   /* exactly so many; 0: not given */
    struct named_property *properties; /* that must have been met, and have held */
    size_t property_count;
};

/* Judges that speak where a scenario asks for them only: name, and how it asks. */
#define DETECTOR_MAP(X)                 \
    X(RACE, "race")                     \
    X(ATOMICITY, "atomicity-violation") \
    X(LOCK_ORDER, "lock-order")         \
    X(LEAK, "leak")                     \
    X(STARVATION, "starvation")

enum detector {
#define X(name, text) DETECTOR_##name,
    DETECTOR_MAP(X)
#undef X
};

/* Faults that a search may try besides orders: the families of decisions that it opens. */
#define FAULT_MAP(X)  \
    X(ALLOC, "alloc") \
    X(NET, "net")     \
    X(WEATHER, "weather")

enum fault {
#define X(name, text) FAULT_##name,
    FAULT_MAP(X)
#undef X
};

/* The word for a fault, which is that of its family. */
const char *fault_name(enum fault fault);
#define FAULT_COUNT 3

/* What must be true of a process when its run is over. Texts that were not given are NULL. */
struct end_expectation {
    char *exit;   /* "0", "3", "ETIMEDOUT"; "any"; "running": it has not ended */
    char *output; /* its lines alone, without the host's name */
};

/* A program, and the hosts that it runs on. */
struct role {
    char *name;    /* "" for the one program of a run without hosts */
    char *program; /* NULL: none is given */
    char *module;  /* NULL: of the scenario's stem */
    char **args;
    size_t arg_count;
    char **env;            /* "NAME=value", the last one NULL; or NULL */
    struct script *script; /* instead of a program; or NULL */
    size_t count;          /* of hosts; 0: one, named as the role is */
    size_t host;           /* the first of them */
    char *on;              /* the role whose hosts its processes share; NULL: none, they have each
                              its own */
    int64_t start_ns;      /* when it begins */
    bool has_epoch;
    int64_t epoch_ns; /* else the scenario's */
    bool has_address;
    uint8_t address[ADDRESS_SIZE]; /* of its first host; the others' follow */
    int64_t offset_ns;             /* of its civil clock */
    int64_t drift_ppm;             /* of both its clocks */
    int64_t cpus;                  /* 0: as many as are asked for */
    int64_t slowness;              /* 0: none */
    struct end_expectation expect;
};

/* A process, and the machine that it is on. */
struct host_spec {
    char *name;     /* "client.2"; "" in a run without hosts */
    size_t role;    /* index */
    size_t machine; /* the host whose machine it is on: mostly itself */
    uint8_t address[ADDRESS_SIZE];
    struct end_expectation expect; /* what is not said here, its role says */
};

/* So many of so many. */
struct part {
    int64_t part;
    int64_t whole;
};

/* One direction between two hosts. */
struct link_words {
    int64_t latency_ns;  /* at least */
    int64_t jitter_ns;   /* and up to so much more */
    int64_t bytes_per_s; /* 0: no limit */
    int64_t queue_bytes; /* 0: no limit */
    int64_t mtu;
    struct part loss;
    struct part duplicate; /* of datagrams, that come twice */
    struct part corrupt;   /* and with a byte changed */
};

/* What goes from any of some hosts to any of others meets this. */
struct link_rule {
    size_t from; /* hosts: the first, and how many */
    size_t from_count;
    size_t to;
    size_t to_count;
    struct link_words words;
};

/* Weather that a run has. */
struct fault_spec {
    struct weather_spec weather; /* whose names are these: */
    char *names[2];
    char *says; /* "partition collector, client.1" */
    int line;
};

/* What a name stands for from some time on, and how questions for it are answered. */
struct name_rule {
    char *name; /* NULL: all of which nothing else is said */
    int64_t from_ns;
    bool has_addresses;
    uint8_t (*addresses)[ADDRESS_SIZE];
    size_t address_count;
    bool has_service;
    int64_t latency_ns;
    int64_t jitter_ns;
    struct part failure;
};

struct run_spec {
    char *name;         /* "" for the one run of a scenario without `runs` */
    struct role *roles; /* at least one */
    size_t role_count;
    struct host_spec *hosts; /* those of the first role first; without `hosts`: one, unnamed */
    size_t host_count;
    bool has_hosts;          /* `hosts` was given */
    struct link_words wires; /* what goes between two hosts, unless a rule says otherwise */
    struct link_rule *links; /* the last one counts */
    size_t link_count;
    struct fault_spec *faults;
    size_t fault_count;
    struct name_rule *names; /* in the order of the file */
    size_t name_count;
    struct expectation expect;
};

/* The role of a host of `run`. */
static inline const struct role *role_of(const struct run_spec *run, const struct host_spec *host)
{
    return &run->roles[host->role];
}

/* What `host` is to end with: "0" unless something else was said. */
const char *host_exit(const struct run_spec *run, const struct host_spec *host);

/* Whether it is not to end at all. */
bool host_stays(const struct run_spec *run, const struct host_spec *host);

/* "left is 3x faster than right": right = numerator / denominator * left. */
struct relation {
    char *text;
    size_t left; /* indexes of runs */
    size_t right;
    bool swapped; /* in the text, `right` is named first */
    int64_t numerator;
    int64_t denominator;
};

/* Verdicts on a claim: name and how files and tables say it. */
#define CLAIM_VERDICT_MAP(X)              \
    X(HOLDS, "holds")                     \
    X(DOES_NOT_HOLD, "does not hold")     \
    X(DEPENDS, "depends on the schedule") \
    X(PYTHON_ONLY, "python only")         \
    X(NOT_CHECKABLE, "not checkable")

enum claim_verdict {
#define X(name, text) CLAIM_##name,
    CLAIM_VERDICT_MAP(X)
#undef X
};

struct claim {
    char *says;
    int line; /* of the document; 0: not given */
    size_t run;
    bool has_elapsed;
    int64_t elapsed_ns;
    int64_t within_millis; /* thousandths of a percent */
    char *output;
    char *finds;
    bool has_relation;
    struct relation relation;
    enum claim_verdict verdict;
    char *because;
};

enum live_output { LIVE_EXACT, LIVE_UNORDERED, LIVE_UNCHECKED };

struct scenario {
    char *path;
    char *stem; /* of the file name */
    char *folder;
    char *title;
    char *row;     /* or NULL */
    uint64_t hash; /* of the file's bytes */
    int64_t epoch_ns;
    struct run_spec *runs; /* at least one */
    size_t run_count;
    bool compares;    /* `runs` was given */
    unsigned detects; /* bits of enum detector */
    size_t fairness;  /* how often a wait may be overtaken before it is starved */
    bool explores;    /* `explore` was given */
    size_t schedules_max;
    char *strategy;    /* to explore by; NULL: "ties" */
    int strategy_line; /* where the file says so */
    uint64_t seed;     /* to explore from */
    unsigned faults;   /* to explore besides, as bits of enum fault */
    bool adversarial;  /* explored in any order that libuv's documentation permits, too */
    struct relation *relations;
    size_t relation_count;
    struct claim *claims;
    size_t claim_count;
    int64_t tolerance_millis;
    enum live_output live_output;
    char *live_skip; /* reason, or NULL */
};

/* Read and check the file at `path`. Returns: NULL with a mistake. Owned: scenario_free(). */
struct scenario *scenario_read(const char *path, struct mistake *mistake);

/* As scenario_read(), from a source already at hand. */
struct scenario *scenario_parse(const struct source *source, struct mistake *mistake);

void scenario_free(struct scenario *scenario);

/* Whether more than one schedule of `run` is tried: the file says `explore`, or how many outcomes
 * there are. */
bool scenario_explores(const struct scenario *scenario, const struct run_spec *run);

/* Where files about `run` lie below the folder `out`: "OUT/FOLDER/STEM[-RUN]", FOLDER being that of
 * the scenario file, since two of them may have one stem. Owned by the caller: free(). */
char *scenario_output(const struct scenario *scenario, const struct run_spec *run, const char *out);

/* The words of a verdict. */
const char *claim_verdict_name(enum claim_verdict verdict);

#endif

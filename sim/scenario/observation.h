/*
 * observation.h - what one run of a program showed. Either world makes them; verdicts read them.
 */
#ifndef RONDO_SCENARIO_OBSERVATION_H
#define RONDO_SCENARIO_OBSERVATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "world/weather_spec.h"

enum stream { STREAM_OUT, STREAM_ERR };

/* A line the program wrote, or a piece of one that it flushed, in printable form. */
struct line {
    int64_t t_ns; /* since the run began */
    enum stream stream;
    bool partial;
    const char *host; /* that it comes from (borrowed, of the scenario); NULL: there is but one */
    char *text;
};

/* How a process ended. */
struct host_end {
    const char *host; /* as of a line */
    bool ended;       /* else it was running when the run was over */
    int code;         /* its exit code, or a coroutine's negative code */
    char name[24];    /* in words: "0", "3", "ETIMEDOUT"; "running" */
};

/* How often a condition of the program's own was met, and held (core/property.h). */
struct property_count {
    char *kind; /* "always", "sometimes", "eventually" */
    char *name;
    uint64_t met;
    uint64_t held;
};

struct property_counts {
    struct property_count *list;
    size_t count;
};

/* What became of the faults of a run, in their order. */
struct fault_counts {
    struct weather_count *list;
    size_t count;
};

struct observation {
    struct line *lines;
    size_t line_count;
    size_t line_capacity;
    int64_t elapsed_ns;
    bool ended;            /* all came to their end who were to; otherwise `finding` says why not */
    bool cut;              /* its steps were spent */
    bool suspect;          /* quick: a recorded run may find something in it; else false */
    struct host_end *ends; /* one a host, in their order */
    size_t end_count;
    const char *finding; /* a detector's word, static; NULL: none */
    char *finding_lines; /* the block that shows it, or NULL */
    char *candidate; /* likewise, of what is a finding if no run without such ends so; or NULL */
    bool without;    /* of an outcome: some run without such has ended so */
    size_t schedule; /* of an outcome: the first that showed it, from 1 */
    struct property_counts properties;
    struct fault_counts faults;
    uint64_t hash;    /* of the whole trace; 0 in the live world */
    uint64_t outcome; /* the hash of what a person would see; set by observed_run_add() */
    size_t count;     /* schedules that showed it; likewise */
};

/* Append `line`, its text being the printable form of `text` of `size` bytes: control characters as
 * \b \r \t, other bytes that are not text as \xNN, a backslash as two. */
void observation_add(struct observation *observation, struct line line, const char *text,
                     size_t size);

/* `text` with everything that a terminal, a diff or a JSON reader would swallow written out.
 * Owned by the caller: free(). */
char *observation_printable(const char *text, size_t size);

/* The process of the next host has ended with `code`; `name_code` knows the names of negative
 * ones. Or it is running still. */
void observation_add_end(struct observation *observation, const char *host, int code,
                         const char *(*name_code)(int code));
void observation_add_running(struct observation *observation, const char *host);

/* Add to the counts of a property. */
void property_counts_add(struct property_counts *counts, const char *kind, const char *name,
                         uint64_t met, uint64_t held);

/* The counts of a property, or NULL: it was never met. */
const struct property_count *property_counts_find(const struct property_counts *counts,
                                                  const char *kind, const char *name);

/* Add to the count of fault `index`. */
void fault_counts_add(struct fault_counts *counts, size_t index, struct weather_count count);

/* Free what it holds; it is empty afterwards. */
void observation_clear(struct observation *observation);

/* All that was observed of one run of a scenario: one outcome, or, explored, several. */
struct observed_run {
    struct observation *outcomes; /* different ones, in the order they were met; the first is
                                     production order */
    size_t outcome_count;
    size_t schedules;  /* tried */
    size_t cut;        /* of these, given up because an unfair schedule kept them from ending */
    bool systematic;   /* they were tried one after the other, up to the last if time permits */
    bool exhausted;    /* every one there is */
    char *covered;     /* what is certain after these, in words; NULL: nothing */
    char *note;        /* what is no finding and should be known, lines; NULL: nothing */
    size_t finding_at; /* index of the first schedule with a finding, from 1; 0: none */
    struct property_counts properties; /* of all schedules together */
    struct fault_counts faults;        /* likewise */
    int64_t wall_ns;
};

/* The hash of what a person would see of it: lines with their times, how and when it ended; with
 * `judged`, of what tells outcomes apart: also what was found, and of a run with hosts, where a
 * wire makes times of its own, what each of them said in which order, whenever that was. */
uint64_t observation_outcome(const struct observation *observation, bool judged);

/* Take `observation` as one more outcome if it is a new one, else free what it holds and count it.
 * Returns: the index of the outcome. */
size_t observed_run_add(struct observed_run *run, struct observation *observation);

/* One more schedule that showed outcome `index`: `observation`, which stays the caller's. */
void observed_run_again(struct observed_run *run, size_t index,
                        const struct observation *observation);

/* Whether an outcome like `observation` has been added. */
bool observed_run_knows(const struct observed_run *run, const struct observation *observation);

/* What a candidate is, once confirmed. */
#define CANDIDATE_FINDING "atomicity-violation"

/* What a run is kept for: the word of its finding, or of its candidate's; NULL: nothing. */
const char *observation_finding(const struct observation *observation);

/* Make findings of the outcomes that only runs with a candidate showed, if runs without have been
 * seen. Returns: the first, or NULL. */
const struct observation *observed_run_confirm(struct observed_run *run);

void observed_run_clear(struct observed_run *run);

/* The first outcome with a finding, or NULL. */
const struct observation *observed_run_finding(const struct observed_run *run);

#endif

/*
 * finding.h - what a detector says: one kind, one sentence, and the lines that show it.
 */
#ifndef RONDO_DETECT_FINDING_H
#define RONDO_DETECT_FINDING_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "world/trace.h"

/* Kinds: name, as scenario files say it, and what it means. */
#define FINDING_MAP(X)                                                                      \
    X(NONE, "nothing", "nothing was found")                                                 \
    X(DEADLOCK, "deadlock", "tasks, or threads, wait for each other and nobody else")       \
    X(PARTIAL_DEADLOCK, "partial-deadlock", "some tasks do, while others go on")            \
    X(ENDLESS_WAIT, "endless-wait", "a task waits for what nobody is left to bring about")  \
    X(LOST_WAKEUP, "lost-wakeup", "a task waits though what it waits for holds")            \
    X(RACE, "race", "nothing orders two accesses, one a write, to one variable")            \
    X(ATOMICITY, "atomicity-violation", "what another task did between two accesses shows") \
    X(LEAK, "leak", "something is left when the program has ended")                         \
    X(STARVATION, "starvation", "a task waits while others, who came later, go past")       \
    X(LIVELOCK, "livelock", "the program goes on and on and never ends")                    \
    X(ALWAYS, "always", "a condition that has to hold always does not")                     \
    X(EXIT, "exit", "a process did not end as it was to")                                   \
    X(EVENTUALLY, "eventually", "a condition that has to hold by the end never did")

enum finding_kind {
#define X(name, text, meaning) FINDING_##name,
    FINDING_MAP(X)
#undef X
};

struct finding {
    enum finding_kind kind;
    int64_t time_ns;
    char *lines; /* the block, without indentation, each line ending in a newline; NULL: none */
};

/* "1.500s", as blocks write times. */
void finding_print_time(FILE *out, int64_t ns);

/* The last part of a path: places that people read are short. NULL stays NULL. */
const char *finding_base_name(const char *here);

/* Copy `from` (NULL: "") into `to`; what does not fit is left out. */
void finding_copy_text(char *to, size_t size, const char *from);

/* Write who did what `record` tells of: "client.2/reader", "a callback". */
void finding_who(const struct trace_record *record, char *text, size_t size);

/* The name of `kind`, such as "endless-wait". */
const char *finding_name(enum finding_kind kind);

#endif

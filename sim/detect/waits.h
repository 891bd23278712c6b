/*
 * waits.h - who waits for what since when, who holds what since when, and who has let others go on
 * before: what a trace says of it, for deadlock.c and knot.c. Not for others.
 *
 * Who can end a wait is known where something is held, or is a task's end. An event, a condition, a
 * queue is held by nobody, and whoever has a reference could set it: nobody knows who has. What is
 * known is who has done so before in this run, and might again; that is what is kept here. Of an
 * object that more than SIGNALLERS_MAX tasks have signalled, or a callback that is no task's,
 * nothing is said.
 */
#ifndef RONDO_DETECT_WAITS_H
#define RONDO_DETECT_WAITS_H

#include <stdbool.h>

#include "base/map.h"
#include "detect/finding.h"
#include "world/trace.h"

#define NOBODY         MAP_NONE
#define SIGNALLERS_MAX 16

/* A task that is alive, and what it waits for, if it does. */
struct waiting {
    uint32_t process;
    uint32_t thread;
    uint32_t task;
    char name[64];
    bool waits;
    char kind[24];
    char object_name[64]; /* as people say it: "lock A" */
    uint32_t object;
    int64_t since_ns;
    char here[96];
    bool expected; /* what it said it waits for holds */
    char expects[64];
    int64_t expected_since_ns;
    char expected_by[64]; /* who made it so; "": no task */
    size_t holdings;      /* the first of what it holds, or NOBODY */
};

/* A task that holds an object, or owes it its end. */
struct holding {
    bool free;
    size_t next; /* of the same task, or of those that are free; NOBODY: the last */
    uint32_t process;
    uint32_t thread;
    uint32_t task;
    char kind[24];
    uint32_t object;
    int64_t since_ns;
    char here[96];
};

/* Who has ended waits of one kind for one object. */
struct signallers {
    uint64_t tasks[SIGNALLERS_MAX];
    size_t count;
    bool others; /* whom nobody can name */
};

struct waits {
    struct waiting *tasks;
    size_t task_count;
    size_t task_capacity;
    struct map index; /* process, thread and task to their place in `tasks` */
    struct holding *holdings;
    size_t holding_count;
    size_t holding_capacity;
    size_t holding_free;     /* a chain of free places */
    struct map signal_index; /* process, kind and object to their place in `signallers` */
    struct signallers *signallers;
    size_t signaller_count;
    size_t signaller_capacity;
    struct map excused; /* processes that are meant to wait */
};

/* Forget everything, for another run; free what they hold. */
void waits_reset(struct waits *waits);
void waits_free(struct waits *waits);

/* Take note of `record`. */
void waits_note(struct waits *waits, const struct trace_record *record);

/* Put the tasks into the order in which they started, for people. */
void waits_sort(struct waits *waits);

bool waits_any(const struct waits *waits);

/* Whether a task of `process` waits. */
bool waits_any_of(const struct waits *waits, uint32_t process);

/*
 * The place of the `n`-th task that could end the wait of `waiting` for certain: the task it waits
 * for, or a holder; NOBODY: there are no more. `held` is set to the holding, or NULL.
 */
size_t waits_ender(const struct waits *waits, const struct waiting *waiting, size_t n,
                   const struct holding **held);

/* Who has ended waits like that of `waiting` before; NULL: nobody has. */
const struct signallers *waits_signallers(const struct waits *waits, const struct waiting *waiting);

/* The place of the task that holds `holding`, or NOBODY. */
size_t waits_holder(const struct waits *waits, const struct holding *holding);

#endif

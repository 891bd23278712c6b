/*
 * trace.h - what happened, in order: one append-only record, read by detectors, reports and the
 * determinism check.
 *
 * Owns copies of everything it is given. The rolling hash covers every field but the places
 * (`here`), which compilers may number differently, and labels, which say what numbers say; two
 * runs are the same when their hashes are.
 */
#ifndef RONDO_WORLD_TRACE_H
#define RONDO_WORLD_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/texts.h"

/* Kinds of record: name, and how the text form says it. */
#define TRACE_MAP(X)                                                                          \
    X(PROCESS, "process starts") /* text: program; process */                                 \
    X(SPAWNED, "starts")         /* task, other: who spawned it, text: its name */            \
    X(BLOCKED, "waits for")      /* task, object */                                           \
    X(RESUMED, "resumes from")   /* task, object, value: code */                              \
    X(FINISHED, "ends")          /* task, value: code */                                      \
    X(HELD, "takes")             /* task, object */                                           \
    X(RELEASED, "gives back")    /* task, object */                                           \
    X(READ, "reads")             /* task, object: a variable, at a point */                   \
    X(WROTE, "writes")           /* task, object */                                           \
    X(UPDATED, "updates")        /* task, object: both in one step */                         \
    X(OUTPUT, "prints")          /* value: 0 out, 2 err, 1 more: a part of a line; text */    \
    X(CHOICE, "choice")          /* text: label and anchor, value: taken, object.id: bound */ \
    X(EXIT, "process ends")      /* value: code */                                            \
    X(QUIET, "nothing can happen any more")                                                   \
    X(BUDGET, "step budget spent")                                                            \
    X(PROPERTY, "checks") /* task, object, text: the condition, value: whether it held */     \
    X(BROKEN, "breaks")   /* likewise: it had to hold and did not */                          \
    X(EXPECTED, "expects")                                                                    \
    /* task waits for `object`, a condition; value: whether it holds; text: who made it so */ \
    X(FORGOTTEN, "is forgotten:") /* task or object; text: what nobody has dealt with */      \
    /* Who comes before whom (core/order.h): */                                               \
    X(SIGNALLED, "signals")                                                                   \
    X(PASSED, "passes")                                                                       \
    X(PUT, "puts into") /* value: which item */                                               \
    X(GOT, "gets from")                                                                       \
    X(USED, "uses")         /* value: 1 if that changes it; only while the trace is muted */  \
    X(CANCELLED, "cancels") /* task, object: a task, value: 1 if that waits for a lock */     \
    X(PACKET, "packet")     /* text: from whom to whom, what; value: bytes */                 \
    X(WEATHER, "weather:")  /* text: what begins or ends, for whom */                         \
    X(ROLE, "is now")       /* task, text: the role that the process says it has */           \
    X(WATCHED, "watches")   /* task, object: a variable; value: so many bytes of it; WROTE of \
                               value 1 is a change that was noticed there */

enum trace_kind {
#define X(name, text) TRACE_##name,
    TRACE_MAP(X)
#undef X
};

struct trace_object {
    const char *kind; /* "lock", "queue", "task", ...; NULL: none */
    const char *name; /* NULL: kind and number */
    uint32_t id;
};

struct trace_record {
    uint64_t sequence; /* from 0 */
    int64_t time_ns;
    enum trace_kind kind;
    uint32_t process; /* 0: the world itself */
    uint32_t thread;  /* of the process; 0: the one it began with */
    uint32_t task;    /* 0: none; numbers count in each thread */
    uint32_t other;
    const char *label;     /* of the process, where there are others; else NULL */
    const char *task_name; /* NULL: "Task-<task>" */
    struct trace_object object;
    int64_t value;
    const char *text;
    const char *here;
};

/* Called with each record as it is appended; the record is the trace's own copy. To those who
 * listen to a muted trace it is the caller's, and its texts are gone after the call. */
typedef void (*trace_listener)(void *self, const struct trace_record *record);

/* Texts are kept up to this length: a line of output at its longest, written out. */
#define TRACE_TEXT_MAX TEXTS_LENGTH_MAX

struct trace;

/* An empty trace. Owned by the caller: trace_free(). */
struct trace *trace_new(void);
void trace_free(struct trace *trace);

/* Empty `trace` for another run; its listeners stay. */
void trace_reset(struct trace *trace);

/* A set of kinds of record. */
typedef uint64_t trace_kinds;
#define TRACE_KIND(name) ((trace_kinds)1 << TRACE_##name)

/* Call `listener(self, record)` for every record from now on; while the trace is muted, for those
 * of the kinds in `keen`. At most TRACE_LISTENERS_MAX. */
#define TRACE_LISTENERS_MAX 12
void trace_listen(struct trace *trace, trace_listener listener, void *self, trace_kinds keen);

/* No longer call `listener` for `self`. */
void trace_unlisten(struct trace *trace, trace_listener listener, const void *self);

/* Let the listener `self` be keen on other kinds. */
void trace_set_keen(struct trace *trace, const void *self, trace_kinds keen);

/* Keep no records from now on, and compute no hash: for runs of which only the end counts, many in
 * a second. */
void trace_mute(struct trace *trace, bool muted);

/* Whether a record of `kind` would reach anybody. */
bool trace_is_wanted(const struct trace *trace, enum trace_kind kind);

/* Whether records are kept. */
bool trace_is_muted(const struct trace *trace);

/* Append a copy of `record`; its sequence number is given here. */
void trace_append(struct trace *trace, const struct trace_record *record);

/* The records so far. */
size_t trace_count(const struct trace *trace);
const struct trace_record *trace_at(const struct trace *trace, size_t index);

/* The hash over all records so far. */
uint64_t trace_hash(const struct trace *trace);

/* The first index at which two traces differ; the shorter one's count if one is a beginning of the
 * other; SIZE_MAX if they are equal. */
size_t trace_difference(const struct trace *a, const struct trace *b);

/* What tells a task apart from all others: a loop belongs to a thread, and numbers its tasks by
 * itself. */
static inline uint64_t trace_task_key(uint32_t process, uint32_t thread, uint32_t task)
{
    return (uint64_t)process << 48 | (uint64_t)thread << 32 | task;
}

/* One line of text for `record`, without a newline: "1.000 reader waits for lock A  file.c:31".
 * Returns: `text`. */
char *trace_line(const struct trace_record *record, char *text, size_t size);

/* Who it is that `record` tells of: "reader", "client.2/reader", "client.2", or "", the world.
 * Returns: `text`. */
char *trace_who(const struct trace_record *record, char *text, size_t size);

/* The name of the task or object, or kind and number: "Task-3", "lock 2". Returns: `text`. */
char *trace_task_name(uint32_t task, const char *name, char *text, size_t size);
char *trace_object_name(const struct trace_object *object, char *text, size_t size);

#endif

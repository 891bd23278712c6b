/*
 * records.h - trace records as a test writes them: who does what with which object, one call each.
 */
#ifndef RONDO_TESTS_DETECT_RECORDS_H
#define RONDO_TESTS_DETECT_RECORDS_H

#include "world/trace.h"

/* Tasks of the tests, and what their places are called. */
enum { CALLBACK, MAIN, ANN, BOB, CAT };

/* Objects: a word for the kind, and a number. */
#define OBJECT(kind, id) ((struct trace_object){(kind), NULL, (id)})
#define LOCK(id)         ((struct trace_object){"lock", (id) == 1 ? "A" : (id) == 2 ? "B" : "C", (id)})
#define TASK(id)         OBJECT("task", (id))
#define X                ((struct trace_object){"variable", "x", 1})
#define Y                ((struct trace_object){"variable", "y", 2})

/* Append one; its time is its number in milliseconds, its place "bank.c:" and that number. */
static inline void happens_with(struct trace *trace, enum trace_kind kind, uint32_t task,
                                struct trace_object object, uint32_t other, int64_t value)
{
    static const char *const names[] = {NULL, "main", "ann", "bob", "cat"};
    static const char *const places[] = {"bank.c:0",  "bank.c:1",  "bank.c:2",  "bank.c:3",
                                         "bank.c:4",  "bank.c:5",  "bank.c:6",  "bank.c:7",
                                         "bank.c:8",  "bank.c:9",  "bank.c:10", "bank.c:11",
                                         "bank.c:12", "bank.c:13", "bank.c:14", "bank.c:15",
                                         "bank.c:16", "bank.c:17", "bank.c:18", "bank.c:19",
                                         "bank.c:20"};
    size_t number = trace_count(trace);

    trace_append(trace, &(struct trace_record){.time_ns = (int64_t)number * 1000000,
                                               .kind = kind,
                                               .process = 1,
                                               .task = task,
                                               .other = other,
                                               .task_name = task < sizeof names / sizeof *names
                                                                ? names[task]
                                                                : NULL,
                                               .object = object,
                                               .value = value,
                                               .here = places[number < 20 ? number : 20]});
}

#define happens(f, kind, task, object) \
    happens_with((f)->trace, TRACE_##kind, (task), (object), 0, 0)
#define spawns(f, parent, child) \
    happens_with((f)->trace, TRACE_SPAWNED, (child), (struct trace_object){0}, (parent), 0)
#define puts_in(f, task, item) \
    happens_with((f)->trace, TRACE_PUT, (task), OBJECT("queue", 30), 0, (item))
#define gets(f, task, item) \
    happens_with((f)->trace, TRACE_GOT, (task), OBJECT("queue", 30), 0, (item))
#define ends(f, task) \
    happens_with((f)->trace, TRACE_FINISHED, (task), (struct trace_object){0}, 0, 0)

#endif

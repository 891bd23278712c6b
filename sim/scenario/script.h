/*
 * script.h - a program in the scenario file itself: tasks as lists of steps over named objects.
 *
 * The two tables say what objects and what steps there are; who plays a script (sim/cli/play.c) has
 * one function for each row. A step is a line of words, `acquire A`, or a head with a block of
 * steps, `timeout 1s: [ ... ]`, and perhaps `finally: [ ... ]` beside it.
 */
#ifndef RONDO_SCENARIO_SCRIPT_H
#define RONDO_SCENARIO_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether a kind of object is given a number, as in `semaphore 2`. */
enum script_size { SIZE_NONE, SIZE_REQUIRED, SIZE_OPTIONAL };

/* Kinds of objects: name, what a file calls it, its number. */
#define SCRIPT_OBJECT_MAP(X)                                              \
    X(LOCK, "lock", SIZE_NONE)                                            \
    X(EVENT, "event", SIZE_NONE)                                          \
    X(CONDITION, "condition", SIZE_NONE) /* with its lock */              \
    X(SEMAPHORE, "semaphore", SIZE_REQUIRED)                              \
    X(BOUNDED, "bounded-semaphore", SIZE_REQUIRED)                        \
    X(BARRIER, "barrier", SIZE_REQUIRED)                                  \
    X(QUEUE, "queue", SIZE_OPTIONAL) /* without: no limit */              \
    X(LIFO, "lifo-queue", SIZE_OPTIONAL)                                  \
    X(PRIORITY, "priority-queue", SIZE_OPTIONAL) /* least number first */ \
    X(FUTURE, "future", SIZE_NONE)

enum script_kind {
#define X(name, word, size) SCRIPT_##name,
    SCRIPT_OBJECT_MAP(X)
#undef X
};

/* Sets of kinds, and whether a task may stand in their place. */
#define ON(name)   (1u << SCRIPT_##name)
#define ON_TASK    (1u << 31)
#define ON_LOCKS   (ON(LOCK) | ON(CONDITION))
#define ON_PERMITS (ON_LOCKS | ON(SEMAPHORE) | ON(BOUNDED))
#define ON_QUEUES  (ON(QUEUE) | ON(LIFO) | ON(PRIORITY))

/* What follows the verb. */
enum script_operand {
    TAKES_NOTHING,
    TAKES_NAME,        /* one name, of a kind that the row lists */
    TAKES_NAME_NUMBER, /* and perhaps a whole number */
    TAKES_NAMES,       /* one or more */
    TAKES_DURATION,
    TAKES_COUNT,
    TAKES_WORDS, /* the rest of the line */
};

/* Steps: verb, what a file calls it, operand, the kinds it works on, whether it has a block. */
#define SCRIPT_STEP_MAP(X)                                                                      \
    X(acquire, "acquire", TAKES_NAME, ON_PERMITS, false)                                        \
    X(release, "release", TAKES_NAME, ON_PERMITS, false)                                        \
    X(with, "with", TAKES_NAME, ON_PERMITS, true) /* acquire, block, release */                 \
    X(wait, "wait", TAKES_NAME, ON(EVENT) | ON(CONDITION) | ON(BARRIER) | ON(FUTURE) | ON_TASK, \
      false)                                                                                    \
    X(set, "set", TAKES_NAME_NUMBER, ON(EVENT) | ON(FUTURE), false)                             \
    X(clear, "clear", TAKES_NAME, ON(EVENT), false)                                             \
    X(notify, "notify", TAKES_NAME_NUMBER, ON(CONDITION), false) /* 1 */                        \
    X(notify_all, "notify-all", TAKES_NAME, ON(CONDITION), false)                               \
    X(put, "put", TAKES_NAME_NUMBER, ON_QUEUES, false) /* 0 */                                  \
    X(put_nowait, "put-nowait", TAKES_NAME_NUMBER, ON_QUEUES, false)                            \
    X(get, "get", TAKES_NAME, ON_QUEUES, false)                                                 \
    X(get_nowait, "get-nowait", TAKES_NAME, ON_QUEUES, false)                                   \
    X(task_done, "task-done", TAKES_NAME, ON_QUEUES, false)                                     \
    X(join, "join", TAKES_NAME, ON_QUEUES, false)                                               \
    X(shutdown, "shutdown", TAKES_NAME, ON_QUEUES, false)                                       \
    X(shutdown_now, "shutdown-now", TAKES_NAME, ON_QUEUES, false)                               \
    X(abort, "abort", TAKES_NAME, ON(BARRIER), false)                                           \
    X(reset, "reset", TAKES_NAME, ON(BARRIER), false)                                           \
    X(spawn, "spawn", TAKES_NAME, ON_TASK, false) /* in a group: as its child */                \
    X(cancel, "cancel", TAKES_NAME, ON(FUTURE) | ON_TASK, false)                                \
    X(shield, "shield", TAKES_NAME, ON(FUTURE) | ON_TASK, false)                                \
    X(gather, "gather", TAKES_NAMES, ON(FUTURE) | ON_TASK, false)                               \
    X(wait_first, "wait-first", TAKES_NAMES, ON(FUTURE) | ON_TASK, false)                       \
    X(wait_all, "wait-all", TAKES_NAMES, ON(FUTURE) | ON_TASK, false)                           \
    X(sleep, "sleep", TAKES_DURATION, 0, false)                                                 \
    X(yield, "yield", TAKES_NOTHING, 0, false) /* sleep 0s */                                   \
    X(print, "print", TAKES_WORDS, 0, false)                                                    \
    X(fail, "fail", TAKES_WORDS, 0, false) /* end the task with EUSER0 */                       \
    X(timeout, "timeout", TAKES_DURATION, 0, true)                                              \
    X(group, "group", TAKES_NOTHING, 0, true)                                                   \
    X(repeat, "repeat", TAKES_COUNT, 0, true)                                                   \
    X(try, "try", TAKES_NOTHING, 0, true) /* a failure ends the block, not the task;            \
                                             a cancel ends both */

enum script_verb {
#define X(name, word, operand, on, block) STEP_##name,
    SCRIPT_STEP_MAP(X)
#undef X
};

struct script_steps {
    struct script_step *list;
    size_t count;
};

/* What a step works on: an object or a task. */
struct script_name {
    bool is_task;
    size_t index;
};

struct script_step {
    enum script_verb verb;
    char *text; /* as in the file: "acquire A" */
    int line;
    int column;
    char *here;                /* "ladder.yaml:5" */
    struct script_name *names; /* as many as the operand has */
    size_t name_count;
    int64_t number;    /* nanoseconds, count or value; what is not given is the row's default */
    const char *words; /* inside `text` */
    struct script_steps block;
    struct script_steps finally;
};

struct script_object {
    char *name;
    enum script_kind kind;
    int64_t size; /* 0: none */
};

struct script_task {
    char *name;
    char *here; /* "ladder.yaml:4" */
    struct script_steps steps;
    bool waits_to_be_spawned; /* some step spawns it; the others start at once, in this order */
};

struct script {
    bool log; /* each step is printed as it begins and as it ends */
    struct script_object *objects;
    size_t object_count;
    struct script_task *tasks;
    size_t task_count;
};

/* Release a script; NULL is allowed. */
void script_free(struct script *script);

/* What the program of a script is called. */
#define SCRIPT_PROGRAM "script"

/* The most items, permits, rounds or parties that a script may name. */
#define SCRIPT_NUMBER_MAX INT64_C(1000000000)

#endif

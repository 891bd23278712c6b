/*
 * generate.c - see generate.h. One function writes one kind of step; a theme is a list of kinds.
 */
#include "tests/random/generate.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define ROLES    4 /* tasks that start by themselves: a, b, ... */
#define CHILDREN 3 /* tasks that are spawned: k0, k1, ... */
#define DEPTH    3 /* of blocks within blocks */

struct maker {
    char *text;
    size_t used;
    size_t capacity;
    uint64_t state;
    enum theme theme;
    bool holds; /* something; who takes two things waits for ever too often */
};

const char *theme_name(enum theme theme)
{
    static const char *const names[] = {
#define X(name, word) [THEME_##name] = word,
        THEME_MAP(X)
#undef X
    };

    return names[theme];
}

static void add(struct maker *maker, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct maker *maker, const char *format, ...)
{
    char piece[200];
    va_list rest;
    size_t length;

    va_start(rest, format);
    length = (size_t)vsnprintf(piece, sizeof piece, format, rest);
    va_end(rest);
    if (maker->used + length + 1 > maker->capacity) {
        maker->capacity = 2 * (maker->used + length + 1);
        maker->text = must_resize(maker->text, maker->capacity);
    }
    memcpy(maker->text + maker->used, piece, length + 1);
    maker->used += length;
}

/* A number below `bound` (splitmix64). */
static unsigned roll(struct maker *maker, unsigned bound)
{
    uint64_t z = (maker->state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (unsigned)((z ^ (z >> 31)) % bound);
}

/* ---- steps: each writes one, or some with commas between ---- */

typedef void (*step_maker)(struct maker *maker, unsigned depth);

static void steps(struct maker *maker, unsigned depth);

static void make_sleep(struct maker *maker, unsigned depth)
{
    (void)depth;
    if (roll(maker, 3) == 0)
        add(maker, "yield");
    else
        add(maker, "sleep %ums", roll(maker, 4) + 1);
}

static void make_cancel(struct maker *maker, unsigned depth)
{
    unsigned whom = roll(maker, ROLES + CHILDREN);

    (void)depth;
    if (whom < ROLES)
        add(maker, "cancel %c", 'a' + (int)whom);
    else
        add(maker, "cancel k%u", whom - ROLES);
}

static void make_held(struct maker *maker, unsigned depth, const char *object)
{
    if (maker->holds) {
        make_sleep(maker, depth);
        return;
    }
    maker->holds = roll(maker, 10) > 0;
    add(maker, "acquire %s, { try: [ ", object);
    steps(maker, depth);
    add(maker, " ], finally: [ release %s ] }", object);
    maker->holds = false;
}

static void make_lock(struct maker *maker, unsigned depth)
{
    make_held(maker, depth, "A");
}

static void make_semaphore(struct maker *maker, unsigned depth)
{
    static const char *const extra[] = {"release S", "release T"};

    if (roll(maker, 8) == 0)
        add(maker, "%s", extra[roll(maker, 2)]);
    else
        make_held(maker, depth, roll(maker, 2) == 0 ? "S" : "T");
}

static void make_event(struct maker *maker, unsigned depth)
{
    static const char *const verbs[] = {"wait", "wait", "set", "clear"};

    (void)depth;
    add(maker, "%s E", verbs[roll(maker, 4)]);
}

static void make_condition(struct maker *maker, unsigned depth)
{
    static const char *const inside[] = {"wait C",   "wait C",     "wait C, wait C", "notify C",
                                         "notify C", "notify C 2", "notify-all C"};

    add(maker, "acquire C, { try: [ %s", inside[roll(maker, 7)]);
    if (roll(maker, 2) == 0) {
        add(maker, ", ");
        make_sleep(maker, depth);
    }
    add(maker, " ], finally: [ release C ] }");
}

static void make_queue(struct maker *maker, unsigned depth)
{
    static const char *const verbs[] = {"put",        "put",        "put",       "get",
                                        "get",        "get",        "task-done", "task-done",
                                        "put-nowait", "get-nowait", "join"};
    static const char *const ends[] = {"shutdown", "shutdown-now"};
    const char *verb = roll(maker, 40) == 0 ? ends[roll(maker, 2)] : verbs[roll(maker, 11)];

    (void)depth;
    add(maker, "%s Q", verb);
    if (strncmp(verb, "put", 3) == 0)
        add(maker, " %u", roll(maker, 5));
}

static void make_barrier(struct maker *maker, unsigned depth)
{
    static const char *const rare[] = {"abort", "reset"};

    (void)depth;
    add(maker, "%s B", roll(maker, 12) == 0 ? rare[roll(maker, 2)] : "wait");
}

static void make_group(struct maker *maker, unsigned depth)
{
    add(maker, "{ group: [ spawn k%u, ", roll(maker, CHILDREN));
    steps(maker, depth);
    if (roll(maker, 2) == 0)
        add(maker, ", spawn k%u", roll(maker, CHILDREN));
    add(maker, " ] }");
}

static void make_timeout(struct maker *maker, unsigned depth)
{
    add(maker, "{ timeout %ums: [ ", roll(maker, 5));
    steps(maker, depth);
    add(maker, " ] }");
}

static void make_failure(struct maker *maker, unsigned depth)
{
    (void)depth;
    add(maker, "fail now and then");
}

static void make_child(struct maker *maker, unsigned depth)
{
    static const char *const verbs[] = {"wait", "shield", "gather", "wait-first", "wait-all"};
    unsigned child = roll(maker, CHILDREN);

    (void)depth;
    if (roll(maker, 2) == 0)
        add(maker, "spawn k%u, ", child);
    add(maker, "%s k%u", verbs[roll(maker, 5)], child);
}

/* What each theme is made of; all have sleeps, cancels and deadlines besides. */
static const step_maker kinds[THEME_COUNT][8] = {
    [THEME_LOCK] = {make_lock},
    [THEME_SEMAPHORE] = {make_semaphore},
    [THEME_EVENT] = {make_event},
    [THEME_CONDITION] = {make_condition},
    [THEME_QUEUE] = {make_queue},
    [THEME_BARRIER] = {make_barrier},
    [THEME_GROUP] = {make_group, make_group, make_failure, make_child, make_lock},
    [THEME_TIMEOUT] = {make_timeout, make_lock, make_event, make_child},
    [THEME_MIXTURE] = {make_lock, make_semaphore, make_event, make_condition, make_queue,
                       make_barrier, make_group, make_timeout},
};

static void step(struct maker *maker, unsigned depth)
{
    static const step_maker always[] = {make_sleep, make_sleep, make_cancel, make_timeout};
    const step_maker *some = kinds[maker->theme];
    unsigned count = 0;
    step_maker make;

    while (count < 8 && some[count] != NULL)
        count++;
    make = roll(maker, 2) == 0 ? always[roll(maker, 4)] : some[roll(maker, count)];
    if (depth == 0)
        make = make_sleep;
    make(maker, depth - (depth > 0));
}

static void steps(struct maker *maker, unsigned depth)
{
    for (unsigned left = 1 + roll(maker, 2); left > 0; left--) {
        step(maker, depth);
        if (left > 1)
            add(maker, ", ");
    }
}

/* ---- tasks and objects ---- */

/* Each step is tried by itself, so that a deadline or a misuse does not end the task. */
static void make_task(struct maker *maker, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        add(maker, "    - try: [ ");
        step(maker, DEPTH);
        add(maker, " ]\n");
    }
}

char *generate(enum theme theme, uint64_t seed)
{
    static const char *const queues[] = {"queue", "lifo-queue", "priority-queue"};
    struct maker maker = {.theme = theme, .state = seed * THEME_COUNT + theme};

    add(&maker, "scenario: random %s %llu\n", theme_name(theme), (unsigned long long)seed);
    add(&maker, "objects:\n  { A: lock, S: semaphore %u, T: bounded-semaphore %u, E: event,",
        roll(&maker, 3), 1 + roll(&maker, 2));
    add(&maker, " C: condition,\n    Q: %s %u, B: barrier %u }\n", queues[roll(&maker, 3)],
        roll(&maker, 3), 1 + roll(&maker, 3));
    add(&maker, "log: steps\ntasks:\n");
    for (int i = 0; i < ROLES; i++) {
        add(&maker, "  %c:\n", 'a' + i);
        make_task(&maker, 2 + roll(&maker, 5));
    }
    for (int i = 0; i < CHILDREN; i++) {
        add(&maker, "  k%d:\n    - repeat 1: [ ",
            i); /* a block, and yet its failure is the task's */
        step(&maker, 1);
        add(&maker, " ]\n");
    }
    return maker.text;
}

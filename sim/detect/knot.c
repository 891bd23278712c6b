/*
 * knot.c - see knot.h.
 */
#include "detect/knot.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* What is looked for: a way from task to task, by those who could end each wait. */
struct search {
    const struct waits *waits;
    const unsigned char *among; /* by place of a task: whether it may be on the way; NULL: all */
    uint32_t process;           /* of which tasks may be on the way */
    bool guesses;               /* go by who has ended waits before, too */
};

static bool waits_for_same(const struct waiting *a, const struct waiting *b)
{
    return a->waits && b->waits && a->process == b->process && a->object == b->object &&
           strcmp(a->kind, b->kind) == 0;
}

/* The `n`-th of those who have ended waits like this one. A task that stands in the same line is
 * none: it would first have to go on itself. */
static size_t past_ender(const struct waits *waits, size_t at, size_t n)
{
    const struct waiting *waiting = &waits->tasks[at];
    const struct signallers *signallers = waits_signallers(waits, waiting);

    for (size_t i = 0; signallers != NULL && i < signallers->count; i++) {
        size_t task = map_get(&waits->index, signallers->tasks[i]);

        if (task == NOBODY || task == at || waits_for_same(&waits->tasks[task], waiting))
            continue;
        if (n-- == 0)
            return task;
    }
    return NOBODY;
}

size_t knot_ender(const struct waits *waits, size_t at, size_t n)
{
    const struct holding *held;

    if (waits_ender(waits, &waits->tasks[at], 0, &held) != NOBODY)
        return waits_ender(waits, &waits->tasks[at], n, &held);
    return past_ender(waits, at, n);
}

static size_t next_of(const struct search *search, size_t at, size_t n)
{
    const struct holding *held;

    if (search->guesses)
        return knot_ender(search->waits, at, n);
    return waits_ender(search->waits, &search->waits->tasks[at], n, &held);
}

/* ---- who is stuck ---- */

/* Whether a wait is over only when all whom it waits for have gone on. */
static bool waits_for_all(const struct waiting *task)
{
    return strcmp(task->kind, "gather") == 0 || strcmp(task->kind, "group") == 0;
}

/* Whether somebody could end this wait of whom it is not known who it is, or what he does. */
static bool may_be_ended(const struct waits *waits, size_t at, bool quiet)
{
    const struct signallers *signallers = waits_signallers(waits, &waits->tasks[at]);
    const struct holding *held;

    if (signallers == NULL || waits_ender(waits, &waits->tasks[at], 0, &held) != NOBODY)
        return false;
    if (signallers->others)
        return true;
    for (size_t i = 0; !quiet && i < signallers->count; i++) {
        if (map_get(&waits->index, signallers->tasks[i]) == NOBODY)
            return true;
    }
    return false;
}

/* Whether the task is stuck if those in `stuck` are. */
static bool is_stuck(const struct waits *waits, size_t at, const unsigned char *stuck)
{
    bool all = waits_for_all(&waits->tasks[at]);
    size_t next;

    for (size_t n = 0; (next = knot_ender(waits, at, n)) != NOBODY; n++) {
        if ((stuck[next] != 0) == all)
            return all;
    }
    return !all;
}

/* Those that can never go on: the most of whom each has somebody who could end its wait, and only
 * such as are among them. Owned by the caller: free(). */
static unsigned char *stuck_of(const struct waits *waits, bool quiet)
{
    unsigned char *stuck = must_alloc(waits->task_count + 1);
    bool changed = true;

    for (size_t i = 0; i < waits->task_count; i++) {
        const struct waiting *task = &waits->tasks[i];

        stuck[i] = task->waits && !task->expected && knot_ender(waits, i, 0) != NOBODY &&
                   !may_be_ended(waits, i, quiet);
    }
    while (changed) {
        changed = false;
        for (size_t i = 0; i < waits->task_count; i++) {
            if (stuck[i] == 0 || is_stuck(waits, i, stuck))
                continue;
            stuck[i] = 0;
            changed = true;
        }
    }
    return stuck;
}

/* ---- circles ---- */

/* Whether the way may lead to this task. */
static bool may_go(const struct search *search, size_t task)
{
    const struct waiting *waiting = &search->waits->tasks[task];

    if (search->process != KNOT_ANY_PROCESS && waiting->process != search->process)
        return false;
    return waiting->waits && (search->among == NULL || search->among[task] != 0);
}

/* A walk along the waits: where it stands, and how far each step on the way has been tried. */
struct walk {
    size_t *path;
    size_t *tried;
    size_t length;
    unsigned char *seen; /* 1: on the path, 2: done with */
};

/* One step of the depth-first walk. Returns: the start of a circle in the path, or NOBODY. */
static size_t walk_on(const struct search *search, struct walk *walk)
{
    size_t at = walk->path[walk->length - 1];
    size_t next = next_of(search, at, walk->tried[walk->length - 1]++);

    if (next == NOBODY) {
        walk->seen[at] = 2;
        walk->length--;
    } else if (walk->seen[next] == 1) {
        for (size_t i = 0; i < walk->length; i++) {
            if (walk->path[i] == next)
                return i;
        }
    } else if (walk->seen[next] == 0 && may_go(search, next)) {
        walk->seen[next] = 1;
        walk->path[walk->length] = next;
        walk->tried[walk->length++] = 0;
    }
    return NOBODY;
}

/* Find a circle of waits. Returns: its length, its members in `circle`; 0 if there is none. */
static size_t find_circle(const struct search *search, size_t *circle)
{
    size_t n = search->waits->task_count;
    struct walk walk = {must_alloc(n * sizeof(size_t)), must_alloc(n * sizeof(size_t)), 0,
                        must_alloc(n)};
    size_t length = 0;

    for (size_t start = 0; start < n && length == 0; start++) {
        if (walk.seen[start] != 0 || !may_go(search, start))
            continue;
        walk.seen[start] = 1;
        walk.path[0] = start;
        walk.tried[0] = 0;
        walk.length = 1;
        while (walk.length > 0 && length == 0) {
            size_t from = walk_on(search, &walk);

            if (from == NOBODY)
                continue;
            length = walk.length - from;
            memcpy(circle, walk.path + from, length * sizeof *circle);
        }
    }
    free(walk.path);
    free(walk.tried);
    free(walk.seen);
    return length;
}

/* Turn the circle so that it begins with the task that was spawned first. */
static void turn(const struct waits *waits, size_t *circle, size_t length)
{
    size_t first = 0;

    for (size_t i = 1; i < length; i++) {
        if (waits->tasks[circle[i]].task < waits->tasks[circle[first]].task)
            first = i;
    }
    while (first-- > 0) {
        size_t head = circle[0];

        memmove(circle, circle + 1, (length - 1) * sizeof *circle);
        circle[length - 1] = head;
    }
}

/* ---- knots ---- */

/* The circle that `search` finds, or none. */
static struct knot circle_of(const struct search *search)
{
    struct knot knot = {must_alloc((search->waits->task_count + 1) * sizeof(size_t)), 0, true};

    knot.count = find_circle(search, knot.members);
    turn(search->waits, knot.members, knot.count);
    return knot;
}

static int by_place(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;

    return x < y ? -1 : x > y;
}

/* Add all who could end the wait of a member: then no way leads out. */
static void widen(const struct waits *waits, struct knot *knot)
{
    for (size_t i = 0; i < knot->count; i++) {
        size_t at = knot->members[i], next;

        for (size_t n = 0; (next = knot_ender(waits, at, n)) != NOBODY; n++) {
            if (!waits_for_all(&waits->tasks[at]) && !knot_has(knot, next))
                knot->members[knot->count++] = next;
        }
    }
    qsort(knot->members, knot->count, sizeof *knot->members, by_place);
    knot->circle = false;
}

struct knot knot_find(const struct waits *waits, uint32_t process, bool quiet)
{
    struct search search = {.waits = waits, .process = process};
    unsigned char *stuck;
    struct knot knot = {0};

    if (quiet) /* nobody goes on, whoever it is */
        knot = circle_of(&search);
    if (knot.count > 0)
        return knot;
    knot_free(&knot);
    stuck = stuck_of(waits, quiet);
    search.among = stuck;
    knot = circle_of(&search);
    if (knot.count == 0) {
        knot_free(&knot);
        search.guesses = true;
        knot = circle_of(&search);
        widen(waits, &knot);
    }
    free(stuck);
    return knot;
}

void knot_free(struct knot *knot)
{
    free(knot->members);
    knot->members = NULL;
}

bool knot_has(const struct knot *knot, size_t task)
{
    for (size_t i = 0; i < knot->count; i++) {
        if (knot->members[i] == task)
            return true;
    }
    return false;
}

/*
 * zoo.h - what the programs of this folder share: the twins that are made of one text, a cast of
 * tasks, and asyncio's line of waiters.
 */
#ifndef RONDO_KNOWN_BUGS_ZOO_H
#define RONDO_KNOWN_BUGS_ZOO_H

#include "rondo.h"

#include <string.h>

/* Whether the program runs as it was mended. All else is the same. */
static bool fixed;

/* Register `run`, a `void (void)`, as two programs: `bug`, and its twin `fixed`. */
#define TWINS(run)                                   \
    static int run_bug(void *arg, rondo_value *out)  \
    {                                                \
        (void)arg;                                   \
        (void)out;                                   \
        run();                                       \
        return 0;                                    \
    }                                                \
    static int run_twin(void *arg, rondo_value *out) \
    {                                                \
        fixed = true;                                \
        return run_bug(arg, out);                    \
    }                                                \
    RONDO_PROGRAM(bug, run_bug);                     \
    RONDO_PROGRAM(fixed, run_twin)

/* ---- a cast: tasks that are named for what they do ---- */

struct role {
    const char *name;
    int (*body)(void);
};

#define ROLES_MAX 8
static rondo_task *cast[ROLES_MAX];

static inline int role_play(void *arg, rondo_value *out)
{
    const struct role *role = arg;

    (void)out;
    return role->body();
}

static inline void cast_play(const struct role *roles, size_t count)
{
    int rc;

    for (size_t i = 0; i < count; i++)
        cast[i] = rondo_spawn(role_play, (void *)&roles[i], .name = roles[i].name);
    for (size_t i = 0; i < count; i++)
        rc = rondo_await(cast[i], NULL);
    (void)rc;
    rondo_unref_all(cast, count);
}

/* Start a task for each `{"name", body}` and wait until all have ended, in whatever way. */
#define CAST(...)                                 \
    cast_play((const struct role[]){__VA_ARGS__}, \
              sizeof((const struct role[]){__VA_ARGS__}) / sizeof(struct role))

/* The task of that name. */
static inline rondo_task *the(const char *name)
{
    size_t i = 0;

    while (i + 1 < ROLES_MAX && strcmp(rondo_get_name(cast[i]), name) != 0)
        i++;
    return cast[i];
}

/* Let others run. Gives what the wait gave: RONDO_ECANCELED, perhaps. */
static inline int hop(void)
{
    return rondo_sleep(0);
}

/* ---- a line of waiters, as asyncio's primitives have it: a future for each, oldest first ---- */

#define PLACES_MAX 8

struct line {
    rondo_future *places[PLACES_MAX];
    size_t count;
};

static inline rondo_future *line_join(struct line *line)
{
    return line->places[line->count++] = rondo_create_future(NULL);
}

static inline void line_leave(struct line *line, rondo_future *place)
{
    size_t i = 0;

    while (i < line->count && line->places[i] != place)
        i++;
    if (i == line->count)
        return;
    line->count--;
    memmove(&line->places[i], &line->places[i + 1], (line->count - i) * sizeof *line->places);
    rondo_unref(place);
}

/* Join, wait to be woken, leave. */
static inline int line_wait(struct line *line)
{
    rondo_future *place = line_join(line);
    int rc = rondo_await(place, NULL);

    line_leave(line, place);
    return rc;
}

/* Wake the first of those that sleep, whoever before them has been woken or cancelled.
 * Returns: whether somebody slept. */
static inline bool line_wake(struct line *line)
{
    for (size_t i = 0; i < line->count; i++) {
        if (rondo_set_result(line->places[i], 0) == 0)
            return true;
    }
    return false;
}

/* Wake the first in line, unless that one has been woken or cancelled and has yet to leave. */
static inline void line_wake_head(struct line *line)
{
    if (line->count > 0)
        rondo_set_result(line->places[0], 0);
}

/* Whether somebody is in line, woken or not, who was not cancelled. */
static inline bool line_waits(const struct line *line)
{
    for (size_t i = 0; i < line->count; i++) {
        if (!rondo_cancelled(line->places[i]))
            return true;
    }
    return false;
}

static inline void line_wake_all(struct line *line)
{
    for (size_t i = 0; i < line->count; i++)
        rondo_set_result(line->places[i], 0);
}

#endif

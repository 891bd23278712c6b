/*
 * fake.h - programs of a few tasks and steps, run as a strategy says: the model that strategies are
 * held against.
 *
 * Tasks are ready, wait or have ended. A step of a ready task does one thing to one object and is
 * one decision; afterwards the task is last in line, or still first (`points`). What a step does is
 * known before it runs, as an operation, and told when it has run, as a touch.
 */
#ifndef RONDO_TESTS_STRATEGY_FAKE_H
#define RONDO_TESTS_STRATEGY_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "strategy/strategy.h"

#define FAKE_TASKS_MAX   6
#define FAKE_STEPS_MAX   8
#define FAKE_OBJECTS_MAX 4
#define FAKE_EVENTS_MAX  (FAKE_TASKS_MAX * FAKE_STEPS_MAX * 2)

enum fake_verb {
    FAKE_READ,
    FAKE_WRITE,
    FAKE_SET,   /* the object is set, and who awaits that is ready */
    FAKE_AWAIT, /* goes on when the object is set */
    FAKE_TAKE,  /* goes on when nobody holds the object, and holds it */
    FAKE_GIVE,  /* to who has waited longest, or to nobody */
};

struct fake_step {
    enum fake_verb verb;
    size_t object;
};

struct fake_program {
    bool points;
    size_t task_count;
    size_t step_counts[FAKE_TASKS_MAX];
    struct fake_step steps[FAKE_TASKS_MAX][FAKE_STEPS_MAX];
};

/* What happened: a step of a task, or its going on from a wait, which is a step of its own. */
struct fake_event {
    size_t task;
    size_t options[FAKE_TASKS_MAX]; /* who was ready, in production order, `task` among them */
    size_t option_count;
    size_t object;
    bool writes;
    size_t after; /* index of the event that made the task ready; SIZE_MAX: it was */
};

struct fake_run {
    struct fake_event events[FAKE_EVENTS_MAX];
    size_t count;
    uint64_t outcome; /* what tasks read and objects hold in the end, and who still waits */
};

/* A search through a program. All but `strategy` is fake's own. */
struct fake_search {
    struct strategy *strategy;
    struct chance chance;
    size_t schedules; /* so far */
};

void fake_open(struct fake_search *search, const char *strategy, uint64_t seed);
void fake_close(struct fake_search *search);

/* Run `program` once more as the strategy says. Returns: false when nothing was left to try. */
bool fake_next(struct fake_search *search, const struct fake_program *program,
               struct fake_run *run);

/* In how many orders `program` can run, each tried by dfs; `see`, if any, is told of each. */
size_t fake_orders(const struct fake_program *program,
                   void (*see)(void *self, const struct fake_run *run), void *self);

/* `count` tasks, task i of counts[i] steps, each of which writes to an object of its own. */
struct fake_program fake_apart(size_t count, const size_t *counts);

/* A random program: small enough that all its orders can be tried. */
struct fake_program fake_random(uint64_t *stream);

/* The events of `run` as text, a digit for the task of each: "0010". Returns: `text`. */
char *fake_order(const struct fake_run *run, char *text);

#endif

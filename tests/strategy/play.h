/*
 * play.h - a scheduler without a core: tasks that are lists of steps, played as a strategy says.
 *
 * A step is pending before it is done, and every step of a task that can go on is an option, so a
 * strategy sees what it sees in a simulated world, a million times quicker. What is expected is
 * said of the order in which steps were done.
 */
#ifndef RONDO_TESTS_STRATEGY_PLAY_H
#define RONDO_TESTS_STRATEGY_PLAY_H

#include <stdbool.h>

#include "strategy/strategy.h"

#define PLAY_TASKS 128
#define PLAY_STEPS 16

enum step_kind { STEP_END, STEP_READ, STEP_WRITE, STEP_SPAWN, STEP_AWAIT };

struct step {
    enum step_kind kind;
    unsigned what;     /* number of the variable, or of the task */
    const char *place; /* READ, WRITE */
};

/* A program. Task 0 is there at the start, and every other that nobody spawns. */
struct play {
    size_t count;
    struct step steps[PLAY_TASKS][PLAY_STEPS];
};

/* How it was played. */
struct played {
    size_t length;
    unsigned char tasks[PLAY_TASKS * PLAY_STEPS]; /* who, in order */
    unsigned short when[PLAY_TASKS][PLAY_STEPS];  /* the place of each step in that order */
    size_t before[PLAY_TASKS][PLAY_STEPS];        /* READ: 1 + the task that wrote it last, or 0 */
    size_t decisions;
};

/* Add `task` to the program: `count` steps of one kind, on one variable. */
void play_add(struct play *play, size_t task, size_t count, struct step step);

/* Play it once as `strategy` says, as schedule number `schedule`. Returns: false when nothing is
 * left to try. */
bool play_once(const struct play *play, struct strategy *strategy, size_t schedule,
               struct played *played);

/* Of `schedules` runs from number 1 on, how many are such as `is_it` says. */
size_t play_count(const struct play *play, const struct strategy_kind *kind, uint64_t seed,
                  size_t schedules, bool (*is_it)(const struct played *played));

/* The schedule, counted from 1, in which `is_it` is true for the first time; `limit` + 1 if in
 * none. */
size_t play_first(const struct play *play, const struct strategy_kind *kind, uint64_t seed,
                  size_t limit, bool (*is_it)(const struct played *played));

#endif

/*
 * cast.h - the tasks of a run, and the turns that they could take next.
 *
 * A choice is a list of options; strategies think of tasks. Here each task that is seen gets a
 * number, in the order of first sight, and a key that is the same in every run of a program: its
 * place in the tree of who spawned whom, "second child of the first child of main". What spawned a
 * task is whoever had the turn before it was seen: strategies are shown every turn, so that is true
 * but of tasks that were begun eagerly. A plain callback is an actor that has one turn.
 */
#ifndef RONDO_STRATEGY_CAST_H
#define RONDO_STRATEGY_CAST_H

#include "base/map.h"
#include "world/chance.h"

#define CAST_NONE SIZE_MAX

struct actor {
    uint64_t key;      /* the same in every run */
    size_t parent;     /* or CAST_NONE */
    size_t children;   /* seen so far */
    uint64_t priority; /* drawn when it is first seen; strategies do with it what they like */
};

/* An option: which actor goes on with what. */
struct turn {
    size_t actor;
    struct operation operation;
};

/* All zero is one that has not begun. */
struct cast {
    struct map numbers; /* of those that may have another turn, by what operations call them */
    struct actor *actors;
    size_t count;
    size_t capacity;
    struct turn *turns; /* the options of the last choice */
    size_t turn_count;
    size_t turn_capacity;
    size_t running; /* who had the last turn, or CAST_NONE */
    uint64_t *stream;
};

/* A run begins: nobody has been seen. Priorities are drawn from `stream`, which is borrowed. */
void cast_begin(struct cast *cast, uint64_t *stream);

/* Look at the options of `choice`. Returns: how many turns there are; 0 when it is not about
 * operations. */
size_t cast_look(struct cast *cast, const struct choice *choice);

/* Of the last look, the first turn of those whose actor has the highest priority. */
size_t cast_highest(const struct cast *cast);

/* Turn `i` of the last look is taken. */
void cast_take(struct cast *cast, size_t i);

/* Whether it can make a difference which of two pending turns is taken first: both are about one
 * object, and one may change it. A turn from one suspension to the next says what it resumes from,
 * not what it touches; it is taken to race with every other such turn. */
bool cast_race(const struct turn *a, const struct turn *b);

/* Turn `i` of the last look is taken, and priorities are drawn again for its actor and for those
 * whose turns race with it (POS, see pos.c). */
void cast_take_drawing(struct cast *cast, size_t i);

/* Free what `cast` holds. */
void cast_clear(struct cast *cast);

#endif

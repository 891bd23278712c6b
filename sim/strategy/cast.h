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
    uint64_t key;    /* the same in every run */
    size_t parent;   /* or CAST_NONE */
    size_t children; /* seen so far */
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
};

/* A run begins: nobody has been seen. */
void cast_begin(struct cast *cast);

/* Look at the options of `choice`. Returns: how many turns there are; 0 when it is not about
 * operations. */
size_t cast_look(struct cast *cast, const struct choice *choice);

/* Turn `i` of the last look is taken. */
void cast_take(struct cast *cast, size_t i);

/* Free what `cast` holds. */
void cast_clear(struct cast *cast);

#endif

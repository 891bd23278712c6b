/*
 * profile.h - what a random walk shows of a program before it is searched: how many decisions a run
 * takes, how many turns each of its tasks, and on what.
 */
#ifndef RONDO_STRATEGY_PROFILE_H
#define RONDO_STRATEGY_PROFILE_H

#include "strategy/cast.h"

/* Something that turns are about: a variable, a lock, a queue. */
struct profile_object {
    uint64_t object;
    size_t turns;  /* about it */
    size_t actors; /* that took one */
    bool written;
};

struct profile {
    struct cast cast;
    uint64_t stream;  /* of priorities that nobody asks for */
    size_t decisions; /* with two options or more */
    size_t *turns;    /* by actor */
    size_t capacity;
    struct profile_object *objects; /* in the order of first touch */
    size_t object_count;
    size_t object_capacity;
    struct map object_numbers;
    struct map touches; /* actor and object, to the number of turns */
    struct map keys;    /* of actors, to their numbers */
};

struct profile *profile_new(void);
void profile_free(struct profile *profile);

/* Turn `i` of `choice` is taken next. */
void profile_take(struct profile *profile, const struct choice *choice, size_t i);

/* The turns that actor number `actor` took on object number `object`. */
size_t profile_touches(const struct profile *profile, size_t actor, size_t object);

#endif

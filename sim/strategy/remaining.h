/*
 * remaining.h - how many of the turns that matter each task of a run has still before it, those of
 * the tasks among them that it is yet to spawn: an estimate, from the profile.
 */
#ifndef RONDO_STRATEGY_REMAINING_H
#define RONDO_STRATEGY_REMAINING_H

#include "strategy/profile.h"

/* Every turn matters. */
#define REMAINING_ALL SIZE_MAX

/* All zero is one that has not begun. */
struct remaining {
    const struct profile *profile;
    size_t *first; /* at the beginning, by actor of the profile */
    size_t first_capacity;
    size_t *left; /* now, by actor of the run */
    size_t known;
    size_t left_capacity;
};

/* A run begins. What matters is turns about object number `object` of the profile, or
 * REMAINING_ALL.
 */
void remaining_begin(struct remaining *remaining, const struct profile *profile, size_t object);

/* The next actor of `cast` that has not been met: it takes its share from whoever spawned it.
 * Returns: false when all have been met. */
bool remaining_meet(struct remaining *remaining, const struct cast *cast);

/* What is left to `actor`, at least 1: it is there, whatever the profile said. */
size_t remaining_of(const struct remaining *remaining, size_t actor);

/* One of the turns that `cast` has looked at, as likely as its actor has turns left. */
size_t remaining_draw(const struct remaining *remaining, const struct cast *cast, uint64_t *stream);

/* `actor` takes a turn that matters. */
void remaining_take(struct remaining *remaining, size_t actor);

/* Free what `remaining` holds. */
void remaining_clear(struct remaining *remaining);

#endif

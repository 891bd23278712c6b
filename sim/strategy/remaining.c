/*
 * remaining.c - see remaining.h.
 */
#include "strategy/remaining.h"

#include <stdlib.h>

#include "base/alloc.h"

void remaining_begin(struct remaining *remaining, const struct profile *profile, size_t object)
{
    const struct actor *actors = profile->cast.actors;

    remaining->profile = profile;
    remaining->known = 0;
    remaining->first = must_room(remaining->first, &remaining->first_capacity, profile->cast.count,
                                 sizeof *remaining->first);
    for (size_t i = 0; i < profile->cast.count; i++)
        remaining->first[i] =
            object == REMAINING_ALL ? profile->turns[i] : profile_touches(profile, i, object);
    for (size_t i = profile->cast.count; i-- > 0;) { /* children come after their parents */
        if (actors[i].parent != CAST_NONE)
            remaining->first[actors[i].parent] += remaining->first[i];
    }
}

bool remaining_meet(struct remaining *remaining, const struct cast *cast)
{
    const struct actor *actor = &cast->actors[remaining->known];
    size_t number, share;

    if (remaining->known == cast->count)
        return false;
    remaining->left =
        must_room(remaining->left, &remaining->left_capacity, cast->count, sizeof *remaining->left);
    number = map_get(&remaining->profile->keys, actor->key);
    share = number != MAP_NONE ? remaining->first[number] : 0;
    remaining->left[remaining->known++] = share;
    if (actor->parent != CAST_NONE) {
        size_t *left = &remaining->left[actor->parent];

        *left -= *left > share ? share : *left;
    }
    return true;
}

size_t remaining_of(const struct remaining *remaining, size_t actor)
{
    return remaining->left[actor] > 0 ? remaining->left[actor] : 1;
}

size_t remaining_draw(const struct remaining *remaining, const struct cast *cast, uint64_t *stream)
{
    const struct turn *turns = cast->turns;
    size_t sum = 0, at, i = 0;

    for (size_t j = 0; j < cast->turn_count; j++)
        sum += remaining_of(remaining, turns[j].actor);
    at = chance_below(stream, sum);
    while (at >= remaining_of(remaining, turns[i].actor))
        at -= remaining_of(remaining, turns[i++].actor);
    return i;
}

void remaining_take(struct remaining *remaining, size_t actor)
{
    if (remaining->left[actor] > 0)
        remaining->left[actor]--;
}

void remaining_clear(struct remaining *remaining)
{
    free(remaining->first);
    free(remaining->left);
}

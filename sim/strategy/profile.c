/*
 * profile.c - see profile.h.
 */
#include "strategy/profile.h"

#include <stdlib.h>

#include "base/alloc.h"

struct profile *profile_new(void)
{
    struct profile *profile = must_alloc(sizeof *profile);

    cast_begin(&profile->cast, &profile->stream);
    return profile;
}

void profile_free(struct profile *profile)
{
    if (profile == NULL)
        return;
    cast_clear(&profile->cast);
    map_free(&profile->object_numbers);
    map_free(&profile->touches);
    map_free(&profile->keys);
    free(profile->turns);
    free(profile->objects);
    free(profile);
}

/* Actors that are new since the last look have taken no turn. */
static void meet(struct profile *profile)
{
    profile->turns =
        must_room(profile->turns, &profile->capacity, profile->cast.count, sizeof *profile->turns);
    while (profile->keys.count < profile->cast.count) {
        size_t actor = profile->keys.count;

        profile->turns[actor] = 0;
        map_set(&profile->keys, profile->cast.actors[actor].key, actor);
    }
}

static size_t object_number(struct profile *profile, uint64_t object)
{
    size_t number = map_get(&profile->object_numbers, object);

    if (number != MAP_NONE)
        return number;
    profile->objects = must_room(profile->objects, &profile->object_capacity,
                                 profile->object_count + 1, sizeof *profile->objects);
    profile->objects[profile->object_count] = (struct profile_object){.object = object};
    map_set(&profile->object_numbers, object, profile->object_count);
    return profile->object_count++;
}

static uint64_t touch_key(size_t actor, size_t object)
{
    return (uint64_t)object << 32 | actor;
}

static void touch(struct profile *profile, size_t actor, const struct operation *operation)
{
    size_t number = object_number(profile, operation->object);
    struct profile_object *object = &profile->objects[number];
    size_t before = profile_touches(profile, actor, number);

    object->turns++;
    object->actors += before == 0;
    object->written |= operation->writes;
    map_set(&profile->touches, touch_key(actor, number), before + 1);
}

void profile_take(struct profile *profile, const struct choice *choice, size_t i)
{
    const struct turn *turn;

    if (cast_look(&profile->cast, choice) == 0)
        return;
    meet(profile);
    turn = &profile->cast.turns[i];
    profile->decisions += choice->bound > 1;
    profile->turns[turn->actor]++;
    if (turn->operation.point)
        touch(profile, turn->actor, &turn->operation);
    cast_take(&profile->cast, i);
}

size_t profile_touches(const struct profile *profile, size_t actor, size_t object)
{
    size_t touches = map_get(&profile->touches, touch_key(actor, object));

    return touches != MAP_NONE ? touches : 0;
}

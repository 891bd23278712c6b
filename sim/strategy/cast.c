/*
 * cast.c - see cast.h.
 */
#include "strategy/cast.h"

#include <stdlib.h>

#include "base/alloc.h"

void cast_begin(struct cast *cast, uint64_t *stream)
{
    cast->stream = stream;
    map_empty(&cast->numbers);
    cast->count = 0;
    cast->turn_count = 0;
    cast->running = CAST_NONE;
}

/* The key of child number `child` of `key`. */
static uint64_t key_of(uint64_t key, uint64_t child)
{
    key += child;
    return chance_draw(&key);
}

/* The first task of a loop is nobody's child. */
static bool is_root(const struct operation *operation)
{
    return (uint32_t)operation->who == 1;
}

/* What a task and a callback are called never meet: tasks have the number of a process in front. */
static uint64_t name_of(const struct operation *operation)
{
    return operation->who != 0 ? operation->who : operation->id;
}

static size_t meet(struct cast *cast, const struct operation *operation)
{
    size_t parent = is_root(operation) ? CAST_NONE : cast->running;
    uint64_t key;

    cast->actors = must_room(cast->actors, &cast->capacity, cast->count + 1, sizeof *cast->actors);
    key = parent == CAST_NONE ? key_of(operation->who, 0)
                              : key_of(cast->actors[parent].key, ++cast->actors[parent].children);
    cast->actors[cast->count] = (struct actor){key, parent, 0, chance_draw(cast->stream)};
    map_set(&cast->numbers, name_of(operation), cast->count);
    return cast->count++;
}

size_t cast_look(struct cast *cast, const struct choice *choice)
{
    cast->turn_count = 0;
    if (!choice_has_operations(choice))
        return 0;
    cast->turns = must_room(cast->turns, &cast->turn_capacity, choice->bound, sizeof *cast->turns);
    while (cast->turn_count < choice->bound) {
        struct turn *turn = &cast->turns[cast->turn_count];

        turn->operation = choice_operation(choice, cast->turn_count++);
        turn->actor = map_get(&cast->numbers, name_of(&turn->operation));
        if (turn->actor == MAP_NONE)
            turn->actor = meet(cast, &turn->operation);
    }
    return cast->turn_count;
}

size_t cast_highest(const struct cast *cast)
{
    size_t best = 0;

    for (size_t i = 1; i < cast->turn_count; i++) {
        if (cast->actors[cast->turns[i].actor].priority >
            cast->actors[cast->turns[best].actor].priority)
            best = i;
    }
    return best;
}

void cast_take(struct cast *cast, size_t i)
{
    const struct turn *turn = &cast->turns[i];

    cast->running = turn->actor;
    if (turn->operation.who == 0)
        map_remove(&cast->numbers, name_of(&turn->operation));
}

bool cast_race(const struct turn *a, const struct turn *b)
{
    if (!a->operation.point || !b->operation.point)
        return !a->operation.point && !b->operation.point;
    return a->operation.object == b->operation.object &&
           (a->operation.writes || b->operation.writes);
}

void cast_take_drawing(struct cast *cast, size_t i)
{
    for (size_t j = 0; j < cast->turn_count; j++) {
        if (j == i || cast_race(&cast->turns[j], &cast->turns[i]))
            cast->actors[cast->turns[j].actor].priority = chance_draw(cast->stream);
    }
    cast_take(cast, i);
}

void cast_clear(struct cast *cast)
{
    map_free(&cast->numbers);
    free(cast->actors);
    free(cast->turns);
}

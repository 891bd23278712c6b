/*
 * map.c - see map.h. Linear probing; a removal closes the gap, so there are no tombstones.
 */
#include "base/map.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/check.h"

#define CAPACITY_LEAST ((size_t)64)

/* Where `key` is, or where it would go. Requires: capacity > count. */
static size_t slot_of(const struct map *map, uint64_t key)
{
    size_t mask = map->capacity - 1;
    /* Folded first: what tells many keys apart (trace_task_key()) is in their upper half alone. */
    size_t at = (size_t)(((key ^ key >> 32) * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & mask;

    while (map->slots[at].value != MAP_NONE && map->slots[at].key != key)
        at = (at + 1) & mask;
    return at;
}

static void clear_slots(struct map *map)
{
    for (size_t i = 0; i < map->capacity; i++)
        map->slots[i].value = MAP_NONE;
}

static void grow(struct map *map)
{
    struct map old = *map;

    map->capacity = old.capacity != 0 ? old.capacity * 2 : CAPACITY_LEAST;
    map->slots = must_alloc(map->capacity * sizeof *map->slots);
    map->count = 0;
    clear_slots(map);
    for (size_t i = 0; i < old.capacity; i++) {
        if (old.slots[i].value != MAP_NONE)
            map_set(map, old.slots[i].key, old.slots[i].value);
    }
    free(old.slots);
}

void map_set(struct map *map, uint64_t key, size_t value)
{
    size_t at;

    CHECK(value != MAP_NONE);
    if ((map->count + 1) * 2 > map->capacity)
        grow(map);
    at = slot_of(map, key);
    map->count += map->slots[at].value == MAP_NONE;
    map->slots[at] = (struct map_slot){key, value};
}

size_t map_get(const struct map *map, uint64_t key)
{
    return map->count > 0 ? map->slots[slot_of(map, key)].value : MAP_NONE;
}

size_t map_remove(struct map *map, uint64_t key)
{
    size_t mask = map->capacity - 1;
    size_t at, value;

    if (map->count == 0)
        return MAP_NONE;
    at = slot_of(map, key);
    value = map->slots[at].value;
    if (value == MAP_NONE)
        return MAP_NONE;
    map->slots[at].value = MAP_NONE;
    map->count--;
    for (at = (at + 1) & mask; map->slots[at].value != MAP_NONE; at = (at + 1) & mask) {
        struct map_slot moved = map->slots[at];

        map->slots[at].value = MAP_NONE;
        map->slots[slot_of(map, moved.key)] = moved;
    }
    return value;
}

void map_empty(struct map *map)
{
    if (map->count > 0)
        clear_slots(map);
    map->count = 0;
}

void map_free(struct map *map)
{
    free(map->slots);
    *map = (struct map){0};
}

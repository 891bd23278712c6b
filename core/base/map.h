/*
 * map.h - numbers to numbers, in harness memory: an open-addressed table.
 *
 * Keys are any 64-bit numbers; order of insertion plays no part in anything it answers.
 */
#ifndef RONDO_BASE_MAP_H
#define RONDO_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

#define MAP_NONE SIZE_MAX

struct map_slot {
    uint64_t key;
    size_t value; /* MAP_NONE: the slot is free */
};

/* All zero is an empty map. */
struct map {
    struct map_slot *slots;
    size_t capacity;
    size_t count;
};

/* Set the value of `key`, which must not be MAP_NONE. */
void map_set(struct map *map, uint64_t key, size_t value);

/* The value of `key`, or MAP_NONE. */
size_t map_get(const struct map *map, uint64_t key);

/* Take `key` out. Returns: the value it had, or MAP_NONE. */
size_t map_remove(struct map *map, uint64_t key);

/* Take everything out; the memory stays. */
void map_empty(struct map *map);

/* Free what the map holds; it is empty afterwards. */
void map_free(struct map *map);

#endif

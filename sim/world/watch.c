/*
 * watch.c - see watch.h.
 */
#include "world/watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void watches_add(struct watches *watches, const void *address, size_t size, const char *name,
                 uint64_t owner)
{
    struct watch *watch;

    watches_remove(watches, address);
    watches->list =
        must_room(watches->list, &watches->capacity, watches->count + 1, sizeof *watches->list);
    watch = &watches->list[watches->count++];
    *watch = (struct watch){address, size, name, owner, must_alloc(size)};
    memcpy(watch->copy, address, size);
}

/* Those behind it move up: they stay in the order in which they were asked for. */
static void drop(struct watches *watches, size_t i)
{
    free(watches->list[i].copy);
    watches->count--;
    memmove(&watches->list[i], &watches->list[i + 1], (watches->count - i) * sizeof *watches->list);
}

void watches_remove(struct watches *watches, const void *address)
{
    for (size_t i = watches->count; i-- > 0;) {
        if (watches->list[i].address == address)
            drop(watches, i);
    }
}

void watches_leave(struct watches *watches, uint64_t owner)
{
    for (size_t i = watches->count; i-- > 0;) {
        if (watches->list[i].owner == owner)
            drop(watches, i);
    }
}

const struct watch *watches_changed(struct watches *watches, size_t *at)
{
    while (*at < watches->count) {
        struct watch *watch = &watches->list[(*at)++];

        if (memcmp(watch->copy, watch->address, watch->size) == 0)
            continue;
        memcpy(watch->copy, watch->address, watch->size);
        return watch;
    }
    return NULL;
}

void watches_clear(struct watches *watches)
{
    while (watches->count > 0)
        drop(watches, watches->count - 1);
    map_free(&watches->places);
    free(watches->list);
    *watches = (struct watches){0};
}

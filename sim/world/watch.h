/*
 * watch.h - ranges of a process's memory that it has asked to be watched: what has changed since
 * somebody looked last.
 *
 * Each is compared with a copy. Who looks when, and whose doing a change was, is for others to say.
 */
#ifndef RONDO_WORLD_WATCH_H
#define RONDO_WORLD_WATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/map.h"

struct watch {
    const void *address;
    size_t size;
    const char *name; /* borrowed */
    uint64_t owner;   /* who has asked for it */
    void *copy;
};

/* All zero watches nothing. */
struct watches {
    struct watch *list;
    size_t count;
    size_t capacity;
    struct map places; /* where each owner was seen last, for who looks: addresses of texts */
};

/* Watch `size` bytes at `address` from now on, in place of what was watched there. Requires: they
 * can be read until watches_remove() or watches_leave(). */
void watches_add(struct watches *watches, const void *address, size_t size, const char *name,
                 uint64_t owner);

/* No longer watch what lies at `address`; what `owner` has asked for. */
void watches_remove(struct watches *watches, const void *address);
void watches_leave(struct watches *watches, uint64_t owner);

/* The next one from `*at` on that has changed since the last look, or NULL; `*at` is then behind
 * it. */
const struct watch *watches_changed(struct watches *watches, size_t *at);

/* Watch nothing, and free what is held. */
void watches_clear(struct watches *watches);

#endif

/*
 * deadlines.h - what is to happen at a time, the earliest first. Not public.
 *
 * A heap with four branches in an array, the times beside each other, because the deadlines
 * themselves lie on as many stacks as there are tasks that sleep, and to look at one costs a miss
 * of the cache. Adding never fails: without memory a deadline stands in a list that is searched.
 */
#ifndef RONDO_DEADLINES_H
#define RONDO_DEADLINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"

struct deadline;

struct deadlines {
    struct deadline_entry *heap;
    struct deadline_slot *slots; /* as many as the heap has room for */
    uint32_t count;
    uint32_t capacity;
    uint32_t free;      /* the first slot that is free, from 1; 0: none */
    struct list others; /* for which there was no memory, in the links of their callbacks */
};

void deadlines_init(struct deadlines *deadlines);

/* Free the memory. Requires: none is left. */
void deadlines_clear(struct deadlines *deadlines);

/* Add `deadline`, whose when_ns and order are set. Requires: it is not in, nor is its callback
 * queued. */
void deadlines_add(struct deadlines *deadlines, struct deadline *deadline);

/* Take `deadline`, which is in, out. */
void deadlines_remove(struct deadlines *deadlines, struct deadline *deadline);

/* The earliest, of equal ones the one with the lower order; NULL: none. */
struct deadline *deadlines_first(const struct deadlines *deadlines);

/* Have the memory fetched of those that may be the next ones: where many sleep, it has long left
 * the caches. */
void deadlines_look_ahead(const struct deadlines *deadlines);

/* When the earliest is; RONDO_FOREVER: there is none. */
int64_t deadlines_when(const struct deadlines *deadlines);

/* How many there are. */
size_t deadlines_count(const struct deadlines *deadlines);

static inline bool deadlines_none(const struct deadlines *deadlines)
{
    return deadlines->count == 0 && list_empty(&deadlines->others);
}

#endif

/*
 * spare.h - memory of one size that comes and goes by the thousand: what one lets go of is kept for
 * the next who asks. Not public.
 */
#ifndef RONDO_SPARE_H
#define RONDO_SPARE_H

#include <stddef.h>

/* Blocks that are free. All zero: none. */
struct spare {
    void *first; /* each leads to the next */
    unsigned count;
};

/* `size` bytes, always the same for one `spare`, all zero; from the heap if there is none, or
 * `spare` is NULL. Returns: NULL without memory. */
void *spare_take(struct spare *spare, size_t size);

/* Give a block back; `spare` NULL: to the heap. */
void spare_give(struct spare *spare, void *block);

/* Free what is kept. */
void spare_clear(struct spare *spare);

#endif

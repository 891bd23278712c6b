/*
 * lineup.h - things in a row, by index: at the end new ones join, from anywhere one may leave.
 *
 * For harnesses, not for programs: its memory is the harness's own, which does not run out.
 */
#ifndef RONDO_BASE_LINEUP_H
#define RONDO_BASE_LINEUP_H

#include <stddef.h>

/* All zero is an empty line. */
struct lineup {
    void **items; /* the first of them; somewhere in: */
    size_t count;
    void **memory;
    size_t capacity;
};

/* Take all out; the memory stays. */
void lineup_empty(struct lineup *lineup);

/* Add `item` at the end, or before all others. */
void lineup_add(struct lineup *lineup, void *item);
void lineup_add_first(struct lineup *lineup, void *item);

/* Take the `i`-th out. Returns: what it was. */
void *lineup_take(struct lineup *lineup, size_t i);

/* Take `item` out, if it is there. */
void lineup_drop(struct lineup *lineup, const void *item);

/* Free what it holds; it is empty afterwards. */
void lineup_clear(struct lineup *lineup);

#endif

/*
 * arena.h - the memory of one simulated process.
 *
 * One mapping at a fixed address, so that a program that orders by pointer is the same in every
 * run; a reset takes everything back at once, zeroed. Where a tool watches malloc itself
 * (AddressSanitizer, Valgrind) the arena steps aside: allocations come from the C library and are
 * only remembered, so that a reset can free them.
 */
#ifndef RONDO_RUN_ARENA_H
#define RONDO_RUN_ARENA_H

#include "base/alloc.h"

struct arena;

/* The arena number `index`, from 0; each has its own address. Owned by the caller: arena_free(). */
struct arena *arena_new(size_t index);
void arena_free(struct arena *arena);

/* Where program memory comes from while the process runs. Memory that the C library itself made
 * (getline, asprintf) may be given back through it too. */
const struct alloc_source *arena_source(const struct arena *arena);

/* How many blocks have been taken and not given back. */
size_t arena_left(const struct arena *arena);

/* Take everything back. */
void arena_reset(struct arena *arena);

#endif

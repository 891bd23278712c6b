/*
 * memory.h - program memory that counts, and that fails on request.
 *
 * While a watch is in place, every block of program memory (base/alloc.h) is counted, so that a
 * test can say "nothing is left"; and the n-th request can be refused, so that a sweep over n takes
 * every path on which memory runs out.
 */
#ifndef RONDO_TESTS_MEMORY_H
#define RONDO_TESTS_MEMORY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/alloc.h"

struct memory {
    struct alloc_source source;
    const struct alloc_source *before;
    atomic_size_t live;     /* blocks taken and not given back */
    atomic_size_t requests; /* made since memory_fail() or the start */
    atomic_size_t largest;  /* request, of all */
    size_t fail_at;         /* the request that is refused, counting from 1; 0: none */
};

/* Count in `memory` from now on, refusing nothing. */
void memory_watch(struct memory *memory);

/* Refuse the `n`-th request from now (0: none). */
void memory_fail(struct memory *memory, size_t n);

/* Whether the refusal that was asked for has happened. */
bool memory_failed(const struct memory *memory);

/* Put back what was in place before memory_watch(). */
void memory_unwatch(struct memory *memory);

#endif

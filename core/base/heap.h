/*
 * heap.h - intrusive priority queue (a pairing heap: Fredman, Sedgewick, Sleator, Tarjan 1986).
 *
 * Owns no memory, so inserting cannot fail: the node lives inside the object. The order is the
 * caller's `less`, which must be strict and total (deadline, then sequence), so that no two runs
 * can pop equal keys in different orders. Deadlines of the core, the world's agenda and the
 * simulated libuv's timers are three users.
 */
#ifndef RONDO_BASE_HEAP_H
#define RONDO_BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>

struct heap_node {
    struct heap_node *child; /* its first child */
    struct heap_node *next;  /* its next sibling */
    struct heap_node *prev;  /* its previous sibling, or its parent if it is a first child */
};

typedef bool (*heap_less)(const struct heap_node *a, const struct heap_node *b);

struct heap {
    struct heap_node *root;
    size_t count;
    heap_less less;
};

/* Make `heap` empty, ordered by `less`. */
void heap_init(struct heap *heap, heap_less less);

/* Insert `node`, which must be in no heap. */
void heap_push(struct heap *heap, struct heap_node *node);

/* The least node, which stays in the heap, or NULL. */
struct heap_node *heap_min(const struct heap *heap);

/* Remove and return the least node, or NULL. */
struct heap_node *heap_pop(struct heap *heap);

/* Remove `node`, which must be in `heap`. */
void heap_remove(struct heap *heap, struct heap_node *node);

#endif

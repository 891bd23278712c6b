/*
 * heap.c - see heap.h. Every function is a few pointer moves; the two-pass merge is the only loop.
 */
#include "base/heap.h"

#include "base/check.h"

void heap_init(struct heap *heap, heap_less less)
{
    heap->root = NULL;
    heap->count = 0;
    heap->less = less;
}

struct heap_node *heap_min(const struct heap *heap)
{
    return heap->root;
}

/* The greater of two roots becomes the first child of the lesser. */
static struct heap_node *meld(const struct heap *heap, struct heap_node *a, struct heap_node *b)
{
    if (a == NULL)
        return b;
    if (b == NULL)
        return a;
    if (heap->less(b, a)) {
        struct heap_node *swap = a;

        a = b;
        b = swap;
    }
    b->prev = a;
    b->next = a->child;
    if (a->child != NULL)
        a->child->prev = b;
    a->child = b;
    a->next = NULL;
    a->prev = NULL;
    return a;
}

/* Merge a chain of siblings: pairs from left to right, then the results from right to left. */
static struct heap_node *merge_siblings(const struct heap *heap, struct heap_node *first)
{
    struct heap_node *pairs = NULL;
    struct heap_node *root = NULL;

    while (first != NULL) {
        struct heap_node *second = first->next;
        struct heap_node *rest = second != NULL ? second->next : NULL;
        struct heap_node *pair = meld(heap, first, second);

        pair->next = pairs;
        pairs = pair;
        first = rest;
    }
    while (pairs != NULL) {
        struct heap_node *rest = pairs->next;

        pairs->next = NULL;
        root = meld(heap, root, pairs);
        pairs = rest;
    }
    if (root != NULL)
        root->prev = NULL;
    return root;
}

void heap_push(struct heap *heap, struct heap_node *node)
{
    node->child = NULL;
    node->next = NULL;
    node->prev = NULL;
    heap->root = meld(heap, heap->root, node);
    heap->count++;
}

struct heap_node *heap_pop(struct heap *heap)
{
    struct heap_node *least = heap->root;

    if (least != NULL)
        heap_remove(heap, least);
    return least;
}

void heap_remove(struct heap *heap, struct heap_node *node)
{
    struct heap_node *orphans = merge_siblings(heap, node->child);

    CHECK(heap->count > 0);
    if (node == heap->root) {
        heap->root = orphans;
    } else {
        if (node->prev->child == node)
            node->prev->child = node->next;
        else
            node->prev->next = node->next;
        if (node->next != NULL)
            node->next->prev = node->prev;
        heap->root = meld(heap, heap->root, orphans);
    }
    node->child = NULL;
    node->next = NULL;
    node->prev = NULL;
    heap->count--;
}

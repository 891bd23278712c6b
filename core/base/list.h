/*
 * list.h - intrusive doubly linked list with a sentinel.
 *
 * Owns nothing: the links live inside the objects that are listed. A node that is all zero or was
 * just removed is in no list, and list_remove() of it does nothing, so an object may be taken out
 * without knowing whether it is in.
 */
#ifndef RONDO_BASE_LIST_H
#define RONDO_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next;
    struct list *prev;
};

/* The object that holds `node` as its member `member`. */
#define container_of(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

/* Walk the list at `head`; the body may remove the node it stands on. */
#define list_for_each(node, head)                                                     \
    for (struct list *node = (head)->next, *node##_next = node->next; node != (head); \
         node = node##_next, node##_next = node->next)

static inline void list_init(struct list *list)
{
    list->next = list;
    list->prev = list;
}

/* True for a node that is a member of some list. */
static inline bool list_linked(const struct list *node)
{
    return node->next != NULL;
}

static inline bool list_empty(const struct list *list)
{
    return list->next == list;
}

static inline void list_push_back(struct list *list, struct list *node)
{
    node->prev = list->prev;
    node->next = list;
    list->prev->next = node;
    list->prev = node;
}

static inline void list_push_front(struct list *list, struct list *node)
{
    list_push_back(list->next, node);
}

static inline void list_remove(struct list *node)
{
    if (!list_linked(node))
        return;
    node->prev->next = node->next;
    node->next->prev = node->prev;
    node->next = NULL;
    node->prev = NULL;
}

/* The first node, removed, or NULL. */
static inline struct list *list_pop_front(struct list *list)
{
    struct list *node = list->next;

    if (node == list)
        return NULL;
    list_remove(node);
    return node;
}

/* Move all nodes of `from` to `to`, which must be empty; `from` is empty afterwards. */
static inline void list_move(struct list *to, struct list *from)
{
    list_init(to);
    if (list_empty(from))
        return;
    *to = *from;
    to->next->prev = to;
    to->prev->next = to;
    list_init(from);
}

/* Append all nodes of `from`, which is empty afterwards, to `to`. */
static inline void list_append(struct list *to, struct list *from)
{
    if (list_empty(from))
        return;
    from->next->prev = to->prev;
    to->prev->next = from->next;
    from->prev->next = to;
    to->prev = from->prev;
    list_init(from);
}

static inline size_t list_length(const struct list *list)
{
    size_t n = 0;

    for (const struct list *at = list->next; at != list; at = at->next)
        n++;
    return n;
}

#endif

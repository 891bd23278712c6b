/*
 * order.c - what libuv's documentation leaves open, and libuv 1.44 happens to do in one way.
 *
 * Each is a draw of the family `uv`, whose value 0 is libuv's way: which callback of a phase is
 * next, whether those that are left come an iteration later, how much of what is there one read
 * takes and one write sends. What is documented is not here: the phases follow one another, buffers
 * are written in order, a handle's requests are cancelled before it is closed, nobody is told after
 * a stop, and every callback that is owed comes.
 */
#include "uv/internal.h"

#include <stdio.h>

bool order_is_open(void)
{
    return (world_current()->chance->open & 1u << FAMILY_uv) != 0;
}

/* ---- which is next ---- */

/* From `first` up to `end`, in libuv's order, those that are `among` them. */
struct candidates {
    struct list *first;
    const struct list *end;
    bool (*among)(struct list *link); /* NULL: all */
    order_words words;
};

static struct list *skip(const struct candidates *candidates, struct list *link)
{
    while (link != candidates->end && candidates->among != NULL && !candidates->among(link))
        link = link->next;
    return link;
}

static struct list *nth(const struct candidates *candidates, size_t n)
{
    struct list *link = skip(candidates, candidates->first);

    while (n-- > 0)
        link = skip(candidates, link->next);
    return link;
}

static void name_candidate(const void *self, size_t value, char *text, size_t size)
{
    const struct candidates *candidates = self;

    candidates->words(nth(candidates, value), text, size);
}

static struct list *pick(const char *label, const struct candidates *candidates)
{
    struct alternatives alternatives = {.anchor = name_candidate, .self = candidates};
    size_t count = 0;

    for (struct list *at = nth(candidates, 0); at != candidates->end;
         at = skip(candidates, at->next))
        count++;
    return nth(candidates, world_choose(world_current(), label, count, &alternatives));
}

struct list *order_pick(const char *label, struct list *first, const struct list *end,
                        order_words words)
{
    return pick(label, &(struct candidates){first, end, NULL, words});
}

struct list *order_pop_among(struct list *batch, bool (*among)(struct list *link),
                             order_words words)
{
    struct candidates candidates = {batch->next, batch, among, words};
    struct list *link = nth(&candidates, 0);

    if (link == batch)
        return NULL;
    if (order_is_open())
        link = pick("uv.next", &candidates);
    list_remove(link);
    return link;
}

struct list *order_pop(struct list *batch, order_words words)
{
    return order_pop_among(batch, NULL, words);
}

struct pair {
    const uv_handle_t *handle;
    const char *what[2];
};

static void name_of_pair(const void *self, size_t value, char *text, size_t size)
{
    const struct pair *pair = self;
    char where[ADDRESSES_TEXT_SIZE];

    snprintf(text, size, "%s at %s", pair->what[value], io_text(pair->handle, where, sizeof where));
}

bool order_swaps(const uv_handle_t *handle, const char *first, const char *second)
{
    struct pair pair = {handle, {first, second}};
    struct alternatives alternatives = {.anchor = name_of_pair, .self = &pair};

    return order_is_open() && world_choose(world_current(), "uv.next", 2, &alternatives) != 0;
}

/* ---- when ---- */

struct waiting {
    struct list *link;
    order_words words;
};

static void name_waiting(const void *self, size_t value, char *text, size_t size)
{
    const struct waiting *waiting = self;

    (void)value; /* how one reads it: "tcp 3 comes an iteration later" */
    waiting->words(waiting->link, text, size);
}

bool order_waits(struct list *link, order_words words)
{
    struct waiting waiting = {link, words};
    struct alternatives alternatives = {.anchor = name_waiting, .self = &waiting};

    return order_is_open() && world_choose(world_current(), "uv.later", 2, &alternatives) != 0;
}

void order_put_back(struct list *queue, struct list *batch)
{
    struct list later;

    list_move(&later, queue);
    list_append(queue, batch);
    list_append(queue, &later);
}

/* ---- how much ---- */

#define AMOUNTS 4

/* Amounts of `size` that may be taken at once: all, one byte, half, nothing. */
struct amounts {
    const uv_handle_t *handle;
    const char *verb;
    size_t size;
    size_t options[AMOUNTS];
    size_t count;
};

static void name_amount(const void *self, size_t value, char *text, size_t size)
{
    const struct amounts *amounts = self;
    char where[ADDRESSES_TEXT_SIZE];

    snprintf(text, size, "%zu of %zu bytes %s at %s", amounts->options[value], amounts->size,
             amounts->verb, io_text(amounts->handle, where, sizeof where));
}

size_t order_amount(const char *label, const char *verb, const uv_handle_t *handle, size_t size,
                    unsigned may)
{
    struct amounts amounts = {.handle = handle, .verb = verb, .size = size};
    struct alternatives alternatives = {.anchor = name_amount, .self = &amounts};

    if (!order_is_open() || size == 0)
        return size;
    amounts.options[amounts.count++] = size;
    if ((may & ORDER_PART) != 0 && size > 1)
        amounts.options[amounts.count++] = 1;
    if ((may & ORDER_PART) != 0 && size > 3)
        amounts.options[amounts.count++] = size / 2;
    if ((may & ORDER_NONE) != 0)
        amounts.options[amounts.count++] = 0;
    return amounts.options[world_choose(world_current(), label, amounts.count, &alternatives)];
}

/* ---- in words ---- */

void handle_text(const uv_handle_t *handle, char *text, size_t size)
{
    snprintf(text, size, "%s %d", uv_handle_type_name(handle->type), handle->u.fd);
}

void name_handle(struct list *link, char *text, size_t size)
{
    handle_text(container_of(link, uv_handle_t, handle_queue), text, size);
}

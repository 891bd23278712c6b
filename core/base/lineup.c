/*
 * lineup.c - see lineup.h.
 */
#include "base/lineup.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* Items stand in the middle of their memory, so that both ends have room. */
static void make_room(struct lineup *lineup)
{
    size_t capacity = lineup->count * 3 + 24;
    void **memory = must_alloc(capacity * sizeof(void *));
    void **items = memory + lineup->count + 8;

    if (lineup->count > 0)
        memcpy(items, lineup->items, lineup->count * sizeof(void *));
    free(lineup->memory);
    lineup->memory = memory;
    lineup->items = items;
    lineup->capacity = capacity;
}

void lineup_empty(struct lineup *lineup)
{
    lineup->count = 0;
    if (lineup->memory != NULL)
        lineup->items = lineup->memory + lineup->capacity / 3;
}

void lineup_add(struct lineup *lineup, void *item)
{
    if (lineup->memory == NULL ||
        lineup->items + lineup->count == lineup->memory + lineup->capacity)
        make_room(lineup);
    lineup->items[lineup->count++] = item;
}

void lineup_add_first(struct lineup *lineup, void *item)
{
    if (lineup->items == lineup->memory)
        make_room(lineup);
    *--lineup->items = item;
    lineup->count++;
}

/* Those on the shorter side of the gap close it. */
void *lineup_take(struct lineup *lineup, size_t i)
{
    void **items = lineup->items, *item = items[i];
    size_t behind = --lineup->count - i;

    if (i < behind) {
        memmove(items + 1, items, i * sizeof(void *));
        lineup->items++;
    } else {
        memmove(items + i, items + i + 1, behind * sizeof(void *));
    }
    return item;
}

void lineup_drop(struct lineup *lineup, const void *item)
{
    for (size_t i = 0; i < lineup->count; i++) {
        if (lineup->items[i] == item) {
            lineup_take(lineup, i);
            return;
        }
    }
}

void lineup_clear(struct lineup *lineup)
{
    free(lineup->memory);
    *lineup = (struct lineup){0};
}

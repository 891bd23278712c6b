/*
 * lineup.c - see lineup.h.
 */
#include "base/lineup.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static void make_room(struct lineup *lineup)
{
    if (lineup->count < lineup->capacity)
        return;
    lineup->capacity = lineup->capacity != 0 ? lineup->capacity * 2 : 32;
    lineup->items = must_resize(lineup->items, lineup->capacity * sizeof(void *));
}

void lineup_add(struct lineup *lineup, void *item)
{
    make_room(lineup);
    lineup->items[lineup->count++] = item;
}

void lineup_add_first(struct lineup *lineup, void *item)
{
    make_room(lineup);
    memmove(lineup->items + 1, lineup->items, lineup->count++ * sizeof(void *));
    lineup->items[0] = item;
}

void *lineup_take(struct lineup *lineup, size_t i)
{
    void *item = lineup->items[i];

    memmove(lineup->items + i, lineup->items + i + 1, (--lineup->count - i) * sizeof(void *));
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
    free(lineup->items);
    *lineup = (struct lineup){0};
}

/*
 * anchor.c - see anchor.h.
 */
#include "world/anchor.h"

#include <string.h>

#include "base/hash.h"
#include "world/chance.h"

/* No words of an option: what is beyond the options that are told apart. */
static const char beyond[] = "\001";

void anchors_reset(struct anchors *anchors)
{
    map_empty(&anchors->turns);
    anchors->turn = 0;
    anchors->over = true;
}

void anchors_free(struct anchors *anchors)
{
    map_free(&anchors->turns);
    map_free(&anchors->texts);
}

static uint64_t hash_number(uint64_t hash, uint32_t number)
{
    return hash_bytes(hash, &number, sizeof number);
}

/* Keys of maps are not MAP_NONE. */
static uint64_t key_of(uint64_t hash)
{
    return hash != MAP_NONE ? hash : 0;
}

/* How many texts read like this one, of those before it in this choice. */
static uint32_t count_twins(struct map *texts, const char *text)
{
    uint64_t key = key_of(hash_text(HASH_START, text));
    size_t before = map_get(texts, key);

    before = before != MAP_NONE ? before : 0;
    map_set(texts, key, before + 1);
    return (uint32_t)before;
}

/* In how many turns the pair was met, with this one. */
static uint32_t count_turns(struct anchors *anchors, uint64_t pair)
{
    size_t seen = map_get(&anchors->turns, key_of(pair));
    uint32_t count = seen != MAP_NONE ? (uint32_t)(seen >> 32) : 0;

    if (seen == MAP_NONE || (uint32_t)seen != anchors->turn)
        map_set(&anchors->turns, key_of(pair), (size_t)++count << 32 | anchors->turn);
    return count;
}

/* He whose turn it is has the words that `front` is of. */
static void begin_turn(struct anchors *anchors, uint64_t front)
{
    if (anchors->over || front != anchors->front)
        anchors->turn++;
    anchors->front = front;
    anchors->over = false;
}

void anchors_look(struct anchors *anchors, const struct choice *choice)
{
    uint64_t start;
    char text[ANCHOR_SIZE];

    anchors->count = choice->bound < ANCHOR_OPTIONS_MAX ? choice->bound : ANCHOR_OPTIONS_MAX;
    map_empty(&anchors->texts);
    choice_words(choice, 0, text, sizeof text);
    count_twins(&anchors->texts, text);
    start = hash_text(hash_text(HASH_START, choice->label), text);
    begin_turn(anchors, start);
    for (size_t i = 1; i < anchors->count; i++) {
        struct anchor *option = &anchors->options[i];

        choice_words(choice, i, text, sizeof text);
        option->twin = count_twins(&anchors->texts, text);
        option->pair = hash_number(hash_text(start, text), option->twin);
        option->nth = count_turns(anchors, option->pair);
    }
    if (anchors->count < choice->bound) {
        anchors->far.pair = hash_text(start, beyond);
        anchors->far.nth = count_turns(anchors, anchors->far.pair);
    }
}

void anchors_take(struct anchors *anchors, size_t i)
{
    anchors->over = i == 0;
}

static const struct anchor *option_at(const struct anchors *anchors, size_t i)
{
    return i < ANCHOR_OPTIONS_MAX ? &anchors->options[i] : &anchors->far;
}

uint64_t anchors_key(const struct anchors *anchors, size_t i)
{
    const struct anchor *option = option_at(anchors, i);

    return key_of(hash_number(option->pair, option->nth));
}

uint64_t anchor_key(const struct tape_entry *entry)
{
    bool far = entry->value >= ANCHOR_OPTIONS_MAX;
    uint64_t hash = hash_text(hash_text(HASH_START, entry->label), entry->before);

    hash = hash_text(hash, far ? beyond : entry->anchor);
    if (!far)
        hash = hash_number(hash, entry->twin);
    return key_of(hash_number(hash, entry->nth));
}

void anchors_name(const struct anchors *anchors, struct tape_entry *entry)
{
    const struct anchor *option = option_at(anchors, entry->value);

    entry->twin = option->twin;
    entry->nth = option->nth;
}

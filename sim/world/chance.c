/*
 * chance.c - see chance.h. Chance is drawn here and nowhere else.
 */
#include "world/chance.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/check.h"

static const char *const family_names[] = {
#define X(name, open, text) #name,
    CHANCE_FAMILIES(X)
#undef X
};

enum chance_family chance_family(const char *label)
{
    size_t length = strcspn(label, ".");

    for (size_t i = 0; i < FAMILY_COUNT; i++) {
        if (strlen(family_names[i]) == length && memcmp(family_names[i], label, length) == 0)
            return (enum chance_family)i;
    }
    return FAMILY_COUNT;
}

const char *chance_family_name(enum chance_family family)
{
    return family_names[family];
}

unsigned chance_open_default(void)
{
    return 0
#define X(name, open, text) | (unsigned)(open) << FAMILY_##name
        CHANCE_FAMILIES(X)
#undef X
            ;
}

static void make_room(struct tape *tape)
{
    if (tape->count < tape->capacity)
        return;
    tape->capacity = tape->capacity != 0 ? tape->capacity * 2 : 16;
    tape->entries = must_resize(tape->entries, tape->capacity * sizeof *tape->entries);
}

void tape_add(struct tape *tape, const char *label, uint32_t value, uint32_t bound,
              const char *anchor)
{
    make_room(tape);
    tape->entries[tape->count++] = (struct tape_entry){texts_keep(&tape->texts, label), value,
                                                       bound, texts_keep(&tape->texts, anchor)};
}

void tape_cut(struct tape *tape, size_t count)
{
    if (tape->count > count)
        tape->count = count;
    if (count == 0)
        texts_reset(&tape->texts);
}

void tape_copy(struct tape *to, const struct tape *from)
{
    tape_cut(to, 0);
    for (size_t i = 0; i < from->count; i++) {
        const struct tape_entry *entry = &from->entries[i];

        tape_add(to, entry->label, entry->value, entry->bound, entry->anchor);
    }
}

void tape_clear(struct tape *tape)
{
    texts_free(&tape->texts);
    free(tape->entries);
    *tape = (struct tape){0};
}

void chance_init(struct chance *chance)
{
    *chance = (struct chance){.source = CHANCE_FIFO, .open = chance_open_default()};
}

void chance_from_seed(struct chance *chance, uint64_t seed)
{
    chance->source = CHANCE_SEED;
    chance->seed = seed;
    chance_rewind(chance);
}

void chance_from_tape(struct chance *chance, const struct tape *script)
{
    chance->source = CHANCE_TAPE;
    chance->script = script;
    chance_rewind(chance);
}

void chance_from_bytes(struct chance *chance, const uint8_t *bytes, size_t count)
{
    chance->source = CHANCE_BYTES;
    chance->bytes = bytes;
    chance->byte_count = count;
    chance_rewind(chance);
}

void chance_from_decider(struct chance *chance, struct chance_decider decider)
{
    chance->source = CHANCE_DECIDER;
    chance->decider = decider;
    chance_rewind(chance);
}

uint64_t chance_draw(uint64_t *stream)
{
    uint64_t z = *stream += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

void chance_rewind(struct chance *chance)
{
    tape_cut(&chance->record, 0);
    chance->byte_at = 0;
    chance->followed = 0;
    chance->matched = 0;
    for (size_t i = 0; i < FAMILY_COUNT; i++) {
        /* Starting points that are far apart: splitmix64 steps by a constant, so points that
         * differ by a multiple of it would give one stream, shifted. */
        uint64_t family = i + 1;

        chance->streams[i] = chance->seed ^ chance_draw(&family);
        chance->cursors[i] = 0;
    }
}

bool chance_is_open(const struct chance *chance, const char *label)
{
    return (chance->open & 1u << chance_family(label)) != 0;
}

void chance_clear(struct chance *chance)
{
    tape_clear(&chance->record);
}

/* The next entry of the family in the script, or NULL. */
static const struct tape_entry *next_of(struct chance *chance, enum chance_family family)
{
    while (chance->cursors[family] < chance->script->count) {
        const struct tape_entry *entry = &chance->script->entries[chance->cursors[family]++];

        if (chance_family(entry->label) == family)
            return entry;
    }
    return NULL;
}

static size_t from_source(struct chance *chance, enum chance_family family,
                          const struct choice *choice, const struct tape_entry **entry)
{
    size_t bound = choice->bound, value;

    *entry = NULL;
    switch (chance->source) {
    case CHANCE_FIFO:
        return 0;
    case CHANCE_SEED:
        return chance_below(&chance->streams[family], bound);
    case CHANCE_BYTES:
        return chance->byte_at < chance->byte_count ? chance->bytes[chance->byte_at++] % bound : 0;
    case CHANCE_TAPE:
        *entry = next_of(chance, family);
        return *entry != NULL ? (*entry)->value % bound : 0;
    case CHANCE_DECIDER:
        value = chance->decider.decide(chance->decider.self, choice);
        CHECK(value < bound);
        return value;
    }
    return 0;
}

/* Count how well the script still fits what happens. */
static void compare(struct chance *chance, const struct tape_entry *entry, const char *label,
                    size_t bound, const char *anchor)
{
    chance->followed++;
    if (strcmp(entry->label, label) == 0 && entry->bound == bound &&
        strcmp(entry->anchor, anchor) == 0)
        chance->matched++;
}

/* The family of `label`; the same label comes time and again. */
static enum chance_family family_of(struct chance *chance, const char *label)
{
    if (label != chance->last_label) {
        chance->last_label = label;
        chance->last_family = chance_family(label);
    }
    return chance->last_family;
}

/* As tape_add(), for a label that lasts. */
static void record(struct tape *tape, const char *label, size_t value, size_t bound,
                   const char *anchor)
{
    make_room(tape);
    tape->entries[tape->count++] = (struct tape_entry){label, (uint32_t)value, (uint32_t)bound,
                                                       texts_keep(&tape->texts, anchor)};
}

size_t choose(struct chance *chance, const char *label, size_t bound,
              const struct alternatives *alternatives)
{
    enum chance_family family = family_of(chance, label);
    const struct tape_entry *entry;
    char text[160] = "";
    size_t value;

    CHECK(family != FAMILY_COUNT && bound >= 1 && bound <= UINT32_MAX);
    if (bound == 1 || (chance->open & 1u << family) == 0)
        return 0;
    value = from_source(chance, family, &(struct choice){label, bound, alternatives}, &entry);
    if (!chance->wordless && alternatives != NULL && alternatives->anchor != NULL)
        alternatives->anchor(alternatives->self, value, text, sizeof text);
    if (entry != NULL)
        compare(chance, entry, label, bound, text);
    record(&chance->record, label, value, bound, text);
    return value;
}

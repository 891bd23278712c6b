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

/* Whether `label` is of the family `name`, of `length`: "timer", "timer.order". */
static inline bool is_of(const char *label, const char *name, size_t length)
{
    return label[0] == name[0] && strncmp(label, name, length) == 0 &&
           (label[length] == '.' || label[length] == '\0');
}

enum chance_family chance_family(const char *label)
{
#define X(name, open, text)                    \
    if (is_of(label, #name, sizeof #name - 1)) \
        return FAMILY_##name;
    CHANCE_FAMILIES(X)
#undef X
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

static struct tape_entry *make_entry(struct tape *tape)
{
    tape->entries =
        must_room(tape->entries, &tape->capacity, tape->count + 1, sizeof *tape->entries);
    return &tape->entries[tape->count++];
}

/* As tape_append(), for a label that lasts. */
static struct tape_entry *append(struct tape *tape, const struct tape_entry *entry)
{
    struct tape_entry *copy = make_entry(tape);

    *copy = *entry;
    copy->anchor = texts_keep(&tape->texts, entry->anchor);
    copy->before = texts_keep(&tape->texts, entry->before);
    copy->place = texts_keep(&tape->texts, entry->place);
    copy->before_place = texts_keep(&tape->texts, entry->before_place);
    return copy;
}

void tape_append(struct tape *tape, const struct tape_entry *entry)
{
    append(tape, entry)->label = texts_keep(&tape->texts, entry->label);
}

void tape_add(struct tape *tape, const char *label, uint32_t value, uint32_t bound,
              const char *anchor)
{
    tape_append(tape, &(struct tape_entry){
                          .label = label, .value = value, .bound = bound, .anchor = anchor});
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
    for (size_t i = 0; i < from->count; i++)
        tape_append(to, &from->entries[i]);
}

size_t tape_steps(const struct tape *tape)
{
    size_t count = 0;

    for (size_t i = 0; i < tape->count; i++)
        count += tape->entries[i].value != 0;
    return count;
}

void tape_departures(struct tape *to, const struct tape *from)
{
    tape_cut(to, 0);
    for (size_t i = 0; i < from->count; i++) {
        if (from->entries[i].value != 0)
            tape_append(to, &from->entries[i]);
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

void chance_from_departures(struct chance *chance, const struct tape *script)
{
    chance->source = CHANCE_DEPARTURES;
    chance->script = script;
    chance->wanted_next =
        must_resize(chance->wanted_next, (script->count + 1) * sizeof *chance->wanted_next);
    chance_rewind(chance);
}

/* Every departure of the script is still to come. */
static void want_all(struct chance *chance)
{
    map_empty(&chance->wanted);
    for (size_t i = chance->script->count; i-- > 0;) {
        const struct tape_entry *entry = &chance->script->entries[i];
        uint64_t key;

        if (entry->value == 0 || entry->before == NULL)
            continue;
        key = anchor_key(entry);
        chance->wanted_next[i] = map_get(&chance->wanted, key);
        map_set(&chance->wanted, key, i);
    }
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
    anchors_reset(&chance->anchors);
    if (chance->source == CHANCE_DEPARTURES)
        want_all(chance);
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

void chance_clear(struct chance *chance)
{
    tape_clear(&chance->record);
    anchors_free(&chance->anchors);
    map_free(&chance->wanted);
    free(chance->wanted_next);
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

/* A departure of the script is made: the next of its key is then still to come. */
static void make_departure(struct chance *chance, uint64_t key, size_t at)
{
    if (chance->wanted_next[at] != MAP_NONE)
        map_set(&chance->wanted, key, chance->wanted_next[at]);
    else
        map_remove(&chance->wanted, key);
    chance->followed++;
    chance->matched++;
}

/* The option to which the first departure of the script that is possible here leads, or 0. */
static size_t departure(struct chance *chance, size_t bound)
{
    size_t last = bound > ANCHOR_OPTIONS_MAX ? ANCHOR_OPTIONS_MAX : bound - 1;
    size_t first = MAP_NONE, option = 0;

    for (size_t i = 1; i <= last; i++) {
        size_t at = map_get(&chance->wanted, anchors_key(&chance->anchors, i));

        if (at < first) {
            first = at;
            option = i;
        }
    }
    if (option == 0)
        return 0;
    make_departure(chance, anchors_key(&chance->anchors, option), first);
    return option < ANCHOR_OPTIONS_MAX ? option : chance->script->entries[first].value % bound;
}

static size_t from_source(struct chance *chance, const struct choice *choice,
                          const struct tape_entry **entry)
{
    enum chance_family family = choice->family;
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
    case CHANCE_DEPARTURES:
        return departure(chance, bound);
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

void choice_words(const struct choice *choice, size_t i, char *text, size_t size)
{
    text[0] = '\0';
    if (choice->alternatives != NULL && choice->alternatives->anchor != NULL)
        choice->alternatives->anchor(choice->alternatives->self, i, text, size);
}

/* The words of option `i`, and its place. Returns: the words. */
static const char *describe(const struct choice *choice, size_t i, char *text, const char **place)
{
    choice_words(choice, i, text, ANCHOR_SIZE);
    *place = choice_has_operations(choice) ? choice_operation(choice, i).place : NULL;
    return text;
}

/* Put what was decided on the record, where there is no time for words. */
static const struct tape_entry *record_wordless(struct chance *chance, const struct choice *choice,
                                                size_t value)
{
    struct tape_entry *made = make_entry(&chance->record);

    *made = (struct tape_entry){.label = choice->label,
                                .value = (uint32_t)value,
                                .bound = (uint32_t)choice->bound,
                                .anchor = ""};
    return made;
}

/* Likewise, in words. */
static const struct tape_entry *record_words(struct chance *chance, const struct choice *choice,
                                             size_t value)
{
    struct tape_entry entry = {.label = choice->label,
                               .value = (uint32_t)value,
                               .bound = (uint32_t)choice->bound};
    char anchor[ANCHOR_SIZE], before[ANCHOR_SIZE];

    entry.anchor = describe(choice, value, anchor, &entry.place);
    if (value != 0) {
        entry.before = describe(choice, 0, before, &entry.before_place);
        anchors_name(&chance->anchors, &entry);
    }
    return append(&chance->record, &entry);
}

/* There is but one option. */
static void show(struct chance *chance, const struct choice *choice)
{
    if (chance->source == CHANCE_DECIDER && choice_has_operations(choice))
        CHECK(chance->decider.decide(chance->decider.self, choice) == 0);
}

/* In production order nothing departs, and without words nobody is told. */
static bool needs_anchors(const struct chance *chance)
{
    if (chance->source == CHANCE_DEPARTURES)
        return true;
    return !chance->wordless && chance->source != CHANCE_FIFO;
}

static size_t first_alike(const struct choice *choice, size_t value)
{
    const struct alternatives *alternatives = choice->alternatives;

    return alternatives == NULL || alternatives->alike == NULL
               ? value
               : alternatives->alike(alternatives->self, value);
}

size_t choose(struct chance *chance, const char *label, size_t bound,
              const struct alternatives *alternatives)
{
    enum chance_family family = family_of(chance, label);
    struct choice choice = {label, family, bound, alternatives};
    const struct tape_entry *script, *taken;
    size_t value;

    CHECK(family != FAMILY_COUNT && bound >= 1 && bound <= UINT32_MAX);
    if ((chance->open & 1u << family) == 0)
        return 0;
    if (bound == 1) {
        show(chance, &choice);
        return 0;
    }
    if (needs_anchors(chance))
        anchors_look(&chance->anchors, &choice);
    value = first_alike(&choice, from_source(chance, &choice, &script));
    taken = chance->wordless ? record_wordless(chance, &choice, value)
                             : record_words(chance, &choice, value);
    anchors_take(&chance->anchors, value);
    if (script != NULL)
        compare(chance, script, label, bound, taken->anchor);
    return value;
}

/*
 * chance.h - the one door for chance: choose().
 *
 * Every decision of the simulated world is one entry of a tape: label, value, bound, and an anchor
 * that says in words what was chosen. A seed, a tape, or a fuzzer's bytes are ways to write one;
 * without any of them every decision is 0, which is production order ("fifo").
 *
 * Labels belong to families ("timer.order" to "timer"). Each family has its own stream, so that one
 * more draw in one place does not reshuffle the others. A family that is not open is not a
 * decision: its value is 0 and nothing is recorded.
 */
#ifndef RONDO_WORLD_CHANCE_H
#define RONDO_WORLD_CHANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Families: name, whether open by default, what it decides. */
#define CHANCE_FAMILIES(X)                                                                 \
    X(timer, 1, "timers of a process due at one instant: order, and together or apart")    \
    X(sched, 0, "which ready callback runs next; production order is first in, first out") \
    X(process, 1, "which runnable process runs next")                                      \
    X(thread, 0, "which runnable thread of a process runs next; production order: as it became so")

enum chance_family {
#define X(name, open, text) FAMILY_##name,
    CHANCE_FAMILIES(X)
#undef X
        FAMILY_COUNT
};

/* The family of `label`, or FAMILY_COUNT. */
enum chance_family chance_family(const char *label);

/* The name of a family. */
const char *chance_family_name(enum chance_family family);

/* The families that are open by default, as a set of bits 1 << family. */
unsigned chance_open_default(void);

struct tape_entry {
    char *label;
    uint32_t value;
    uint32_t bound; /* at least 2 */
    char *anchor;   /* what was chosen, for people and for re-alignment: "t1 (sleep)" */
};

/* A list of decisions. All zero is an empty one. */
struct tape {
    struct tape_entry *entries;
    size_t count;
    size_t capacity;
};

/* Append a decision; texts are copied. */
void tape_add(struct tape *tape, const char *label, uint32_t value, uint32_t bound,
              const char *anchor);

/* Cut to the first `count` entries. */
void tape_cut(struct tape *tape, size_t count);

/* Replace `to` by a copy of `from`. */
void tape_copy(struct tape *to, const struct tape *from);

/* Free what `tape` holds; it is empty afterwards. */
void tape_clear(struct tape *tape);

enum chance_source { CHANCE_FIFO, CHANCE_SEED, CHANCE_TAPE, CHANCE_BYTES };

struct chance {
    enum chance_source source;
    unsigned open; /* families, as bits */
    uint64_t seed;
    uint64_t streams[FAMILY_COUNT];
    const struct tape *script; /* CHANCE_TAPE */
    size_t cursors[FAMILY_COUNT];
    const uint8_t *bytes; /* CHANCE_BYTES: any bytes are some tape */
    size_t byte_count;
    size_t byte_at;
    size_t followed; /* decisions taken from the script */
    size_t matched;  /* of those, label, bound and anchor were as recorded */
    struct tape record;
};

/* Decide everything as production would, families as by default. */
void chance_init(struct chance *chance);

/* Draw from `seed`. */
void chance_from_seed(struct chance *chance, uint64_t seed);

/* Follow `script`, then 0. Owns nothing: it must outlive the run. */
void chance_from_tape(struct chance *chance, const struct tape *script);

/* Take `bytes` one by one, then 0. Owns nothing. A total function: any bytes will do. */
void chance_from_bytes(struct chance *chance, const uint8_t *bytes, size_t count);

/* Begin another run from the same source; the record is emptied. */
void chance_rewind(struct chance *chance);

/* Whether choices of `label` are decisions here. */
bool chance_is_open(const struct chance *chance, const char *label);

/* Free what `chance` holds. */
void chance_clear(struct chance *chance);

/* Decide: a number below `bound`, which is at least 1. `anchor(self, value, text, size)` writes in
 * words what `value` stands for; it may be NULL. */
typedef void (*chance_anchor)(const void *self, size_t value, char *text, size_t size);
size_t choose(struct chance *chance, const char *label, size_t bound, chance_anchor anchor,
              const void *self);

#endif

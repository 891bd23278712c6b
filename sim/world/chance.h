/*
 * chance.h - the one door for chance: choose().
 *
 * Every decision of the simulated world is one entry of a tape: label, value, bound, and an anchor
 * that says in words what was chosen. A seed, a tape, or a fuzzer's bytes are ways to write one;
 * without any of them every decision is 0, which is production order ("fifo"). A strategy
 * (strategy/) is a fourth: it sees what each option would do, and answers. A tape is followed
 * decision by decision where the program is the one that wrote it, and departure by departure where
 * it may have been edited since.
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

#include "base/texts.h"
#include "world/anchor.h"

/* Families: name, whether open by default, what it decides. */
#define CHANCE_FAMILIES(X)                                                                         \
    X(timer, 1, "timers of a process due at one instant: order, and together or apart")            \
    X(sched, 0, "which ready callback runs next; production order is first in, first out")         \
    X(process, 1, "which runnable process runs next")                                              \
    X(thread, 0,                                                                                   \
      "which runnable thread of a process runs next; production order: as it became so")           \
    X(alloc, 0, "whether an allocation of the program's fails, of which a few in a run may")       \
    X(net, 0,                                                                                      \
      "latency, loss, copies of packets, where streams are cut, which of two ready is told first") \
    X(weather, 0, "whom declared weather meets, when, for how long, and whether at all")           \
    X(random, 0, "with which random numbers a process begins")                                     \
    X(uv, 0, "what libuv's documentation leaves open, and libuv happens to do in one way")

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
    const char *label;
    uint32_t value;
    uint32_t bound;     /* at least 2 */
    const char *anchor; /* what was chosen: "t1 (sleep)" */
    /* Of a departure, whose value is not 0 (anchor.h): */
    const char *before; /* whose turn it was, in the same words; else NULL */
    uint32_t twin;      /* which of the options that read like `anchor`, from 0 */
    uint32_t nth;       /* of the turns in which it could have been so, from 1; 0: nobody counted */
    const char *place;  /* "file.c:31", where what was chosen stands, or NULL */
    const char *before_place;
};

/* A list of decisions. All zero is an empty one. Its texts live until it is cut to nothing. */
struct tape {
    struct tape_entry *entries;
    size_t count;
    size_t capacity;
    struct texts texts;
};

/* Append a decision; texts are copied. */
void tape_add(struct tape *tape, const char *label, uint32_t value, uint32_t bound,
              const char *anchor);
void tape_append(struct tape *tape, const struct tape_entry *entry);

/* Cut to the first `count` entries. */
void tape_cut(struct tape *tape, size_t count);

/* Replace `to` by a copy of `from`. */
void tape_copy(struct tape *to, const struct tape *from);

/* How many decisions of `tape` are departures from production order: not 0. */
size_t tape_steps(const struct tape *tape);

/* Replace `to` by the departures of `from`. */
void tape_departures(struct tape *to, const struct tape *from);

/* Free what `tape` holds; it is empty afterwards. */
void tape_clear(struct tape *tape);

/* What an option would do if it were chosen: the operation that is pending. */
struct operation {
    uint64_t id;      /* as long as it is pending, no other has the same; another in each run */
    uint64_t who;     /* a task: the same number for one task as long as a run lasts; 0: none */
    const char *what; /* "start", "lock", "sleep": goes on from there; "read", "write" ... */
    uint64_t object;  /* what it goes on from or is about to use, likewise; 0: nothing shared */
    bool point;  /* about to use it (core's point.h), and nothing else before the next choice */
    bool writes; /* a point that may change it */
    const char *name;  /* what a point calls it, or NULL */
    const char *place; /* "file.c:31", or NULL */
};

/* What a decision is about. Any function may be NULL. */
struct alternatives {
    /* Write in words what `value` stands for. */
    void (*anchor)(const void *self, size_t value, char *text, size_t size);
    /* What option `i` would do; asked in rising order of `i` it costs least. NULL: the options are
     * not operations. */
    void (*operation)(const void *self, size_t i, struct operation *operation);
    /* The first option that means what `value` means, which is then what was decided: where many
     * are alike, as the draws by which a packet is not lost. NULL: none are. */
    size_t (*alike)(const void *self, size_t value);
    const void *self;
};

/* A decision that is asked for. */
struct choice {
    const char *label;
    enum chance_family family;               /* that it is of */
    size_t bound;                            /* at least 2, but for deciders, see there */
    const struct alternatives *alternatives; /* or NULL */
};

/* Write in words what option `i` of `choice` stands for; "" if there are none. */
void choice_words(const struct choice *choice, size_t i, char *text, size_t size);

/* Whether the options of `choice` are operations. */
static inline bool choice_has_operations(const struct choice *choice)
{
    return choice->alternatives != NULL && choice->alternatives->operation != NULL;
}

/* What option `i` of it would do. Requires: its options are operations. */
static inline struct operation choice_operation(const struct choice *choice, size_t i)
{
    struct operation operation;

    choice->alternatives->operation(choice->alternatives->self, i, &operation);
    return operation;
}

/* Who decides in place of a seed or a tape. Returns: a number below choice->bound. Where options
 * are operations, a decider is also shown a single one, so that it sees every operation before it
 * is done; that is no decision, and no entry of the tape. */
struct chance_decider {
    size_t (*decide)(void *self, const struct choice *choice);
    void *self;
};

enum chance_source {
    CHANCE_FIFO,
    CHANCE_SEED,
    CHANCE_TAPE,
    CHANCE_DEPARTURES,
    CHANCE_BYTES,
    CHANCE_DECIDER
};

struct chance {
    enum chance_source source;
    bool wordless;          /* the record has no anchors, which take time to write */
    unsigned open;          /* families, as bits */
    const char *last_label; /* that was asked for, and its family */
    enum chance_family last_family;
    uint64_t seed;
    uint64_t streams[FAMILY_COUNT];
    const struct tape *script;    /* CHANCE_TAPE, CHANCE_DEPARTURES */
    size_t cursors[FAMILY_COUNT]; /* CHANCE_TAPE */
    struct map wanted;            /* CHANCE_DEPARTURES: the first that is still to come, by keys */
    size_t *wanted_next;          /* and for each the next of its key, or MAP_NONE */
    struct anchors anchors;
    const uint8_t *bytes; /* CHANCE_BYTES: any bytes are some tape */
    size_t byte_count;
    size_t byte_at;
    struct chance_decider decider; /* CHANCE_DECIDER */
    size_t followed;               /* decisions taken from the script */
    size_t matched;                /* of those, label, bound and anchor were as recorded */
    struct tape record;
};

/* Decide everything as production would, families as by default. */
void chance_init(struct chance *chance);

/* Draw from `seed`. */
void chance_from_seed(struct chance *chance, uint64_t seed);

/* Follow `script`, then 0. Owns nothing: it must outlive the run. */
void chance_from_tape(struct chance *chance, const struct tape *script);

/* Follow the departures of `script`, each where its anchor says, and production order elsewhere: a
 * program that was edited since is led the same way, as far as that is still there. In a program
 * that was not this is the run that was recorded. Owns nothing, as above. */
void chance_from_departures(struct chance *chance, const struct tape *script);

/* Take `bytes` one by one, then 0. Owns nothing. A total function: any bytes will do. */
void chance_from_bytes(struct chance *chance, const uint8_t *bytes, size_t count);

/* Ask `decider`. Owns nothing. */
void chance_from_decider(struct chance *chance, struct chance_decider decider);

/* Begin another run from the same source; the record is emptied. */
void chance_rewind(struct chance *chance);

/* Whether choices of `family` are decisions here. */
static inline bool chance_is_open(const struct chance *chance, enum chance_family family)
{
    return (chance->open & 1u << family) != 0;
}

/* Free what `chance` holds. */
void chance_clear(struct chance *chance);

/* Decide: a number below `bound`, which is at least 1. `label` (borrowed) lasts as long as the
 * record; `alternatives` may be NULL. */
size_t choose(struct chance *chance, const char *label, size_t bound,
              const struct alternatives *alternatives);

/* The next number of a stream of random ones, which `*stream` is the state of: splitmix64 (Steele,
 * Lea, Flood 2014). Strategies draw from one of their own. */
uint64_t chance_draw(uint64_t *stream);

/* A number below `bound`, from the same. */
static inline size_t chance_below(uint64_t *stream, size_t bound)
{
    return (size_t)(((chance_draw(stream) >> 32) * bound) >> 32);
}

#endif

/*
 * weather_spec.h - what weather may be declared, in words and numbers: kinds, targets, times.
 *
 * It knows nothing of a world, so that who reads scenario files reads them into this: the one list
 * of kinds is here.
 */
#ifndef RONDO_WORLD_WEATHER_SPEC_H
#define RONDO_WORLD_WEATHER_SPEC_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Kinds: what they are called, what they are about, what their amount is. What they do:
 *
 * PARTITION  what either side sends the other is lost, and what would arrive meanwhile
 * ONE_WAY    likewise, of what the first side sends the second
 * CLOG       what would arrive between them arrives when it ends, in the order in which it came
 * HOLD       the same, in an order that is drawn
 * SWIZZLE    of the targets those that are drawn are clogged one by one in one order, until the
 *            middle of the time, and then set free one by one in another (FoundationDB's)
 * LOSS       a part of what is sent between them is lost
 * LATENCY    what is sent between them takes so much longer
 * RESET      connections between them are reset, at once; it takes no time
 * REFUSE     who of the second side asks the first to connect is refused
 * PAUSE      no process of the targets runs; their clocks and kernels go on (machine.h)
 * SLOW       computing takes so many times as long there
 * STEP       the civil clock shows so much more, and, if that ends, then no longer
 * DRIFT      both clocks are so much faster */
#define WEATHER_MAP(X)                         \
    X(PARTITION, "partition", SIDES, NONE)     \
    X(ONE_WAY, "partition-one-way", TWO, NONE) \
    X(CLOG, "clog", SIDES, NONE)               \
    X(HOLD, "hold", SIDES, NONE)               \
    X(SWIZZLE, "swizzle", HOSTS, NONE)         \
    X(LOSS, "loss", SIDES, RATIO)              \
    X(LATENCY, "latency", SIDES, TIME)         \
    X(RESET, "reset", SIDES, NONE)             \
    X(REFUSE, "refuse", SIDES, NONE)           \
    X(PAUSE, "pause", HOSTS, NONE)             \
    X(SLOW, "slow", HOSTS, TIMES)              \
    X(STEP, "clock-step", HOSTS, TIME)         \
    X(DRIFT, "clock-drift", HOSTS, PPM)

enum weather_kind {
#define X(name, word, targets, amount) WEATHER_##name,
    WEATHER_MAP(X)
#undef X
        WEATHER_KIND_COUNT
};

/* What a kind is about: hosts, by one target; two sides, of which the second is everybody else if
 * there is but one target; two sides that must both be named. */
enum weather_about { WEATHER_HOSTS, WEATHER_SIDES, WEATHER_TWO };

/* What its amount is. */
enum weather_amount {
    WEATHER_NONE,
    WEATHER_RATIO,
    WEATHER_TIME, /* nanoseconds */
    WEATHER_TIMES,
    WEATHER_PPM
};

/* What is known of a kind. */
struct weather_words {
    const char *name;
    enum weather_about about;
    enum weather_amount amount;
};

static inline const struct weather_words *weather_words(enum weather_kind kind)
{
    static const struct weather_words words[] = {
#define X(name, word, about, amount) {word, WEATHER_##about, WEATHER_##amount},
        WEATHER_MAP(X)
#undef X
    };

    return &words[kind];
}

/* The kind of that name, or WEATHER_KIND_COUNT. */
static inline enum weather_kind weather_kind(const char *name)
{
    enum weather_kind kind = 0;

    while (kind < WEATHER_KIND_COUNT && strcmp(weather_words(kind)->name, name) != 0)
        kind++;
    return kind;
}

/* How many of those that a name stands for. */
enum target_quota {
    TARGET_ALL,
    TARGET_SOME,     /* `count`, or all if there are fewer */
    TARGET_MAJORITY, /* more than half */
    TARGET_REST      /* all that are not on the first side */
};

struct target {
    enum target_quota quota;
    size_t count;
    /* Of a host; of several, that are called "name.1" and so on; or, where no host is called so, a
     * role that processes say they have. Borrowed. NULL: every host there is. */
    const char *name;
};

/* So many of so many. */
struct ratio {
    uint32_t part;
    uint32_t whole; /* 0: never */
};

/* A duration without an end. */
#define WEATHER_LASTS INT64_MAX

/* A time, or one between it and `more_ns` later, drawn. */
struct weather_span {
    int64_t ns;
    int64_t more_ns;
};

struct weather_spec {
    enum weather_kind kind;
    struct weather_span at;    /* when it begins, the first time */
    struct weather_span lasts; /* so long; WEATHER_LASTS: to the end of the world */
    int64_t every_ns;          /* and then so much later each; 0: it comes but once */
    struct target targets[2];
    size_t target_count; /* 1 or 2 */
    struct ratio loss;   /* LOSS */
    int64_t amount;      /* LATENCY, SLOW, STEP, DRIFT: in nanoseconds, times or ppm */
};

/* What became of it. */
struct weather_count {
    uint64_t begun;   /* so often it has begun */
    uint64_t nobody;  /* and so often there was nobody whom it could meet */
    uint64_t effects; /* so often something was different */
};

#endif

/*
 * weather.h - what goes wrong with hosts and wires for a while, as somebody has declared it.
 *
 * Each weather has a time at which it begins, or a period, or both; a duration; and targets, which
 * are looked up whenever it begins. What is open about it - which of several hosts, when in a span,
 * for how long, whether this time at all - is drawn as `weather`: value 0 is the first host, the
 * earliest time, the shortest duration, and that it happens. How often it took effect is counted:
 * something was then really different from what it would have been.
 *
 * What weather does to packets it does here, between packet_send() and their arrival; what it does
 * to hosts, machine.h does for it, and to connections, tcp.h.
 */
#ifndef RONDO_WORLD_WEATHER_H
#define RONDO_WORLD_WEATHER_H

#include "world/net.h"
#include "world/target.h"

/* Kinds: what they are called, what they say of targets, what `amount` is. Here is what they do:
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

/* The kind of that name, or WEATHER_KIND_COUNT; and what is known of one. */
enum weather_kind weather_kind(const char *name);
const char *weather_name(enum weather_kind kind);
enum weather_about weather_about(enum weather_kind kind);
enum weather_amount weather_amount(enum weather_kind kind);

/* A time, or one between it and `more_ns` later, drawn. */
struct weather_span {
    int64_t ns;
    int64_t more_ns;
};

struct weather_spec {
    enum weather_kind kind;
    struct weather_span at;    /* when it begins, the first time */
    struct weather_span lasts; /* so long; WORLD_NEVER: to the end of the world */
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

struct weather;

/* Declare weather. Requires: as many targets as its kind is about; where it comes again and again,
 * it is over before. Returns: it, owned by the world. */
struct weather *weather_add(struct world *world, const struct weather_spec *spec);

/* What has become of it so far. */
struct weather_count weather_count(const struct weather *weather);

/* ---- net.c's and segment.c's ---- */

/* Whether `packet`, which is being sent or is about to arrive, is lost. Returns: the name of what
 * it is lost in, or NULL. */
const char *weather_loses(const struct packet *packet, bool sent);

/* How much longer `packet`, which is being sent, takes. */
int64_t weather_delays(const struct packet *packet);

/* Whether `packet`, which is about to arrive, is kept back; it is then the weather's until
 * packet_arrive_now(). Returns: the name of what it waits for the end of, or NULL. */
const char *weather_keeps(struct packet *packet);

/* Whether who asks to connect is refused. */
bool weather_refuses(const struct host *from, const struct host *to);

/* Free what was declared; world_close()'s. */
void weather_free(struct world *world);

#endif

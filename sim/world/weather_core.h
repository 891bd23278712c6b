/*
 * weather_core.h - weather as weather.c and weather_wires.c share it. Not for anybody else.
 */
#ifndef RONDO_WORLD_WEATHER_CORE_H
#define RONDO_WORLD_WEATHER_CORE_H

#include "world/target.h"
#include "world/weather.h"

#define WHAT_SIZE 120

struct weather {
    struct list link;   /* in world.weather */
    struct list active; /* in world.weather_active, while it is on */
    struct world *world;
    struct weather_spec spec;
    char what[WHAT_SIZE]; /* in words: "pause one of client" */
    int64_t next_ns;      /* when it is to begin next, or a drawn time after */
    struct event begin;
    struct event end; /* and, of a swizzle, each host on the way */
    struct sides sides;
    uint64_t met_before; /* when it began: met() */
    struct list kept;    /* packets */
    struct swizzle {
        struct host **order; /* whose turn it is: to be clogged, and then to be set free */
        size_t count;        /* twice the number of hosts */
        size_t at;
        int64_t begun_ns;
        int64_t length_ns;
    } swizzle;
    struct weather_count count;
};

/* Make a record of it. */
void weather_note(const struct weather *weather, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- weather_wires.c ---- */

/* Whether it may keep packets back. */
bool weather_is_keeper(enum weather_kind kind);

/* Whether it is between the two. */
bool weather_is_between(const struct weather *weather, const struct host *from,
                        const struct host *to);

/* Let go what is kept back no longer: all, if it is not on any more. */
void weather_release(struct weather *weather);

/* Draw who takes part in a swizzle, of those on the first side, and in which orders; when the turn
 * of the host at hand is; and let it have it: it is clogged, or set free. */
void swizzle_draw(struct weather *weather);
int64_t swizzle_time(const struct swizzle *swizzle);
void swizzle_turn(struct weather *weather);

#endif

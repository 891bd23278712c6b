/*
 * weather.c - see weather.h: when it begins and ends, and what it does meanwhile.
 */
#include "world/weather_core.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/check.h"
#include "base/seconds.h"
#include "world/tcp.h"

/* Times of a span that are told apart: enough to meet what happens in it, and few enough to be
 * tried one by one. */
#define SPAN_STEPS 16

/* Of those whom it meets, in words. */
#define WHO_SIZE 300

static bool is_of_hosts(enum weather_kind kind)
{
    return kind == WEATHER_PAUSE || kind == WEATHER_SLOW || kind == WEATHER_STEP ||
           kind == WEATHER_DRIFT;
}

static const struct host *host_at(const struct list *node)
{
    return container_of(node, struct host, link);
}

void weather_note(const struct weather *weather, const char *format, ...)
{
    char text[WHAT_SIZE + 2 * WHO_SIZE];
    va_list args;

    if (!trace_is_wanted(weather->world->trace, TRACE_WEATHER))
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    world_note(weather->world, (struct trace_record){.kind = TRACE_WEATHER, .text = text});
}

/* ---- what it does to hosts ---- */

/* How much of what `kind` does to hosts has been met at `host`. */
static uint64_t met_at(enum weather_kind kind, const struct host *host)
{
    const struct disturbance *disturbance = &host->machine.disturbance;

    return kind == WEATHER_PAUSE  ? disturbance->postponed
           : kind == WEATHER_SLOW ? disturbance->slowed
           : kind == WEATHER_STEP ? disturbance->civil_reads
                                  : disturbance->clock_reads;
}

static uint64_t met(const struct weather *weather)
{
    uint64_t sum = 0;

    list_for_each(node, &weather->world->net->hosts) {
        if (sides_has(&weather->sides, host_at(node), SIDE_FIRST))
            sum += met_at(weather->spec.kind, host_at(node));
    }
    return sum;
}

static void disturb(const struct weather *weather, struct host *host)
{
    struct machine *machine = &host->machine;
    int64_t amount = weather->spec.amount;

    if (weather->spec.kind == WEATHER_PAUSE)
        machine_pause(host);
    else if (weather->spec.kind == WEATHER_SLOW)
        machine_set_slowness(host, machine->slowness * amount);
    else if (weather->spec.kind == WEATHER_STEP)
        machine->clock.offset_ns += amount;
    else
        machine_set_drift(host, machine->clock.drift_ppm + amount);
}

static void leave_alone(const struct weather *weather, struct host *host)
{
    struct machine *machine = &host->machine;
    int64_t amount = weather->spec.amount;

    if (weather->spec.kind == WEATHER_PAUSE)
        machine_resume(host);
    else if (weather->spec.kind == WEATHER_SLOW)
        machine_set_slowness(host, machine->slowness / amount);
    else if (weather->spec.kind == WEATHER_STEP)
        machine->clock.offset_ns -= amount;
    else
        machine_set_drift(host, machine->clock.drift_ppm - amount);
}

static void each_target(const struct weather *weather,
                        void (*visit)(const struct weather *weather, struct host *host))
{
    list_for_each(node, &weather->world->net->hosts) {
        struct host *host = container_of(node, struct host, link);

        if (sides_has(&weather->sides, host, SIDE_FIRST))
            visit(weather, host);
    }
}

/* ---- when ---- */

static void enter_next(struct weather *weather);

struct span_choice {
    const struct weather *weather;
    const struct weather_span *span;
    const char *how; /* "at", "for" */
    int64_t from_ns;
};

static int64_t span_at(const struct weather_span *span, size_t step)
{
    return span->ns + span->more_ns / (SPAN_STEPS - 1) * (int64_t)step;
}

static void name_span(const void *self, size_t value, char *text, size_t size)
{
    const struct span_choice *choice = self;
    int64_t ns = choice->from_ns + span_at(choice->span, value);

    snprintf(text, size, "%s %s " SECONDS, choice->weather->what, choice->how, SECONDS_OF(ns));
}

/* A time of the span, drawn. */
static int64_t draw_span(const struct span_choice *choice, const char *label)
{
    struct alternatives alternatives = {.anchor = name_span, .self = choice};
    const struct weather_span *span = choice->span;
    size_t bound = span->more_ns < SPAN_STEPS ? 1 : SPAN_STEPS;

    return span_at(span, world_choose(choice->weather->world, label, bound, &alternatives));
}

static void ends(struct weather *weather)
{
    list_remove(&weather->active);
    if (is_of_hosts(weather->spec.kind)) {
        weather->count.effects += met(weather) - weather->met_before;
        each_target(weather, leave_alone);
    }
    weather_note(weather, "%s ends", weather->what);
    weather_release(weather);
}

/* It ends, or a host of a swizzle has its turn. */
static void goes_on(struct event *event)
{
    struct weather *weather = container_of(event, struct weather, end);
    struct swizzle *swizzle = &weather->swizzle;

    if (swizzle->at == swizzle->count) {
        ends(weather);
        return;
    }
    swizzle_turn(weather);
    world_at(weather->world, event, swizzle_time(swizzle));
}

/* It is on from now on, for a time that is drawn. */
static void lasts(struct weather *weather)
{
    struct span_choice choice = {weather, &weather->spec.lasts, "for", 0};
    struct world *world = weather->world;
    int64_t length = WORLD_NEVER;

    list_push_back(&world->weather_active, &weather->active);
    if (is_of_hosts(weather->spec.kind)) {
        weather->met_before = met(weather);
        each_target(weather, disturb);
    }
    if (weather->spec.lasts.ns == WEATHER_LASTS)
        return;
    length = draw_span(&choice, "weather.length");
    weather->swizzle.begun_ns = world->now_ns;
    weather->swizzle.length_ns = length;
    if (weather->spec.kind == WEATHER_SWIZZLE)
        swizzle_draw(weather);
    world_at(world, &weather->end,
             weather->swizzle.count > 0 ? world->now_ns : world->now_ns + length);
}

static bool breaks(const void *self, const struct host *a, const struct host *b)
{
    return weather_is_between(self, a, b);
}

static void reset(struct weather *weather)
{
    weather->count.effects += tcp_break_all(weather->world->net, breaks, weather);
    net_settle(weather->world->net);
}

/* Find out whom it meets. Returns: whether there is anybody. */
static bool find_targets(struct weather *weather)
{
    const struct weather_spec *spec = &weather->spec;
    struct sides *sides = &weather->sides;
    struct world *world = weather->world;
    size_t first, second = 1;

    sides_reset(sides, world);
    first = sides_add(sides, world, SIDE_FIRST, &spec->targets[0], weather->what);
    if (spec->target_count == 2)
        second = sides_add(sides, world, SIDE_SECOND, &spec->targets[1], weather->what);
    else if (weather_words(spec->kind)->about == WEATHER_SIDES)
        second = sides_add_others(sides, world);
    return first > 0 && second > 0;
}

static void note_begin(const struct weather *weather)
{
    const struct sides *sides = &weather->sides;
    char first[WHO_SIZE], second[WHO_SIZE];

    sides_text(sides, weather->world, SIDE_FIRST, first, sizeof first);
    sides_text(sides, weather->world, SIDE_SECOND, second, sizeof second);
    weather_note(weather, "%s%s: %s%s%s", weather->what,
                 weather->spec.kind == WEATHER_RESET ? "" : " begins", first,
                 second[0] != '\0' ? " | " : "", second);
}

static void name_happening(const void *self, size_t value, char *text, size_t size)
{
    const struct weather *weather = self;

    snprintf(text, size, "%s%s at " SECONDS, value == 0 ? "" : "no ", weather->what,
             SECONDS_OF(weather->world->now_ns));
}

static void begins(struct event *event)
{
    struct weather *weather = container_of(event, struct weather, begin);
    struct alternatives alternatives = {.anchor = name_happening, .self = weather};
    uint64_t effects = weather->count.effects;

    CHECK(!list_linked(&weather->active));
    if (world_choose(weather->world, "weather.happens", 2, &alternatives) != 0) {
        ;
    } else if (!find_targets(weather)) {
        weather->count.nobody++;
        weather_note(weather, "%s: there is nobody", weather->what);
    } else {
        weather->count.begun++;
        note_begin(weather);
        if (weather->spec.kind == WEATHER_RESET)
            reset(weather);
        else
            lasts(weather);
    }
    if (weather->spec.every_ns == 0)
        return;
    weather->begin.idle = weather->count.effects == effects;
    enter_next(weather);
}

/* It begins at the next time, or so much later as is drawn. */
static void enter_next(struct weather *weather)
{
    struct weather_span later = {0, weather->spec.at.more_ns};
    struct span_choice choice = {weather, &later, "at", weather->next_ns};

    world_at(weather->world, &weather->begin,
             weather->next_ns + draw_span(&choice, "weather.when"));
    weather->next_ns += weather->spec.every_ns;
}

/* ---- from outside ---- */

static void describe(struct weather *weather)
{
    char targets[2][WHAT_SIZE / 2] = {"", ""};

    for (size_t i = 0; i < weather->spec.target_count; i++)
        target_text(&weather->spec.targets[i], targets[i], sizeof targets[i]);
    snprintf(weather->what, sizeof weather->what, "%s %s%s%s",
             weather_words(weather->spec.kind)->name, targets[0],
             weather->spec.target_count == 2 ? ", " : "", targets[1]);
}

struct weather *weather_add(struct world *world, const struct weather_spec *spec)
{
    struct weather *weather = must_alloc(sizeof *weather);

    weather->world = world;
    weather->spec = *spec;
    weather->next_ns = spec->at.ns;
    /* A reset may wake somebody. One that did not, the last time, does so only after somebody has
     * connected. */
    weather->begin = (struct event){.happen = begins, .idle = spec->kind != WEATHER_RESET};
    weather->end =
        (struct event){.happen = goes_on,
                       .idle = !weather_is_keeper(spec->kind) && spec->kind != WEATHER_PAUSE};
    list_init(&weather->kept);
    describe(weather);
    list_push_back(&world->weather, &weather->link);
    enter_next(weather);
    return weather;
}

struct weather_count weather_count(const struct weather *weather)
{
    struct weather_count count = weather->count;

    if (is_of_hosts(weather->spec.kind) && list_linked(&weather->active))
        count.effects += met(weather) - weather->met_before;
    return count;
}

void weather_free(struct world *world)
{
    list_for_each(node, &world->weather) {
        struct weather *weather = container_of(node, struct weather, link);

        free(weather->sides.of);
        free(weather->swizzle.order);
        free(weather);
    }
    list_init(&world->weather);
    list_init(&world->weather_active);
}

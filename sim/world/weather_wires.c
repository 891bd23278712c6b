/*
 * weather_wires.c - what weather does to packets, and to who asks to connect.
 */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "world/weather_core.h"

bool weather_is_keeper(enum weather_kind kind)
{
    return kind == WEATHER_CLOG || kind == WEATHER_HOLD || kind == WEATHER_SWIZZLE;
}

bool weather_is_between(const struct weather *weather, const struct host *from,
                        const struct host *to)
{
    const struct sides *sides = &weather->sides;

    if (from == to)
        return false;
    if (weather->spec.kind == WEATHER_SWIZZLE)
        return sides_has(sides, from, SIDE_SECOND) || sides_has(sides, to, SIDE_SECOND);
    if (weather->spec.kind != WEATHER_REFUSE && sides_has(sides, from, SIDE_FIRST) &&
        sides_has(sides, to, SIDE_SECOND))
        return true;
    return weather->spec.kind != WEATHER_ONE_WAY && sides_has(sides, from, SIDE_SECOND) &&
           sides_has(sides, to, SIDE_FIRST);
}

/* As in net.c: those draws that mean "lost" are the last ones. */
static bool is_lost(struct ratio loss, size_t value)
{
    return value >= loss.whole - loss.part;
}

struct losing {
    struct ratio loss;
    const struct packet *packet;
};

static void name_losing(const void *self, size_t value, char *text, size_t size)
{
    const struct losing *losing = self;
    const struct packet *packet = losing->packet;

    snprintf(text, size, "%s > %s %s%s", packet->from->name, packet->to->name, packet->what,
             is_lost(losing->loss, value) ? " lost" : "");
}

static size_t like_losing(const void *self, size_t value)
{
    struct ratio loss = ((const struct losing *)self)->loss;

    return is_lost(loss, value) ? loss.whole - loss.part : 0;
}

static bool is_of_the_lost(const struct weather *weather, const struct packet *packet)
{
    struct losing losing = {weather->spec.loss, packet};
    struct alternatives alternatives = {.anchor = name_losing,
                                        .alike = like_losing,
                                        .self = &losing};
    struct ratio loss = weather->spec.loss;

    return loss.part >= loss.whole ||
           world_choose(weather->world, "weather.loss", loss.whole, &alternatives) != 0;
}

/* Whether `weather` loses what is between its sides. */
static bool loses(const struct weather *weather, const struct packet *packet, bool sent)
{
    return weather->spec.kind == WEATHER_PARTITION || weather->spec.kind == WEATHER_ONE_WAY ||
           (weather->spec.kind == WEATHER_LOSS && sent && is_of_the_lost(weather, packet));
}

#define EACH_ACTIVE(node, host) list_for_each(node, &(host)->net->world->weather_active)

static struct weather *active_at(struct list *node)
{
    return container_of(node, struct weather, active);
}

const char *weather_loses(const struct packet *packet, bool sent)
{
    EACH_ACTIVE(node, packet->from)
    {
        struct weather *weather = active_at(node);

        if (!weather_is_between(weather, packet->from, packet->to) || !loses(weather, packet, sent))
            continue;
        weather->count.effects++;
        return weather_words(weather->spec.kind)->name;
    }
    return NULL;
}

int64_t weather_delays(const struct packet *packet)
{
    int64_t sum = 0;

    EACH_ACTIVE(node, packet->from)
    {
        struct weather *weather = active_at(node);

        if (weather->spec.kind != WEATHER_LATENCY ||
            !weather_is_between(weather, packet->from, packet->to))
            continue;
        weather->count.effects++;
        sum += weather->spec.amount;
    }
    return sum;
}

const char *weather_keeps(struct packet *packet)
{
    EACH_ACTIVE(node, packet->from)
    {
        struct weather *weather = active_at(node);

        if (!weather_is_keeper(weather->spec.kind) ||
            !weather_is_between(weather, packet->from, packet->to))
            continue;
        weather->count.effects++;
        list_push_back(&weather->kept, &packet->link);
        return weather_words(weather->spec.kind)->name;
    }
    return NULL;
}

bool weather_refuses(const struct host *from, const struct host *to)
{
    EACH_ACTIVE(node, from)
    {
        struct weather *weather = active_at(node);

        if (weather->spec.kind != WEATHER_REFUSE || !weather_is_between(weather, from, to))
            continue;
        weather->count.effects++;
        return true;
    }
    return false;
}

struct kept {
    const struct weather *weather;
    struct list *packets;
};

static struct packet *kept_at(const struct list *packets, size_t index)
{
    struct list *node = packets->next;

    while (index-- > 0)
        node = node->next;
    return container_of(node, struct packet, link);
}

static void name_kept(const void *self, size_t value, char *text, size_t size)
{
    const struct kept *kept = self;
    const struct packet *packet = kept_at(kept->packets, value);

    snprintf(text, size, "%s: %s > %s %s", kept->weather->what, packet->from->name,
             packet->to->name, packet->what);
}

/* The next of `count` that are set free. */
static struct packet *next_free(const struct weather *weather, struct list *packets, size_t count)
{
    struct kept kept = {weather, packets};
    struct alternatives alternatives = {.anchor = name_kept, .self = &kept};

    if (weather->spec.kind != WEATHER_HOLD)
        count = 1;
    return kept_at(packets, world_choose(weather->world, "weather.release", count, &alternatives));
}

void weather_release(struct weather *weather)
{
    struct list free;
    size_t count = 0;

    list_init(&free);
    list_for_each(node, &weather->kept) {
        struct packet *packet = container_of(node, struct packet, link);

        if (list_linked(&weather->active) && weather_is_between(weather, packet->from, packet->to))
            continue;
        list_remove(node);
        list_push_back(&free, node);
        count++;
    }
    for (; count > 0; count--) {
        struct packet *packet = next_free(weather, &free, count);

        list_remove(&packet->link);
        packet_arrive_now(packet);
    }
    net_settle(weather->world->net);
}

/* ---- swizzle ---- */

static void name_order(const void *self, size_t value, char *text, size_t size)
{
    const struct weather *weather = self;
    const struct swizzle *swizzle = &weather->swizzle;

    snprintf(text, size, "%s: %s next", weather->what, swizzle->order[swizzle->at + value]->name);
}

/* Bring those from `first` on, `count` of them, into an order that is drawn. */
static void draw_order(struct weather *weather, size_t first, size_t count)
{
    struct alternatives alternatives = {.anchor = name_order, .self = weather};
    struct host **order = weather->swizzle.order;

    for (size_t i = 0; i < count; i++) {
        size_t at;
        struct host *host;

        weather->swizzle.at = first + i;
        at = first + i + world_choose(weather->world, "weather.order", count - i, &alternatives);
        host = order[at];
        memmove(&order[first + i + 1], &order[first + i], (at - first - i) * sizeof(struct host *));
        order[first + i] = host;
    }
    weather->swizzle.at = 0;
}

static void name_part(const void *self, size_t value, char *text, size_t size)
{
    const struct weather *weather = self;
    const struct swizzle *swizzle = &weather->swizzle;

    snprintf(text, size, "%s: %s %s", weather->what, value == 0 ? "with" : "without",
             swizzle->order[swizzle->count]->name);
}

void swizzle_draw(struct weather *weather)
{
    struct alternatives alternatives = {.anchor = name_part, .self = weather};
    struct swizzle *swizzle = &weather->swizzle;
    struct net *net = weather->world->net;

    swizzle->order = must_resize(swizzle->order, 2 * net->host_id_last * sizeof(struct host *));
    swizzle->count = 0;
    list_for_each(node, &net->hosts) {
        struct host *host = container_of(node, struct host, link);

        if (!sides_has(&weather->sides, host, SIDE_FIRST))
            continue;
        swizzle->order[swizzle->count] = host;
        swizzle->count += world_choose(weather->world, "weather.part", 2, &alternatives) == 0;
    }
    memcpy(swizzle->order + swizzle->count, swizzle->order, swizzle->count * sizeof(struct host *));
    draw_order(weather, 0, swizzle->count);
    draw_order(weather, swizzle->count, swizzle->count);
    swizzle->count *= 2;
}

/* Half of the turns are in the first half of the time, and clog. */
int64_t swizzle_time(const struct swizzle *swizzle)
{
    return swizzle->begun_ns +
           (int64_t)((__int128)swizzle->length_ns * (int64_t)swizzle->at / (int64_t)swizzle->count);
}

void swizzle_turn(struct weather *weather)
{
    struct swizzle *swizzle = &weather->swizzle;
    bool clogs = swizzle->at < swizzle->count / 2;
    const struct host *host = swizzle->order[swizzle->at++];

    weather->sides.of[host->id] ^= SIDE_SECOND;
    weather_note(weather, "%s %s %s", weather->what, clogs ? "clogs" : "frees", host->name);
    if (!clogs)
        weather_release(weather);
}

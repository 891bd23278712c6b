/*
 * net.c - see net.h: what a packet meets on its way.
 */
#include "world/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/check.h"
#include "base/hash.h"
#include "world/names.h"
#include "world/socket.h"
#include "world/weather.h"

#define NS_PER_S UINT64_C(1000000000)

/* Latencies that are told apart between the least and the most: enough for any order of two, and
 * few enough to be tried one by one. */
#define LATENCY_STEPS 8

/* One direction between two hosts. */
struct link {
    struct link_spec spec;
    bool declared;      /* else it is as the default is */
    int64_t free_at_ns; /* when what waits for its turn will have left */
};

/* ---- addresses ---- */

static const uint8_t v4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct address address_v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port)
{
    struct address address = {.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d},
                              .port = port};

    return address;
}

bool address_is_v4(const struct address *address)
{
    return memcmp(address->ip, v4_prefix, sizeof v4_prefix) == 0;
}

bool address_is_loopback(const struct address *address)
{
    static const uint8_t v6[16] = {[15] = 1};

    return address_is_v4(address) ? address->ip[12] == 127
                                  : memcmp(address->ip, v6, sizeof v6) == 0;
}

bool address_is_any(const struct address *address)
{
    static const uint8_t zero[16];
    size_t prefix = address_is_v4(address) ? sizeof v4_prefix : 0;

    return memcmp(address->ip + prefix, zero, sizeof zero - prefix) == 0;
}

bool address_same_ip(const struct address *a, const struct address *b)
{
    return memcmp(a->ip, b->ip, sizeof a->ip) == 0;
}

char *address_text(const struct address *address, char *text, size_t size)
{
    const uint8_t *ip = address->ip;
    size_t length = 0;

    if (address_is_v4(address)) {
        snprintf(text, size, "%u.%u.%u.%u:%u", ip[12], ip[13], ip[14], ip[15], address->port);
    } else if (address_is_any(address) || address_is_loopback(address)) {
        snprintf(text, size, "[::%s]:%u", address_is_any(address) ? "" : "1", address->port);
    } else {
        for (size_t i = 0; i < 16 && length < size; i += 2)
            length += (size_t)snprintf(text + length, size - length, "%s%x", i == 0 ? "[" : ":",
                                       ip[i] << 8 | ip[i + 1]);
        if (length < size)
            snprintf(text + length, size - length, "]:%u", address->port);
    }
    return text;
}

/* ---- hosts ---- */

static struct net *net_new(struct world *world)
{
    struct net *net = must_alloc(sizeof *net);

    net->world = world;
    list_init(&net->hosts);
    list_init(&net->packets);
    list_init(&net->due);
    list_init(&net->name_list);
    return net;
}

static struct host *add_host(struct net *net, const char *name)
{
    struct host *host = must_alloc(sizeof *host);

    host->net = net;
    host->id = ++net->host_id_last;
    host->name = name;
    machine_init(&host->machine);
    list_push_back(&net->hosts, &host->link);
    return host;
}

struct net *net_of(struct world *world)
{
    if (world->net == NULL) {
        world->net = net_new(world);
        add_host(world->net, "localhost");
    }
    return world->net;
}

struct host *host_first(const struct net *net)
{
    return container_of(net->hosts.next, struct host, link);
}

struct host *host_of(const struct process *process)
{
    return process->spec.host != NULL ? process->spec.host : host_first(net_of(world_current()));
}

struct host *host_add(struct world *world, const char *name)
{
    return add_host(net_of(world), name);
}

static uint64_t owner_key(const struct address *address)
{
    return hash_bytes(HASH_START, address->ip, sizeof address->ip) >> 1;
}

/* The host that has the address as its own, or NULL. */
static struct host *owner_of(const struct net *net, const struct address *address)
{
    size_t found = map_get(&net->owners, owner_key(address));

    return found != MAP_NONE ? (struct host *)found : NULL;
}

void host_address(struct host *host, const struct address *address)
{
    CHECK(host->address_count < HOST_ADDRESSES_MAX);
    CHECK(!address_is_any(address) && !address_is_loopback(address));
    CHECK(owner_of(host->net, address) == NULL);
    map_set(&host->net->owners, owner_key(address), (size_t)host);
    host->addresses[host->address_count++] = *address;
}

bool host_has(const struct host *host, const struct address *address)
{
    if (address_is_loopback(address))
        return true;
    for (size_t i = 0; i < host->address_count; i++) {
        if (address_same_ip(&host->addresses[i], address))
            return true;
    }
    return false;
}

struct host *host_find(const struct host *from, const struct address *address)
{
    struct host *owner = address_is_loopback(address) ? NULL : owner_of(from->net, address);

    return owner != NULL || !address_is_loopback(address) ? owner : (struct host *)(uintptr_t)from;
}

/* ---- links ---- */

static uint64_t link_key(const struct host *from, const struct host *to)
{
    return (uint64_t)from->id << 32 | to->id;
}

/* The link from one to the other, made when it is first used. */
static struct link *link_of(const struct host *from, const struct host *to)
{
    struct net *net = from->net;
    size_t found = map_get(&net->links, link_key(from, to));
    struct link *link;

    if (found != MAP_NONE)
        return (struct link *)found;
    link = must_alloc(sizeof *link);
    link->declared = from == to; /* to itself: without delay, limit or loss */
    map_set(&net->links, link_key(from, to), (size_t)link);
    return link;
}

void link_set(struct host *from, struct host *to, const struct link_spec *spec)
{
    struct link *link = link_of(from, to);

    link->spec = *spec;
    link->declared = true;
}

void link_set_default(struct world *world, const struct link_spec *spec)
{
    net_of(world)->link_default = *spec;
}

const struct link_spec *link_between(const struct host *from, const struct host *to)
{
    const struct link *link = link_of(from, to);

    return link->declared ? &link->spec : &from->net->link_default;
}

/* ---- packets ---- */

struct packet *packet_new(struct net *net, size_t struct_size)
{
    struct packet *packet = must_alloc(struct_size);

    list_push_back(&net->packets, &packet->all);
    return packet;
}

void packet_free(struct packet *packet)
{
    world_cancel(packet->from->net->world, &packet->event);
    list_remove(&packet->link);
    list_remove(&packet->all);
    free(packet);
}

/* Who listens on the wires of `host` sees it. */
static void show(const struct packet *packet, const struct host *host)
{
    const struct tap *tap = packet->from->net->world->tap;

    if (tap != NULL && packet->wire != NULL)
        tap->see(tap->self, host, packet);
}

static void note_packet(const struct packet *packet, const char *how)
{
    const char *to = packet->to != NULL ? packet->to->name : "nowhere";
    char text[200];

    if (!trace_is_wanted(packet->from->net->world->trace, TRACE_PACKET))
        return;
    snprintf(text, sizeof text, "%s > %s %s%s%s", packet->from->name, to, packet->what,
             how[0] != '\0' ? " " : "", how);
    world_note(packet->from->net->world, (struct trace_record){.kind = TRACE_PACKET,
                                                               .text = text,
                                                               .value = (int64_t)packet->size});
}

/* Something that may happen to a packet. */
struct accident {
    const struct packet *packet;
    struct ratio ratio;
    const char *what;
};

static void name_accident(const void *self, size_t value, char *text, size_t size)
{
    const struct accident *accident = self;
    const struct packet *packet = accident->packet;

    snprintf(text, size, "%s > %s %s%s", packet->from->name, packet->to->name, packet->what,
             value >= accident->ratio.whole - accident->ratio.part ? accident->what : "");
}

/* One of `whole` draws is as good as another: those that mean that it happens are the last ones, so
 * that 0 is an ordinary packet. */
static size_t first_that_happens(const struct accident *accident)
{
    return accident->ratio.whole - accident->ratio.part;
}

static size_t like_accident(const void *self, size_t value)
{
    size_t first = first_that_happens(self);

    return value >= first ? first : 0;
}

static bool happens(const struct packet *packet, struct ratio ratio, const char *label,
                    const char *what)
{
    struct accident accident = {packet, ratio, what};
    struct alternatives alternatives = {.anchor = name_accident,
                                        .alike = like_accident,
                                        .self = &accident};

    if (ratio.whole == 0 || ratio.part == 0)
        return false;
    if (ratio.part >= ratio.whole)
        return true;
    return world_choose(packet->from->net->world, label, ratio.whole, &alternatives) != 0;
}

static bool is_lost(const struct packet *packet, const struct link_spec *spec)
{
    unsigned pieces = packet->pieces > 0 ? packet->pieces : 1;

    for (unsigned i = 0; i < pieces; i++) {
        if (happens(packet, spec->loss, "net.loss", " lost"))
            return true;
    }
    return false;
}

static int64_t latency_at(const struct link_spec *spec, size_t step)
{
    return spec->latency_ns + spec->jitter_ns / (LATENCY_STEPS - 1) * (int64_t)step;
}

static void name_latency(const void *self, size_t value, char *text, size_t size)
{
    const struct packet *packet = self;
    int64_t ns = latency_at(link_between(packet->from, packet->to), value);

    snprintf(text, size, "%s > %s %s after %lld us", packet->from->name, packet->to->name,
             packet->what, (long long)(ns / 1000));
}

static int64_t latency(const struct packet *packet, const struct link_spec *spec)
{
    struct alternatives alternatives = {.anchor = name_latency, .self = packet};

    if (spec->jitter_ns < LATENCY_STEPS)
        return spec->latency_ns;
    return latency_at(spec, world_choose(packet->from->net->world, "net.latency", LATENCY_STEPS,
                                         &alternatives));
}

/* How long `bytes` take at the speed of a link, rounded up: nothing is for nothing. */
static int64_t time_of(uint64_t bytes, uint64_t bytes_per_s)
{
    return (int64_t)(bytes / bytes_per_s * NS_PER_S +
                     (bytes % bytes_per_s * NS_PER_S + bytes_per_s - 1) / bytes_per_s);
}

/* When the last byte has left `from`; -1: there is no room to wait. */
static int64_t leave(const struct packet *packet, const struct link_spec *spec)
{
    struct link *link = link_of(packet->from, packet->to);
    int64_t now = packet->from->net->world->now_ns;
    int64_t start = link->free_at_ns > now ? link->free_at_ns : now;

    if (spec->bytes_per_s == 0)
        return now;
    if (spec->queue_bytes_max != 0 &&
        start - now > time_of(spec->queue_bytes_max, spec->bytes_per_s))
        return -1;
    return link->free_at_ns = start + time_of(packet->size, spec->bytes_per_s);
}

/* `packet` is lost; `in`: the weather, or NULL. */
static void lose(struct packet *packet, const char *in)
{
    char how[40] = "is lost";

    if (in != NULL)
        snprintf(how, sizeof how, "is lost in %s", in);
    note_packet(packet, how);
    packet->lose(packet);
}

static void wait_for(struct packet *packet, const char *what)
{
    char how[40];

    snprintf(how, sizeof how, "waits in %s", what);
    note_packet(packet, how);
}

static void arrive(struct packet *packet)
{
    const char *in = weather_loses(packet, false);

    if (in != NULL) {
        lose(packet, in);
        return;
    }
    in = weather_keeps(packet);
    if (in != NULL) {
        wait_for(packet, in);
        return;
    }
    note_packet(packet, "");
    if (packet->to != packet->from)
        show(packet, packet->to);
    packet->arrive(packet);
}

static void arrives(struct event *event)
{
    struct packet *packet = container_of(event, struct packet, event);
    struct net *net = packet->from->net;

    arrive(packet);
    net_settle(net);
}

static void is_missed(struct event *event)
{
    struct packet *packet = container_of(event, struct packet, event);
    struct net *net = packet->from->net;

    packet->miss(packet);
    net_settle(net);
}

/* Arrive at `when_ns`, or before anything else is done. */
static void come(struct packet *packet, int64_t when_ns)
{
    struct net *net = packet->from->net;

    if (when_ns <= net->world->now_ns) {
        list_push_back(&net->due, &packet->link);
        return;
    }
    packet->event.happen = arrives;
    world_at(net->world, &packet->event, when_ns);
}

/* Arrive so long after having left. */
static void travel(struct packet *packet, int64_t left_ns, const struct link_spec *spec)
{
    come(packet, left_ns + latency(packet, spec) + weather_delays(packet));
}

int64_t packet_send(struct packet *packet)
{
    int64_t now = packet->from->net->world->now_ns, left;
    const struct link_spec *spec;
    const char *in;

    show(packet, packet->from);
    if (packet->to == NULL) {
        lose(packet, NULL);
        return now;
    }
    spec = link_between(packet->from, packet->to);
    left = leave(packet, spec);
    in = left < 0 ? NULL : weather_loses(packet, true);
    if (left < 0 || in != NULL || is_lost(packet, spec)) {
        lose(packet, in);
        return left < 0 ? now : left;
    }
    if (packet->copy != NULL && happens(packet, spec->duplicate, "net.duplicate", " twice"))
        travel(packet->copy(packet), left, spec);
    if (packet->corrupt != NULL && happens(packet, spec->corrupt, "net.corrupt", " corrupted"))
        packet->corrupt(packet);
    travel(packet, left, spec);
    return left;
}

void packet_arrive_now(struct packet *packet)
{
    list_push_back(&packet->from->net->due, &packet->link);
}

void packet_miss_at(struct packet *packet, int64_t when_ns)
{
    packet->event.happen = is_missed;
    world_at(packet->from->net->world, &packet->event, when_ns);
}

void net_settle(struct net *net)
{
    struct list *node;

    if (net->settling)
        return;
    net->settling = true;
    while ((node = list_pop_front(&net->due)) != NULL)
        arrive(container_of(node, struct packet, link));
    net->settling = false;
}

/* ---- the end ---- */

void net_process_ends(struct process *process)
{
    sockets_close_all(process);
}

static void free_links(struct net *net)
{
    for (size_t i = 0; i < net->links.capacity; i++) {
        if (net->links.slots[i].value != MAP_NONE)
            free((void *)net->links.slots[i].value);
    }
    map_free(&net->links);
}

void net_free(struct net *net)
{
    if (net == NULL)
        return;
    sockets_free_all(net);
    names_free(net);
    list_for_each(node, &net->packets) {
        packet_free(container_of(node, struct packet, all));
    }
    list_for_each(node, &net->hosts) {
        free(container_of(node, struct host, link));
    }
    free_links(net);
    map_free(&net->owners);
    free(net);
}

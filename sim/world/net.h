/*
 * net.h - the wires: hosts, their addresses, and what becomes of a packet between two of them.
 *
 * A world has one host from the beginning, on which every process runs that names no other; it has
 * its loopback addresses and nothing else. Any two others are joined by two links, one each way: a
 * packet may be lost, waits for those before it, takes as long as its size, and then its latency.
 * What is not declared is a link without delay, limit or loss, and a host is always joined to
 * itself so. A packet that takes no time arrives before its sender does anything else, as on a
 * loopback.
 *
 * It knows neither what is in a packet nor what a connection is: that is tcp.h's and udp.h's.
 */
#ifndef RONDO_WORLD_NET_H
#define RONDO_WORLD_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/map.h"
#include "world/machine.h"
#include "world/weather_spec.h"
#include "world/world.h"

/* An address and a port. Those of IPv4 are written as IPv6 has them: ::ffff:a.b.c.d. */
struct address {
    uint8_t ip[16];
    uint16_t port;
};

/* Its longest text, with the end: "[1111:...:8888]:65535". */
#define ADDRESS_TEXT_SIZE 48

/* a.b.c.d:port. */
struct address address_v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port);

bool address_is_v4(const struct address *address);
bool address_is_loopback(const struct address *address);
/* 0.0.0.0 or ::, which stand for every address of a host. */
bool address_is_any(const struct address *address);
bool address_same_ip(const struct address *a, const struct address *b);
/* Write it into `text`: "10.0.0.1:80". Returns: `text`. */
char *address_text(const struct address *address, char *text, size_t size);

/* One direction between two hosts. All zero: no delay, no limit, no loss. */
struct link_spec {
    int64_t latency_ns;     /* at least */
    int64_t jitter_ns;      /* and up to so much more, drawn as net.latency */
    uint64_t bytes_per_s;   /* 0: no limit */
    size_t queue_bytes_max; /* what finds so much waiting before it is lost; 0: no limit */
    struct ratio loss;      /* drawn as net.loss */
    struct ratio duplicate; /* of datagrams, that come twice; drawn as net.duplicate */
    struct ratio corrupt;   /* and with a byte changed; drawn as net.corrupt (see udp.h) */
    size_t mtu;             /* 0: that of a loopback */
};

#define MTU_LOOPBACK 65536

/* How a question for a name is answered (names.h). All zero: at once, always. */
struct name_service {
    int64_t latency_ns;   /* at least */
    int64_t jitter_ns;    /* and up to so much more, drawn as net.name.latency */
    struct ratio failure; /* of answers that do not come, drawn as net.name.failure */
};

#define HOST_ADDRESSES_MAX 4

enum protocol { PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_COUNT };

/* Who has which port, of one protocol: socket.c's. */
struct ports {
    struct map by_number;
    uint16_t last; /* of those that were given to whoever asked for any */
};

struct host {
    struct list link; /* in net.hosts */
    struct net *net;
    uint32_t id;      /* from 1 */
    const char *name; /* borrowed */
    struct address addresses[HOST_ADDRESSES_MAX];
    size_t address_count;
    struct ports ports[PROTOCOL_COUNT];
    struct map paths; /* of unix sockets, by a hash of the path: pipe.c's */
    struct machine machine;
};

/* Something on its way: the first member of what its sender makes of it. */
struct packet {
    struct list link; /* in net.due, while it is to arrive at once */
    struct list all;  /* in net.packets */
    struct event event;
    struct host *from;
    struct host *to; /* NULL: nobody has the address, and it is lost */
    size_t size;     /* in bytes, on the wire */
    unsigned pieces; /* that these go in, and each may be lost; 0 is 1 */
    const char *what;
    /* It has arrived, or was lost: it is the callee's from then on, to be freed, or sent again. */
    void (*arrive)(struct packet *packet);
    void (*lose)(struct packet *packet);
    void (*miss)(struct packet *packet); /* see packet_miss_at() */
    /* What else may happen to it; NULL: it does not. Another one that is the same; change it. */
    struct packet *(*copy)(const struct packet *packet);
    void (*corrupt)(struct packet *packet);
    /* Write it as it would be on a real wire (wire.h): the `piece`-th of the datagrams that it is.
     * Returns: its size; 0: there are no more. NULL: nobody sees it. */
    size_t (*wire)(const struct packet *packet, size_t piece, uint8_t *to);
};

/* Who sees each packet as it leaves its host, and as it comes to one; what a host sends to itself
 * once. Put into world.tap by whoever wants to know; it changes nothing. */
struct tap {
    void (*see)(void *self, const struct host *host, const struct packet *packet);
    void *self;
};

struct net {
    struct world *world;
    struct list hosts; /* the first one is that of processes that name none */
    uint32_t host_id_last;
    struct map owners; /* of addresses: struct host, by a hash of the address */
    struct map links;  /* struct link, by the ids of both hosts */
    struct link_spec link_default;
    struct list packets; /* all that there are */
    struct list due;     /* those that take no time, in order */
    bool settling;
    struct map sockets; /* socket.c's: by id */
    uint64_t socket_id_last;
    struct list name_list; /* names.c's, as they were entered, and by their text */
    struct map names;
    struct name_service name_service; /* of those of which nothing else is said */
};

/* The wires of `world`, made when they are first asked for. */
struct net *net_of(struct world *world);

/* The host of processes that name none, which every world has. */
struct host *host_first(const struct net *net);

/* The host of `process`. Requires: it names one, or is of the world that runs. */
struct host *host_of(const struct process *process);

/* Add a host to `world`. `name` is borrowed. Owned by the world. */
struct host *host_add(struct world *world, const char *name);

/* Give `host` one more address. Requires: nobody has it, it is neither loopback nor any, and there
 * is room. The port does not matter. */
void host_address(struct host *host, const struct address *address);

/* Whether `host` answers to the address. */
bool host_has(const struct host *host, const struct address *address);

/* The host that `from` reaches by the address, or NULL. */
struct host *host_find(const struct host *from, const struct address *address);

/* What `from` sends to `to` goes by `spec` from now on; and what any other does, unless told
 * otherwise. */
void link_set(struct host *from, struct host *to, const struct link_spec *spec);
void link_set_default(struct world *world, const struct link_spec *spec);

/* What a packet from one to the other meets. */
const struct link_spec *link_between(const struct host *from, const struct host *to);

/* A packet of `struct_size` bytes, its struct first, all zero, in harness memory; and its end. */
struct packet *packet_new(struct net *net, size_t struct_size);
void packet_free(struct packet *packet);

/* Put `packet`, whose members are set, on the wire from->to. It may arrive before this returns only
 * through net_settle(). Returns: when it will have left its host. */
int64_t packet_send(struct packet *packet);

/* Let `packet`, which was kept back where it was to arrive, arrive at the next net_settle(). */
void packet_arrive_now(struct packet *packet);

/* Call packet->miss() at `when_ns`, for a packet that was lost. */
void packet_miss_at(struct packet *packet, int64_t when_ns);

/* Let what takes no time arrive, and all that this brings about. Called by whoever has sent, when
 * its own state is whole again. */
void net_settle(struct net *net);

/* Free everything; called by world_close(). NULL is allowed. */
void net_free(struct net *net);

/* Called by process_exit(): its sockets are closed, as a kernel does. */
void net_process_ends(struct process *process);

#endif

/*
 * udp.c - see udp.h.
 */
#include "world/udp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "world/wire.h"

/* Headers: of IPv4, of IPv6, of UDP, and a message of ICMP with what it is about. Fragments but the
 * last one are so many units long. */
#define HEADER_V4     20
#define HEADER_V6     40
#define HEADER_UDP    8
#define SIZE_ICMP     56
#define FRAGMENT_UNIT 8

/* Places at which a datagram may be changed: its first byte and others as far apart as can be, few
 * enough to be tried one by one. */
#define PLACES 8

struct udp {
    struct socket socket;
    bool connected;
    bool broadcast;
    bool tells_errors;
    bool address_asked; /* was bound to one, and not to any */
    bool port_asked;
    int error;           /* of <errno.h>, not told yet */
    struct list queue;   /* datagrams, not read */
    size_t waiting;      /* bytes of these, as they count */
    struct list leaving; /* struct departure, the soonest first */
    size_t unsent;       /* bytes of these, likewise */
    struct event left;
    bool starved; /* somebody had more to send than there was room for */
};

/* A datagram that has not left its host. */
struct departure {
    struct list link;
    int64_t when_ns;
    size_t size;
};

struct datagram {
    struct packet packet;
    struct list line; /* in the queue of who got it */
    struct address source;
    struct address target;
    size_t length;
    unsigned char bytes[];
};

static struct udp *udp_of(const struct socket *socket)
{
    return container_of(socket, struct udp, socket);
}

static struct datagram *datagram_of(const struct packet *packet)
{
    return container_of(packet, struct datagram, packet);
}

/* ---- sockets ---- */

static bool socket_readable(const struct socket *socket)
{
    return udp_readable(udp_of(socket));
}

static bool socket_writable(const struct socket *socket)
{
    return udp_writable(udp_of(socket));
}

static bool socket_over(const struct socket *socket)
{
    (void)socket;
    return false; /* a datagram has no end that one could see */
}

static void socket_close(struct socket *socket)
{
    udp_close(udp_of(socket));
}

static void free_alone(struct socket *socket)
{
    struct udp *udp = udp_of(socket);

    list_for_each(node, &udp->leaving) {
        free(container_of(node, struct departure, link));
    }
    free(udp);
}

static const struct socket_kind kind = {
    .protocol = PROTOCOL_UDP,
    .readable = socket_readable,
    .writable = socket_writable,
    .over = socket_over,
    .close = socket_close,
    .free = free_alone,
};

static void have_left(struct event *event);

struct udp *udp_open(bool six)
{
    struct udp *udp = must_alloc(sizeof *udp);

    socket_init(&udp->socket, &kind, host_of(process_current()), six);
    socket_own(&udp->socket);
    list_init(&udp->queue);
    list_init(&udp->leaving);
    udp->left.happen = have_left;
    return udp;
}

static void discard(struct datagram *datagram)
{
    list_remove(&datagram->line);
    packet_free(&datagram->packet);
}

void udp_close(struct udp *udp)
{
    list_for_each(node, &udp->queue) {
        discard(container_of(node, struct datagram, line));
    }
    world_cancel(udp->socket.host->net->world, &udp->left);
    socket_forget(&udp->socket);
    free_alone(&udp->socket);
}

int udp_error(struct udp *udp)
{
    int error = udp->error;

    udp->error = 0;
    return -error;
}

void udp_allow_broadcast(struct udp *udp, bool on)
{
    udp->broadcast = on;
}

void udp_tell_errors(struct udp *udp)
{
    udp->tells_errors = true;
}

/* ---- addresses ---- */

static bool is_broadcast(const struct address *address)
{
    static const uint8_t all[4] = {255, 255, 255, 255};

    return address_is_v4(address) && memcmp(address->ip + 12, all, sizeof all) == 0;
}

int udp_bind(struct udp *udp, const struct address *address, bool shared, bool six_only)
{
    int rc = socket_bind(&udp->socket, address, shared, six_only);

    if (rc < 0)
        return rc;
    udp->address_asked = !address_is_any(address);
    udp->port_asked = address->port != 0;
    return 0;
}

/* Whom `remote` means, as socket_route(). */
static int find_way(const struct udp *udp, const struct address *remote, struct address *meant,
                    struct host **host)
{
    if (!udp->socket.six && !address_is_v4(remote))
        return -EAFNOSUPPORT;
    if (udp->socket.six_only && address_is_v4(remote))
        return -ENETUNREACH;
    if (is_broadcast(remote) && !udp->broadcast)
        return -EACCES;
    return socket_route(&udp->socket, remote, meant, host);
}

/* To and from any again. */
static void disconnect(struct udp *udp)
{
    udp->connected = false;
    udp->socket.remote = (struct address){0};
    if (!udp->address_asked)
        memcpy(udp->socket.local.ip, socket_any(&udp->socket).ip, sizeof udp->socket.local.ip);
    if (udp->port_asked)
        return;
    list_remove(&udp->socket.at_port);
    udp->socket.local.port = 0;
}

int udp_connect(struct udp *udp, const struct address *remote)
{
    struct address meant;
    struct host *host;
    int rc;

    if (remote == NULL) {
        disconnect(udp);
        return 0;
    }
    rc = find_way(udp, remote, &meant, &host);
    if (rc == 0)
        rc = socket_bind_towards(&udp->socket, &meant);
    if (rc < 0)
        return rc;
    udp->connected = true;
    udp->socket.remote = meant;
    return 0;
}

int udp_remote(const struct udp *udp, struct address *address)
{
    if (!udp->connected || udp->socket.remote.port == 0)
        return -ENOTCONN;
    *address = udp->socket.remote;
    return 0;
}

/* ---- sending ---- */

static void arrive(struct packet *packet);
static void lose(struct packet *packet);
static struct packet *copy(const struct packet *packet);
static void corrupt(struct packet *packet);
static size_t wire(const struct packet *packet, size_t piece, uint8_t *to);

/* What waits to leave has left, as far as it is time for it. */
static void have_left(struct event *event)
{
    struct udp *udp = container_of(event, struct udp, left);
    struct world *world = udp->socket.host->net->world;

    while (!list_empty(&udp->leaving)) {
        struct departure *first = container_of(udp->leaving.next, struct departure, link);

        if (first->when_ns > world->now_ns) {
            world_at(world, &udp->left, first->when_ns);
            break;
        }
        udp->unsent -= first->size;
        list_remove(&first->link);
        free(first);
    }
    if (udp->starved && udp_writable(udp)) {
        udp->starved = false;
        socket_notify(&udp->socket);
    }
}

/* Until `when_ns` a datagram keeps room that its socket has for what it sends. */
static void leave_at(struct udp *udp, size_t size, int64_t when_ns)
{
    struct world *world = udp->socket.host->net->world;
    struct departure *departure;
    struct list *after = udp->leaving.prev;

    if (when_ns <= world->now_ns)
        return;
    departure = must_alloc(sizeof *departure);
    departure->when_ns = when_ns;
    departure->size = size;
    while (after != &udp->leaving && container_of(after, struct departure, link)->when_ns > when_ns)
        after = after->prev;
    list_push_front(after, &departure->link);
    udp->unsent += size;
    world_cancel(world, &udp->left);
    world_at(world, &udp->left, container_of(udp->leaving.next, struct departure, link)->when_ns);
}

static struct packet *make(struct net *net, size_t length, const char *what)
{
    struct packet *packet = packet_new(net, sizeof(struct datagram) + length);

    datagram_of(packet)->length = length;
    packet->what = what;
    packet->arrive = arrive;
    packet->lose = lose;
    packet->wire = wire;
    return packet;
}

/* What it takes on the wire: in fragments, if the link has no room for all of it (RFC 791). */
static void set_size(struct packet *packet, size_t length, bool six)
{
    size_t header = six ? HEADER_V6 : HEADER_V4;
    size_t mtu = packet->to != NULL ? link_between(packet->from, packet->to)->mtu : 0;
    size_t part;

    if (mtu == 0 || mtu > MTU_LOOPBACK)
        mtu = MTU_LOOPBACK;
    part = mtu > header + FRAGMENT_UNIT ? (mtu - header) / FRAGMENT_UNIT * FRAGMENT_UNIT
                                        : FRAGMENT_UNIT;
    length += HEADER_UDP;
    packet->pieces = header + length <= mtu ? 1 : (unsigned)((length + part - 1) / part);
    packet->size = length + packet->pieces * header;
}

/* What is sent: parts, which are one datagram. */
struct message {
    const struct iovec *parts;
    size_t count;
    size_t size;
    struct address source;
    struct address target;
};

static void gather(const struct message *message, unsigned char *bytes)
{
    for (size_t i = 0; i < message->count; bytes += message->parts[i++].iov_len) {
        if (message->parts[i].iov_len > 0)
            memcpy(bytes, message->parts[i].iov_base, message->parts[i].iov_len);
    }
}

static void send_one(struct udp *udp, const struct message *message, struct host *host)
{
    struct packet *packet = make(udp->socket.host->net, message->size, "datagram");
    struct datagram *datagram = datagram_of(packet);

    gather(message, datagram->bytes);
    datagram->source = message->source;
    datagram->target = message->target;
    packet->from = udp->socket.host;
    packet->to = host;
    packet->copy = copy;
    packet->corrupt = message->size > 0 ? corrupt : NULL;
    set_size(packet, message->size, !address_is_v4(&message->target));
    leave_at(udp, message->size + UDP_OVERHEAD, packet_send(packet));
}

/* To everybody else first, as what is for oneself may be answered at once. */
static void send_all(struct udp *udp, const struct message *message)
{
    struct host *self = udp->socket.host;

    list_for_each(node, &self->net->hosts) {
        struct host *host = container_of(node, struct host, link);

        if (host != self && host->address_count > 0)
            send_one(udp, message, host);
    }
    send_one(udp, message, self);
}

/* Whether a datagram of `size` bytes can be sent to `remote`, and how. */
static int check_send(struct udp *udp, size_t size, const struct address *remote,
                      struct address *meant, struct host **host)
{
    int rc = 0;

    if (!socket_is_bound(&udp->socket) && socket_bind_any(&udp->socket) < 0)
        return -EAGAIN;
    if (size > UINT16_MAX)
        return -EMSGSIZE;
    if (remote == NULL && !udp->connected)
        return -EDESTADDRREQ;
    rc = find_way(udp, remote != NULL ? remote : &udp->socket.remote, meant, host);
    if (rc == 0 && remote != NULL && remote->port == 0)
        rc = -EINVAL;
    if (rc < 0)
        return rc;
    if (size > (address_is_v4(meant) ? UDP_SIZE_MAX : UDP_SIZE_MAX_SIX))
        return -EMSGSIZE;
    if (udp->error != 0)
        return udp_error(udp);
    if (udp->unsent < UDP_SEND_MAX)
        return 0;
    udp->starved = true;
    return -EAGAIN;
}

ssize_t udp_send(struct udp *udp, const struct iovec *parts, size_t count,
                 const struct address *remote)
{
    struct net *net = udp->socket.host->net;
    struct message message = {.parts = parts, .count = count};
    struct host *host;
    int rc;

    for (size_t i = 0; i < count; i++)
        message.size += parts[i].iov_len;
    rc = check_send(udp, message.size, remote, &message.target, &host);
    if (rc < 0)
        return rc;
    message.source = address_is_any(&udp->socket.local)
                         ? socket_source(&udp->socket, &message.target)
                         : udp->socket.local;
    message.source.port = udp->socket.local.port;
    if (is_broadcast(&message.target))
        send_all(udp, &message);
    else
        send_one(udp, &message, host);
    net_settle(net);
    return (ssize_t)message.size;
}

/* As on a real wire, where it is cut on the way, and put together before a recorder sees it. */
static size_t wire(const struct packet *packet, size_t piece, uint8_t *to)
{
    const struct datagram *datagram = datagram_of(packet);

    if (piece > 0)
        return 0;
    return wire_udp(to, &datagram->source, &datagram->target, datagram->bytes, datagram->length);
}

static size_t wire_refusal(const struct packet *packet, size_t piece, uint8_t *to)
{
    const struct datagram *datagram = datagram_of(packet);

    return piece == 0 ? wire_unreachable(to, &datagram->source, &datagram->target) : 0;
}

/* ---- what may happen on the way ---- */

static void lose(struct packet *packet)
{
    discard(datagram_of(packet));
}

static struct packet *copy(const struct packet *packet)
{
    const struct datagram *datagram = datagram_of(packet);
    struct packet *again = make(packet->from->net, datagram->length, packet->what);

    again->from = packet->from;
    again->to = packet->to;
    again->size = packet->size;
    datagram_of(again)->source = datagram->source;
    datagram_of(again)->target = datagram->target;
    memcpy(datagram_of(again)->bytes, datagram->bytes, datagram->length);
    return again;
}

static size_t places(const struct datagram *datagram)
{
    return datagram->length < PLACES ? datagram->length : PLACES;
}

static size_t place_at(const struct datagram *datagram, size_t value)
{
    return datagram->length * value / places(datagram);
}

static void name_place(const void *self, size_t value, char *text, size_t size)
{
    const struct packet *packet = self;

    snprintf(text, size, "%s > %s %s byte %zu", packet->from->name, packet->to->name, packet->what,
             place_at(datagram_of(packet), value));
}

/* All bits of one byte: which one is drawn. */
static void corrupt(struct packet *packet)
{
    struct datagram *datagram = datagram_of(packet);
    struct alternatives alternatives = {.anchor = name_place, .self = packet};
    size_t value =
        world_choose(packet->from->net->world, "net.corrupt.byte", places(datagram), &alternatives);

    datagram->bytes[place_at(datagram, value)] ^= 0xff;
}

/* ---- what arrives ---- */

/* Whether what comes from `source` is for a socket at this port. */
static bool takes(const struct udp *udp, const struct address *source, const struct address *target)
{
    return socket_answers_to(&udp->socket, target) &&
           (!udp->connected || (address_same_ip(&udp->socket.remote, source) &&
                                udp->socket.remote.port == source->port));
}

/* The socket for what comes from `source`, or NULL: one that is bound to just this address, and
 * then one that is connected, is meant before others, and the last one of those (Linux: first of
 * its hash chain). */
static struct udp *receiver(const struct host *host, const struct address *source,
                            const struct address *target)
{
    const struct list *sockets = sockets_at(host, PROTOCOL_UDP, target->port);
    struct udp *found = NULL;
    int best = -1;

    if (sockets == NULL)
        return NULL;
    list_for_each(node, sockets) {
        struct udp *udp = container_of(node, struct udp, socket.at_port);
        int score = (address_is_any(&udp->socket.local) ? 0 : 2) + (udp->connected ? 1 : 0);

        if (takes(udp, source, target) && score >= best) {
            best = score;
            found = udp;
        }
    }
    return found;
}

/* Owns the datagram. */
static void keep(struct udp *udp, struct datagram *datagram)
{
    size_t size = datagram->length + UDP_OVERHEAD;

    if (udp->waiting > 0 && udp->waiting + size > UDP_RECEIVE_MAX) {
        discard(datagram);
        return;
    }
    udp->waiting += size;
    list_push_back(&udp->queue, &datagram->line);
    socket_notify(&udp->socket);
}

static void unreachable_arrives(struct packet *packet)
{
    const struct datagram *datagram = datagram_of(packet);
    struct udp *udp = receiver(packet->to, &datagram->target, &datagram->source);

    if (udp != NULL && (udp->connected || udp->tells_errors)) {
        udp->error = ECONNREFUSED;
        socket_notify(&udp->socket);
    }
    lose(packet);
}

/* Answer that nobody has the port (RFC 1122, 4.1.3.1). */
static void refuse(const struct datagram *datagram)
{
    const struct packet *packet = &datagram->packet;
    struct packet *answer = make(packet->from->net, 0, "port unreachable");

    datagram_of(answer)->source = datagram->source;
    datagram_of(answer)->target = datagram->target;
    answer->from = packet->to;
    answer->to = packet->from;
    answer->size = SIZE_ICMP;
    answer->arrive = unreachable_arrives;
    answer->wire = wire_refusal;
    packet_send(answer);
}

/* Everybody at the port gets one. */
static void broadcast_arrives(struct datagram *datagram)
{
    const struct list *sockets =
        sockets_at(datagram->packet.to, PROTOCOL_UDP, datagram->target.port);

    if (sockets != NULL) {
        list_for_each(node, sockets) {
            struct udp *udp = container_of(node, struct udp, socket.at_port);

            if (takes(udp, &datagram->source, &datagram->target))
                keep(udp, datagram_of(copy(&datagram->packet)));
        }
    }
    discard(datagram);
}

static void arrive(struct packet *packet)
{
    struct datagram *datagram = datagram_of(packet);
    struct udp *udp;

    if (is_broadcast(&datagram->target)) {
        broadcast_arrives(datagram);
        return;
    }
    udp = receiver(packet->to, &datagram->source, &datagram->target);
    if (udp != NULL) {
        keep(udp, datagram);
    } else {
        refuse(datagram);
        discard(datagram);
    }
}

ssize_t udp_receive(struct udp *udp, void *data, size_t size, struct address *remote, bool *cut)
{
    struct datagram *datagram;

    if (udp->error != 0)
        return udp_error(udp);
    if (list_empty(&udp->queue))
        return -EAGAIN;
    datagram = container_of(udp->queue.next, struct datagram, line);
    udp->waiting -= datagram->length + UDP_OVERHEAD;
    *remote = datagram->source;
    *cut = datagram->length > size;
    if (datagram->length < size)
        size = datagram->length;
    if (size > 0)
        memcpy(data, datagram->bytes, size);
    discard(datagram);
    return (ssize_t)size;
}

/* ---- what one can see ---- */

bool udp_readable(const struct udp *udp)
{
    return !list_empty(&udp->queue) || udp->error != 0;
}

/* As Linux sees it: half of the room at least, so that not every datagram wakes. */
bool udp_writable(const struct udp *udp)
{
    return udp->unsent < UDP_SEND_MAX / 2 || udp->error != 0;
}

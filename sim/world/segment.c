/*
 * segment.c - see segment.h: what is sent when, and what its arrival does.
 */
#include "world/segment.h"

#include <errno.h>
#include <stdio.h>

#include "base/check.h"
#include "base/hash.h"
#include "world/weather.h"
#include "world/wire.h"

#define SECOND INT64_C(1000000000)

/* Of an IPv4 and a TCP header. */
#define HEADER 40

/* Linux's: how long it takes to miss a segment, at first and at last, and how often it is sent
 * again (tcp_syn_retries, tcp_synack_retries, tcp_retries2). */
#define MISSED_NS           (SECOND / 5)
#define MISSED_CONNECT_NS   SECOND
#define MISSED_NS_MAX       (120 * SECOND)
#define RETRIES_CONNECT_MAX 6
#define RETRIES_ANSWER_MAX  5
#define RETRIES_MAX         15

enum segment_kind {
    SEGMENT_SYN,
    SEGMENT_SYN_ACK,
    SEGMENT_ACK,
    SEGMENT_DATA,
    SEGMENT_FIN,
    SEGMENT_RST
};

struct segment {
    struct packet packet;
    struct list line; /* in the coming of who will get it */
    enum segment_kind kind;
    uint64_t from; /* sockets */
    uint64_t to;
    struct address source;
    struct address target;
    unsigned retries;
    bool there; /* has arrived, before one that was sent earlier */
    bool gone;  /* will never: what was sent later waits for it for ever */
    uint64_t ack;
    uint64_t window_end;
    uint32_t wire_seq; /* as on a real wire, where positions begin anywhere */
    uint32_t wire_ack;
    bool answers; /* RST: to a SYN, which has no position to go by */
    size_t length;
    char bytes[];
};

static void arrive(struct packet *packet);
static void lose(struct packet *packet);
static void miss(struct packet *packet);
static size_t wire(const struct packet *packet, size_t piece, uint8_t *to);

/* ---- sending ---- */

static struct segment *segment_of(const struct packet *packet)
{
    return container_of(packet, struct segment, packet);
}

static struct segment *make(struct net *net, enum segment_kind kind, size_t length)
{
    static const char *const names[] = {"SYN", "SYN-ACK", "ACK", "data", "FIN", "RST"};
    struct packet *packet = packet_new(net, sizeof(struct segment) + length);
    struct segment *segment = segment_of(packet);

    segment->kind = kind;
    segment->length = length;
    packet->what = names[kind];
    packet->size = length + HEADER;
    packet->arrive = arrive;
    packet->lose = lose;
    packet->miss = miss;
    packet->wire = wire;
    return segment;
}

static void discard(struct segment *segment)
{
    list_remove(&segment->line);
    packet_free(&segment->packet);
}

void segment_forget(struct tcp *tcp)
{
    list_for_each(node, &tcp->coming) {
        struct segment *segment = container_of(node, struct segment, line);

        list_remove(node);
        if (segment->there || segment->gone)
            discard(segment);
    }
}

/* ---- as on a real wire ---- */

/* Where the positions of a socket's stream begin there. */
static uint32_t wire_start(uint64_t socket)
{
    return (uint32_t)(hash_bytes(HASH_START, &socket, sizeof socket) >> 32);
}

static bool opens(enum segment_kind kind)
{
    return kind == SEGMENT_SYN || kind == SEGMENT_SYN_ACK;
}

static unsigned wire_flags(const struct segment *segment)
{
    static const unsigned flags[] = {[SEGMENT_SYN] = WIRE_SYN,
                                     [SEGMENT_SYN_ACK] = WIRE_SYN | WIRE_ACK,
                                     [SEGMENT_ACK] = WIRE_ACK,
                                     [SEGMENT_DATA] = WIRE_PSH | WIRE_ACK,
                                     [SEGMENT_FIN] = WIRE_FIN | WIRE_ACK,
                                     [SEGMENT_RST] = WIRE_RST};
    bool known = segment->from != 0 || segment->answers; /* what the other side has sent */

    return flags[segment->kind] | (segment->kind == SEGMENT_RST && known ? WIRE_ACK : 0);
}

/* A segment of a loopback is one byte longer than an IPv4 datagram can be. */
#define WIRE_BYTES_MAX ((size_t)65535 - HEADER)

static size_t wire(const struct packet *packet, size_t piece, uint8_t *to)
{
    const struct segment *segment = segment_of(packet);
    const struct host *host = packet->to != NULL ? packet->to : packet->from;
    size_t mtu = link_between(packet->from, host)->mtu;
    size_t from = piece * WIRE_BYTES_MAX, length = segment->length;
    struct wire_tcp tcp = {.seq = segment->wire_seq + (uint32_t)from,
                           .ack = segment->wire_ack,
                           .flags = wire_flags(segment),
                           .window = (size_t)(segment->window_end - segment->ack),
                           .segment_max = (mtu != 0 ? mtu : MTU_LOOPBACK) - HEADER};

    if (piece > 0 && from >= length)
        return 0;
    length -= from;
    return wire_tcp(to, &segment->source, &segment->target, &tcp, segment->bytes + from,
                    length < WIRE_BYTES_MAX ? length : WIRE_BYTES_MAX);
}

/* A segment of `tcp` to its peer. */
static struct segment *make_from(struct tcp *tcp, enum segment_kind kind, size_t length)
{
    struct segment *segment = make(tcp->socket.host->net, kind, length);

    segment->from = tcp->socket.id;
    segment->to = tcp->peer;
    segment->source = tcp->socket.local;
    segment->target = tcp->socket.remote;
    segment->packet.from = tcp->socket.host;
    segment->packet.to = tcp->peer_host;
    segment->ack = tcp->received;
    segment->window_end = tcp->received + (TCP_RECEIVE_MAX - tcp->in.size);
    segment->wire_seq = wire_start(segment->from) + (opens(kind) ? 0 : 1 + (uint32_t)tcp->sent);
    segment->wire_ack =
        kind == SEGMENT_SYN ? 0 : wire_start(segment->to) + 1 + (uint32_t)tcp->received;
    return segment;
}

void segment_connect(struct tcp *tcp)
{
    packet_send(&make_from(tcp, SEGMENT_SYN, 0)->packet);
}

void segment_acknowledge(struct tcp *tcp)
{
    struct segment *segment = make_from(tcp, SEGMENT_ACK, 0);

    tcp->promised = segment->window_end;
    packet_send(&segment->packet);
}

void segment_reset(struct tcp *tcp)
{
    packet_send(&make_from(tcp, SEGMENT_RST, 0)->packet);
}

/* Answer a segment that nobody here is meant by. */
static void refuse(const struct segment *segment)
{
    struct segment *answer = make(segment->packet.from->net, SEGMENT_RST, 0);

    answer->to = segment->from;
    answer->source = segment->target;
    answer->target = segment->source;
    answer->packet.from = segment->packet.to;
    answer->packet.to = segment->packet.from;
    answer->answers = segment->kind == SEGMENT_SYN;
    answer->wire_seq = answer->answers ? 0 : segment->wire_ack;
    answer->wire_ack = answer->answers ? segment->wire_seq + 1 : 0;
    packet_send(&answer->packet);
}

/* Send the next segment of the stream; it stands in the line of who will get it. */
static void send_next(struct tcp *tcp, enum segment_kind kind, size_t length)
{
    struct segment *segment = make_from(tcp, kind, length);
    struct tcp *peer = tcp_find(tcp->socket.host->net, tcp->peer);

    bytes_take(&tcp->out, segment->bytes, length);
    tcp->sent += kind == SEGMENT_FIN ? 1 : length;
    if (peer != NULL && peer->state != TCP_BROKEN)
        list_push_back(&peer->coming, &segment->line);
    packet_send(&segment->packet);
}

static size_t segment_max(const struct tcp *tcp)
{
    size_t mtu = link_between(tcp->socket.host, tcp->peer_host)->mtu;

    if (mtu == 0 || mtu > MTU_LOOPBACK)
        mtu = MTU_LOOPBACK;
    return mtu > 2 * HEADER ? mtu - HEADER : HEADER;
}

/* How much of what is to be sent may go now, as one segment; 0: nothing. */
static size_t next_length(const struct tcp *tcp)
{
    size_t most = segment_max(tcp), length = tcp->out.size;
    uint64_t room = tcp->window_end - tcp->sent;

    if (length > most)
        length = most;
    if (length > room)
        length = (size_t)room;
    /* A small one waits while others are on their way (RFC 896). */
    if (length < most && !tcp->no_delay && !tcp->ends && tcp->sent > tcp->acked)
        return 0;
    return length;
}

static size_t cut_at(size_t length, size_t value)
{
    return value == 0 ? length : value == 1 ? 1 : length / 2;
}

struct cut {
    const struct tcp *tcp;
    size_t length;
};

static void name_cut(const void *self, size_t value, char *text, size_t size)
{
    const struct cut *cut = self;

    snprintf(text, size, "%s > %s %zu of %zu bytes", cut->tcp->socket.host->name,
             cut->tcp->peer_host->name, cut_at(cut->length, value), cut->length);
}

/* Where to cut a segment of `length` bytes: all of them, one, or half. */
static size_t cut(const struct tcp *tcp, size_t length)
{
    struct cut self = {tcp, length};
    struct alternatives alternatives = {.anchor = name_cut, .self = &self};
    size_t bound = length > 3 ? 3 : length > 1 ? 2 : 1;

    return cut_at(length,
                  world_choose(tcp->socket.host->net->world, "net.segment", bound, &alternatives));
}

static void rest_goes(struct event *event)
{
    struct tcp *tcp = container_of(event, struct tcp, rest);
    struct net *net = tcp->socket.host->net;

    segment_pump(tcp);
    net_settle(net);
}

void segment_pump(struct tcp *tcp)
{
    struct world *world = tcp->socket.host->net->world;
    size_t length, part;

    if (tcp->state != TCP_CONNECTED || tcp->rest.entered)
        return;
    while (tcp->out.size > 0) {
        length = next_length(tcp);
        if (length == 0)
            return;
        part = cut(tcp, length);
        send_next(tcp, SEGMENT_DATA, part);
        if (part == length)
            continue;
        tcp->rest.happen = rest_goes; /* after whoever gets the first part has seen it */
        world_at(world, &tcp->rest, world->now_ns);
        return;
    }
    if (tcp->ends && !tcp->end_sent) {
        tcp->end_sent = true;
        send_next(tcp, SEGMENT_FIN, 0);
    }
}

/* ---- what is lost ---- */

static unsigned retries_max(enum segment_kind kind)
{
    return kind == SEGMENT_SYN       ? RETRIES_CONNECT_MAX
           : kind == SEGMENT_SYN_ACK ? RETRIES_ANSWER_MAX
                                     : RETRIES_MAX;
}

void segment_break(struct tcp *tcp, int error)
{
    if (tcp->orphan || tcp->state == TCP_OPENING) {
        tcp_free(tcp);
        return;
    }
    tcp->state = TCP_BROKEN;
    tcp->error = error;
    bytes_free(&tcp->out);
    segment_forget(tcp);
    world_cancel(tcp->socket.host->net->world, &tcp->rest);
    socket_notify(&tcp->socket);
}

/* How long it takes to miss a segment: twice as long each time. */
static int64_t time_to_miss(const struct segment *segment)
{
    const struct host *from = segment->packet.from, *to = segment->packet.to;
    bool opens = segment->kind == SEGMENT_SYN || segment->kind == SEGMENT_SYN_ACK;
    int64_t wait =
        opens ? MISSED_CONNECT_NS
              : MISSED_NS + link_between(from, to)->latency_ns + link_between(to, from)->latency_ns;

    for (unsigned i = 0; i < segment->retries && wait < MISSED_NS_MAX; i++)
        wait *= 2;
    return wait < MISSED_NS_MAX ? wait : MISSED_NS_MAX;
}

/* Nobody sends it again. */
static void lose_for_good(struct segment *segment)
{
    segment->gone = true;
    if (!list_linked(&segment->line))
        discard(segment);
}

static void lose(struct packet *packet)
{
    struct segment *segment = segment_of(packet);

    if (segment->kind == SEGMENT_RST)
        lose_for_good(segment); /* nobody is left who would miss it */
    else
        packet_miss_at(packet, packet->from->net->world->now_ns + time_to_miss(segment));
}

/* Nobody has acknowledged it for so long. */
static void miss(struct packet *packet)
{
    struct segment *segment = segment_of(packet);
    struct tcp *sender = tcp_find(packet->from->net, segment->from);

    if (sender == NULL || sender->state == TCP_BROKEN) {
        lose_for_good(segment);
    } else if (segment->retries++ < retries_max(segment->kind)) {
        packet_send(packet);
    } else {
        lose_for_good(segment);
        segment_break(sender, ETIMEDOUT);
    }
}

/* ---- what arrives ---- */

/* Returns: whether there was room for it. */
static bool syn_arrives(struct segment *segment)
{
    struct host *host = segment->packet.to;
    struct tcp *listener = tcp_listener_at(host, &segment->target);
    struct tcp *tcp;

    if (listener == NULL || weather_refuses(segment->packet.from, host)) {
        refuse(segment);
        return true;
    }
    if (listener->waiting > listener->backlog)
        return false;
    tcp = tcp_new(host, listener->socket.six);
    tcp->state = TCP_OPENING;
    tcp->socket.local = segment->target;
    tcp->socket.remote = segment->source;
    tcp->peer = segment->from;
    tcp->peer_host = segment->packet.from;
    tcp->no_delay = listener->no_delay;
    tcp->listener = listener;
    listener->waiting++;
    list_push_back(&listener->opening, &tcp->socket.link);
    packet_send(&make_from(tcp, SEGMENT_SYN_ACK, 0)->packet);
    return true;
}

static void syn_ack_arrives(struct segment *segment, struct tcp *tcp)
{
    if (tcp == NULL || tcp->state != TCP_CONNECTING) {
        refuse(segment);
        return;
    }
    tcp->state = TCP_CONNECTED;
    tcp->peer = segment->from;
    segment_acknowledge(tcp);
    socket_notify(&tcp->socket);
}

/* What `tcp` has answered has come to whom it answered. */
static void open_up(struct tcp *tcp)
{
    if (tcp->state != TCP_OPENING)
        return;
    tcp->state = TCP_CONNECTED;
    list_remove(&tcp->socket.link);
    list_push_back(&tcp->listener->queue, &tcp->socket.link);
    socket_notify(&tcp->listener->socket);
}

static void ack_arrives(const struct segment *segment, struct tcp *tcp)
{
    if (tcp == NULL || tcp->state == TCP_BROKEN)
        return;
    open_up(tcp);
    if (segment->ack > tcp->acked)
        tcp->acked = segment->ack;
    if (segment->window_end > tcp->window_end)
        tcp->window_end = segment->window_end;
    segment_pump(tcp);
    if (tcp->orphan && tcp_is_done(tcp)) {
        tcp_free(tcp);
    } else if (tcp->starved && tcp_writable(tcp)) {
        tcp->starved = false;
        socket_notify(&tcp->socket);
    }
}

/* The next segment of the stream has come. Returns: whether the socket is still there. */
static bool take(struct tcp *tcp, const struct segment *segment)
{
    bool more = segment->kind == SEGMENT_DATA;

    if (more && tcp->orphan) { /* nobody will ever read it */
        segment_reset(tcp);
        tcp_free(tcp);
        return false;
    }
    bytes_put(&tcp->in, segment->bytes, segment->length);
    tcp->received += more ? segment->length : 1;
    tcp->ended = !more;
    segment_acknowledge(tcp);
    if (tcp->orphan && tcp_is_done(tcp)) {
        tcp_free(tcp);
        return false;
    }
    socket_notify(&tcp->socket);
    return true;
}

/* The first segment that `tcp` waits for, if it is there. */
static struct segment *first_there(const struct tcp *tcp)
{
    struct segment *first = container_of(tcp->coming.next, struct segment, line);

    return !list_empty(&tcp->coming) && first->there ? first : NULL;
}

/* Owns the segment: it may have to wait for others. */
static void data_arrives(struct segment *segment, struct tcp *tcp)
{
    bool alive = true;

    if (tcp == NULL || tcp->state == TCP_BROKEN) {
        refuse(segment);
        discard(segment);
        return;
    }
    open_up(tcp);
    segment->there = true;
    while (alive && (segment = first_there(tcp)) != NULL) {
        list_remove(&segment->line);
        alive = take(tcp, segment);
        discard(segment);
    }
}

static void rst_arrives(struct tcp *tcp)
{
    if (tcp == NULL || tcp->state == TCP_BROKEN)
        return;
    segment_break(tcp, tcp->state == TCP_CONNECTING ? ECONNREFUSED
                       : tcp->ended                 ? EPIPE
                                                    : ECONNRESET);
}

static void arrive(struct packet *packet)
{
    struct segment *segment = segment_of(packet);
    struct tcp *tcp = tcp_find(packet->from->net, segment->to);

    switch (segment->kind) {
    case SEGMENT_SYN:
        if (!syn_arrives(segment)) {
            lose(packet);
            return;
        }
        break;
    case SEGMENT_SYN_ACK:
        syn_ack_arrives(segment, tcp);
        break;
    case SEGMENT_ACK:
        ack_arrives(segment, tcp);
        break;
    case SEGMENT_DATA:
    case SEGMENT_FIN:
        data_arrives(segment, tcp);
        return;
    case SEGMENT_RST:
        rst_arrives(tcp);
        break;
    }
    discard(segment);
}

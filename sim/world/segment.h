/*
 * segment.h - what goes over the wires between two sockets of tcp.h. Not for anybody else.
 *
 * A segment that is lost is the same segment, sent again after a while: so none comes twice, and
 * what a socket expects is a line of segments in the order in which they were sent.
 */
#ifndef RONDO_WORLD_SEGMENT_H
#define RONDO_WORLD_SEGMENT_H

#include "world/bytes.h"
#include "world/tcp.h"

enum tcp_state {
    TCP_CLOSED, /* new */
    TCP_LISTENING,
    TCP_CONNECTING, /* has asked, and waits for the answer */
    TCP_OPENING,    /* has answered, and waits for the acknowledgement */
    TCP_CONNECTED,  /* until both directions have ended, too */
    TCP_BROKEN      /* reset, refused, or given up */
};

struct tcp {
    struct socket socket; /* its link: in listener.opening or .queue, too; in none: an orphan */
    enum tcp_state state;
    bool no_delay;
    bool orphan; /* its program has closed it */
    int error;   /* of <errno.h>, not told yet */

    struct list opening; /* that have asked to connect here */
    struct list queue;   /* and may be accepted */
    size_t waiting;      /* in both */
    size_t backlog;
    struct tcp *listener; /* where it waits, itself */

    uint64_t peer; /* the other side, from which this one knows nothing but what has come */
    struct host *peer_host;

    /* Positions in the stream count its bytes, and its end as one more. */
    struct bytes out; /* not sent */
    uint64_t sent;
    uint64_t acked;
    uint64_t window_end; /* how far the other side has room */
    bool ends;           /* no more after `out` */
    bool end_sent;
    bool starved; /* since then there has been no room for more */
    struct event rest;

    struct list coming; /* segments, in the order in which they were sent */
    struct bytes in;    /* not read */
    uint64_t received;
    uint64_t promised; /* the window_end that the other side knows, or will */
    bool ended;
};

/* A socket that nobody has, and its end. */
struct tcp *tcp_new(struct host *host, bool six);
void tcp_free(struct tcp *tcp);

/* The socket `id`, or NULL if it is gone. */
struct tcp *tcp_find(const struct net *net, uint64_t id);

/* The socket that listens at the address, or NULL. */
struct tcp *tcp_listener_at(const struct host *host, const struct address *address);

/* Whether everything has been said and acknowledged, and heard. */
bool tcp_is_done(const struct tcp *tcp);

/* Ask remote to connect. */
void segment_connect(struct tcp *tcp);

/* Send what there is to be sent and room for. */
void segment_pump(struct tcp *tcp);

/* Acknowledge what has come, and say how much more may. */
void segment_acknowledge(struct tcp *tcp);

/* Say that this socket is no more. */
void segment_reset(struct tcp *tcp);

/* The connection of `tcp` is over, for a reason that its program will hear; nothing is sent. `tcp`
 * is gone afterwards if no program has it. */
void segment_break(struct tcp *tcp, int error);

/* What is on its way to `tcp` has nobody who waits for it any more. */
void segment_forget(struct tcp *tcp);

#endif

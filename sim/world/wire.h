/*
 * wire.h - packets as bytes: what a recorder of packets on a real wire would have seen of ours.
 *
 * Headers of IPv4 (RFC 791), IPv6 (RFC 8200), TCP (RFC 9293), UDP (RFC 768) and the one message of
 * ICMP (RFC 792, RFC 4443) that there is, with right lengths and checksums. Nothing in the world
 * reads them; they are made for who asks for a packet's (net.h).
 */
#ifndef RONDO_WORLD_WIRE_H
#define RONDO_WORLD_WIRE_H

#include "world/net.h"

/* The longest datagram there is, of IPv6. */
#define WIRE_SIZE_MAX (40 + 65535)

/* Of TCP: the flags that there are, and options of those that open a connection. */
enum wire_flags { WIRE_FIN = 1, WIRE_SYN = 2, WIRE_RST = 4, WIRE_PSH = 8, WIRE_ACK = 16 };
#define WIRE_WINDOW_SHIFT 7

struct wire_tcp {
    uint32_t seq;
    uint32_t ack;
    unsigned flags;
    size_t window;      /* in bytes */
    size_t segment_max; /* of a SYN */
};

/* Write a datagram from `source` to `target` to `to`, which has room for WIRE_SIZE_MAX bytes; what
 * does not fit into one is left out. Returns: its size. */
size_t wire_tcp(uint8_t *to, const struct address *source, const struct address *target,
                const struct wire_tcp *tcp, const void *bytes, size_t length);
size_t wire_udp(uint8_t *to, const struct address *source, const struct address *target,
                const void *bytes, size_t length);

/* That nobody has the port `target`, said to `source`, who sent there. */
size_t wire_unreachable(uint8_t *to, const struct address *source, const struct address *target);

#endif

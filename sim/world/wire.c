/*
 * wire.c - see wire.h.
 */
#include "world/wire.h"

#include <string.h>

enum { HEADER_V4 = 20, HEADER_V6 = 40, HEADER_TCP = 20, HEADER_UDP = 8, HEADER_ICMP = 8 };
enum { NUMBER_ICMP = 1, NUMBER_TCP = 6, NUMBER_UDP = 17, NUMBER_ICMP_SIX = 58 };

/* Of a SYN: the longest segment, no operation, and by what windows are shifted. */
#define OPTIONS_SIZE 8
#define HOPS         64

static void put16(uint8_t *to, size_t value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

static void put32(uint8_t *to, uint32_t value)
{
    put16(to, value >> 16);
    put16(to + 2, value & 0xffff);
}

/* ---- checksums (RFC 1071) ---- */

static uint64_t add(uint64_t sum, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i + 1 < size; i += 2)
        sum += (uint64_t)bytes[i] << 8 | bytes[i + 1];
    return size % 2 == 0 ? sum : sum + ((uint64_t)bytes[size - 1] << 8);
}

static void put_sum(uint8_t *to, uint64_t sum)
{
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    put16(to, ~sum & 0xffff);
}

/* ---- IP ---- */

static bool is_v4(const struct address *source, const struct address *target)
{
    return address_is_v4(source) && address_is_v4(target);
}

/* Where in a datagram what it carries begins. */
static size_t header_size(const struct address *source, const struct address *target)
{
    return is_v4(source, target) ? HEADER_V4 : HEADER_V6;
}

static void put_v4(uint8_t *to, const struct address *source, const struct address *target,
                   uint8_t number, size_t size)
{
    memset(to, 0, HEADER_V4);
    to[0] = 0x45;
    put16(to + 2, HEADER_V4 + size);
    to[6] = 0x40; /* not to be fragmented */
    to[8] = HOPS;
    to[9] = number;
    memcpy(to + 12, source->ip + 12, 4);
    memcpy(to + 16, target->ip + 12, 4);
    put_sum(to + 10, add(0, to, HEADER_V4));
}

static void put_v6(uint8_t *to, const struct address *source, const struct address *target,
                   uint8_t number, size_t size)
{
    memset(to, 0, HEADER_V6);
    to[0] = 0x60;
    put16(to + 4, size);
    to[6] = number;
    to[7] = HOPS;
    memcpy(to + 8, source->ip, 16);
    memcpy(to + 24, target->ip, 16);
}

/* What a checksum covers beside the datagram's own bytes: both addresses, number and size. */
static uint64_t pseudo_header(const struct address *source, const struct address *target,
                              uint8_t number, size_t size)
{
    size_t skip = is_v4(source, target) ? 12 : 0;
    uint64_t sum = number + size;

    sum = add(sum, source->ip + skip, 16 - skip);
    return add(sum, target->ip + skip, 16 - skip);
}

/* Put the header before the `size` bytes that are there. Returns: the size of the datagram. */
static size_t put_header(uint8_t *to, const struct address *source, const struct address *target,
                         uint8_t number, size_t size)
{
    if (is_v4(source, target))
        put_v4(to, source, target, number, size);
    else
        put_v6(to, source, target, number, size);
    return header_size(source, target) + size;
}

/* As many of `length` bytes as fit behind headers. */
static size_t fitting(const struct address *source, const struct address *target, size_t headers,
                      size_t length)
{
    size_t room = 65535 - headers - (is_v4(source, target) ? HEADER_V4 : 0);

    return length < room ? length : room;
}

/* ---- what it carries ---- */

static void put_options(uint8_t *to, size_t segment_max)
{
    static const uint8_t options[OPTIONS_SIZE] = {2, 4, 0, 0, 1, 3, 3, WIRE_WINDOW_SHIFT};

    memcpy(to, options, sizeof options);
    put16(to + 2, segment_max < 65535 ? segment_max : 65535);
}

/* The window as a header says it; that of a SYN is not shifted. */
static size_t shown_window(const struct wire_tcp *tcp)
{
    size_t window = (tcp->flags & WIRE_SYN) != 0 ? tcp->window : tcp->window >> WIRE_WINDOW_SHIFT;

    return window < 65535 ? window : 65535;
}

size_t wire_tcp(uint8_t *to, const struct address *source, const struct address *target,
                const struct wire_tcp *tcp, const void *bytes, size_t length)
{
    uint8_t *at = to + header_size(source, target);
    size_t header = HEADER_TCP + ((tcp->flags & WIRE_SYN) != 0 ? OPTIONS_SIZE : 0), size;

    length = fitting(source, target, header, length);
    size = header + length;
    put16(at, source->port);
    put16(at + 2, target->port);
    put32(at + 4, tcp->seq);
    put32(at + 8, tcp->ack);
    at[12] = (uint8_t)(header / 4 << 4);
    at[13] = (uint8_t)tcp->flags;
    put16(at + 14, shown_window(tcp));
    put32(at + 16, 0);
    if (header > HEADER_TCP)
        put_options(at + HEADER_TCP, tcp->segment_max);
    if (length > 0)
        memcpy(at + header, bytes, length);
    put_sum(at + 16, add(pseudo_header(source, target, NUMBER_TCP, size), at, size));
    return put_header(to, source, target, NUMBER_TCP, size);
}

size_t wire_udp(uint8_t *to, const struct address *source, const struct address *target,
                const void *bytes, size_t length)
{
    uint8_t *at = to + header_size(source, target);
    size_t size;

    length = fitting(source, target, HEADER_UDP, length);
    size = HEADER_UDP + length;
    put16(at, source->port);
    put16(at + 2, target->port);
    put16(at + 4, size);
    put16(at + 6, 0);
    if (length > 0)
        memcpy(at + HEADER_UDP, bytes, length);
    put_sum(at + 6, add(pseudo_header(source, target, NUMBER_UDP, size), at, size));
    if (at[6] == 0 && at[7] == 0)
        put16(at + 6, 0xffff); /* 0 means that there is none */
    return put_header(to, source, target, NUMBER_UDP, size);
}

size_t wire_unreachable(uint8_t *to, const struct address *source, const struct address *target)
{
    bool v4 = is_v4(source, target);
    uint8_t number = v4 ? NUMBER_ICMP : NUMBER_ICMP_SIX;
    uint8_t *at = to + header_size(source, target);
    size_t size = HEADER_ICMP + wire_udp(at + HEADER_ICMP, source, target, NULL, 0);

    memset(at, 0, HEADER_ICMP);
    at[0] = v4 ? 3 : 1;
    at[1] = v4 ? 3 : 4;
    put_sum(at + 2, add(v4 ? 0 : pseudo_header(target, source, number, size), at, size));
    return put_header(to, target, source, number, size);
}

/*
 * address.h - an address of IPv4 or IPv6 and a port (asyncio: ("127.0.0.1", 80)).
 *
 * It is a small value, to be copied and compared; the zone of a link-local address is no part of
 * it.
 */
#ifndef RONDO_ADDRESS_H
#define RONDO_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api.h"

/* All zero is none. */
typedef struct rondo_address {
    unsigned char ip[16]; /* of IPv4 the first four */
    uint16_t port;
    unsigned char family; /* 4 or 6 */
} rondo_address;

/* The longest text of one, with its end: "[1111:...:8888]:65535". */
#define RONDO_ADDRESS_TEXT_SIZE 56

/* Read an address in figures. Returns: 0, or RONDO_EINVAL for any other text and a port out of
 * range; set with 0 only. Suspends: never. */
RONDO_API int rondo_address_parse(const char *ip, int port, rondo_address *address);

/* Write it as "127.0.0.1:80" into `text`; what does not fit is cut off. Returns: `text`. Suspends:
 * never. */
RONDO_API char *rondo_address_text(const rondo_address *address, char *text, size_t size);

/* Whether both are the same, with their ports. Suspends: never. */
RONDO_API bool rondo_address_equal(const rondo_address *a, const rondo_address *b);

#endif

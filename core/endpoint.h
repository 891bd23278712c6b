/*
 * endpoint.h - addresses as programs write and read them. Not public.
 */
#ifndef RONDO_ENDPOINT_H
#define RONDO_ENDPOINT_H

#include "loop_uv.h"

/* The longest text of an address, with its port and its end. */
#define ENDPOINT_TEXT_SIZE 64

/* The address that `host` and `port` stand for; `host` NULL: any of IPv4. Returns: 0, RONDO_EINVAL,
 * RONDO_ENOTSUP. */
int endpoint_resolve(const char *host, int port, struct sockaddr_storage *address);

/* Write `address` as "127.0.0.1:80" into `text`, ENDPOINT_TEXT_SIZE long. */
void endpoint_text(const struct sockaddr *address, char *text);

/* Its port. */
int endpoint_port(const struct sockaddr *address);

#endif

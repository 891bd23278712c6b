/*
 * resolve.h - what names stand for (asyncio: loop.getaddrinfo, loop.getnameinfo).
 *
 * Questions are libuv's: each keeps a thread of its pool, no more than two of them at a time. Codes
 * of answers that are none are libuv's, too: UV_EAI_NONAME for a name that is not known,
 * UV_EAI_AGAIN when nobody has answered.
 */
#ifndef RONDO_RESOLVE_H
#define RONDO_RESOLVE_H

#include "address.h"
#include "error.h"

/* All zero is the default. */
typedef struct rondo_resolve_options {
    int family;   /* 4 or 6; 0: both */
    bool figures; /* ask nobody: another text is not known, an address is written as it is */
    bool passive; /* without a name: all addresses of this host, and not its loopback */
    bool named;   /* of rondo_getnameinfo(): an address without a name is a failure */
} rondo_resolve_options;

/* The addresses of `host`, the preferred first, each with `port`: as many as there is room for in
 * `addresses`, `max` of them (asyncio: getaddrinfo, of one type of sockets). `host` NULL: this one.
 * Options: `rondo_getaddrinfo("db", 80, addresses, 8, .family = 4)`. Requires: called in a task,
 * else RONDO_EMISUSE; on a loop of libuv, else RONDO_ENOTSUP. Returns: how many the name has, at
 * least 1; RONDO_ECANCELED, RONDO_ENOMEM; RONDO_EINVAL for a port or family out of range; or
 * libuv's code. Suspends: may. Owns: `host` is copied. */
#define rondo_getaddrinfo(host, port, addresses, max, ...)   \
    rondo_getaddrinfo_at((host), (port), (addresses), (max), \
                         &(rondo_resolve_options){__VA_ARGS__}, RONDO_HERE)
RONDO_API RONDO_MUST int rondo_getaddrinfo_at(const char *host, int port, rondo_address *addresses,
                                              size_t max, const rondo_resolve_options *options,
                                              const char *here);

/* The name of `address`, in `size` bytes of `host`: in figures if it has none (asyncio:
 * getnameinfo). Requires: as rondo_getaddrinfo(). Returns: 0; RONDO_ECANCELED, RONDO_ENOMEM;
 * RONDO_EINVAL for none; UV_ENOSPC if it does not fit; or libuv's code. Suspends: may. */
#define rondo_getnameinfo(address, host, size, ...)                                        \
    rondo_getnameinfo_at((address), (host), (size), &(rondo_resolve_options){__VA_ARGS__}, \
                         RONDO_HERE)
RONDO_API RONDO_MUST int rondo_getnameinfo_at(const rondo_address *address, char *host, size_t size,
                                              const rondo_resolve_options *options,
                                              const char *here);

#endif

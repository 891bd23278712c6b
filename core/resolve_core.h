/*
 * resolve_core.h - whom a program means by a host and a port. Not public.
 */
#ifndef RONDO_RESOLVE_CORE_H
#define RONDO_RESOLVE_CORE_H

#include "address_core.h"
#include "resolve.h"

/* Addresses of one name that are tried. */
#define ADDRESSES_TRIED_MAX 16

/* As rondo_getaddrinfo(), but that nobody is asked about an address in figures, about "localhost",
 * which is 127.0.0.1, or about NULL, which is every address of IPv4: these need no task. Returns:
 * how many are in `addresses`. */
int resolve(const char *host, int port, int family, rondo_address addresses[ADDRESSES_TRIED_MAX],
            const char *here);

#endif

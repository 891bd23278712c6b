/*
 * address_core.h - an address as libuv has it. Not public.
 */
#ifndef RONDO_ADDRESS_CORE_H
#define RONDO_ADDRESS_CORE_H

#include "address.h"
#include "loop_uv.h"

/* From the one to the other; none is AF_UNSPEC, and so is any other family. */
void address_to_uv(const rondo_address *address, struct sockaddr_storage *uv);
rondo_address address_from_uv(const struct sockaddr *uv);

#endif

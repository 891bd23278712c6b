/*
 * needs_tcp.c - calls a part of libuv that is not simulated.
 */
#include <uv.h>

#include "rondo.h"

static int connects(void *arg, rondo_value *out)
{
    uv_tcp_t tcp;

    return uv_tcp_init(uv_default_loop(), &tcp);
}

RONDO_PROGRAM(connects, connects);

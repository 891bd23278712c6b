/*
 * needs_tty.c - calls a part of libuv that is not simulated.
 */
#include <uv.h>

#include "rondo.h"

static int opens_terminal(void *arg, rondo_value *out)
{
    uv_tty_t tty;

    return uv_tty_init(uv_default_loop(), &tty, 0, 1);
}

RONDO_PROGRAM(opens_terminal, opens_terminal);

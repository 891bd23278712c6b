/*
 * echo.h - plain libuv that echoes, and plain libuv that asks: the same file on the real libuv and
 * on the simulated one.
 */
#ifndef RONDO_BENCH_ECHO_H
#define RONDO_BENCH_ECHO_H

#include <uv.h>

#define ECHO_SIZE 64 /* bytes of a message */

/* A server on `loop` at `port` (0: any) of every address. Returns: its port. */
struct echo_server {
    uv_tcp_t tcp;
};
int echo_listen(uv_loop_t *loop, struct echo_server *server, int port);

/* A connection that sends a message and waits for it to come back, so often, with a pause before
 * each. It closes itself after the last; the loop ends when all have. */
struct asker {
    uv_tcp_t tcp;
    uv_timer_t timer;
    uv_connect_t connect;
    uint64_t pause_ms;
    size_t trips; /* still to go */
    size_t there; /* bytes of the message that have come back */
};
void echo_ask(uv_loop_t *loop, struct asker *asker, const char *host, int port, size_t trips,
              uint64_t pause_ms);

#endif

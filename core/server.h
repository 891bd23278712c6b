/*
 * server.h - accepting connections, each in a task of its own (asyncio: start_server, Server).
 *
 * A server belongs to its loop, and goes when that is closed.
 */
#ifndef RONDO_SERVER_H
#define RONDO_SERVER_H

#include "stream.h"

typedef struct rondo_server rondo_server;

/* What runs for a connection, as a task. The stream is the server's: when the function returns,
 * whatever it returns, it is closed after all that was written, and gone. A failure goes to the
 * loop's exception handler, a cancellation does not (STR-21). */
typedef int (*rondo_client_connected)(rondo_stream *stream, void *arg);

/* All zero is the default. */
typedef struct rondo_server_options {
    size_t limit; /* of the streams, see rondo_stream_options */
    int backlog;  /* 0: 100 */
} rondo_server_options;

/* Serve at `port` (0: any that is free) of `host`, an address in figures, "localhost", or NULL for
 * every address of IPv4 (asyncio: start_server). Requires: in a running loop of libuv, else
 * RONDO_EMISUSE, RONDO_ENOTSUP, and that also for other names. Returns: 0; RONDO_ENOMEM;
 * RONDO_EINVAL for a port out of range or no function; or libuv's code, as UV_EADDRINUSE (SRV-02).
 * Suspends: never, as yet: names will. Owns: the caller has `*server`, to be given to
 * rondo_server_free(), set with 0 only; `arg` must live until all clients are gone. */
#define rondo_start_server(client_connected, arg, host, port, server, ...)     \
    rondo_start_server_at((client_connected), (arg), (host), (port), (server), \
                          &(rondo_server_options){__VA_ARGS__})
RONDO_API RONDO_MUST int rondo_start_server_at(rondo_client_connected client_connected, void *arg,
                                               const char *host, int port, rondo_server **server,
                                               const rondo_server_options *options);

/* Close `server`, if that has not been done, and give it up; its clients go on. NULL is allowed.
 * Requires: no task waits in it. Suspends: never. */
RONDO_API void rondo_server_free(rondo_server *server);

/* Accept no more (SRV-01). Connections that are open stay open. Suspends: never. */
RONDO_API void rondo_server_close(rondo_server *server);

/* Not closed. Suspends: never. */
RONDO_API bool rondo_server_is_serving(const rondo_server *server);

/* Wait until `server` is closed and all its connections are (SRV-04). Requires: called in a task,
 * else RONDO_EMISUSE. Returns: 0 or RONDO_ECANCELED. Suspends: may; not if that is so already. */
#define rondo_server_wait_closed(server) rondo_server_wait_closed_at((server), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_server_wait_closed_at(rondo_server *server, const char *here);

/* Serve until cancelled, which closes `server` and waits for its connections, or until somebody
 * closes it (SRV-03). Requires: called in a task, and `server` is not closed, else RONDO_EMISUSE.
 * Returns: RONDO_ECANCELED. Suspends: may. */
#define rondo_server_serve_forever(server) rondo_server_serve_forever_at((server), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_server_serve_forever_at(rondo_server *server, const char *here);

/* Where it serves, as "127.0.0.1:80", and the port alone. Suspends: never. Owns: valid as long as
 * the server. */
RONDO_API const char *rondo_server_sockname(const rondo_server *server);
RONDO_API int rondo_server_port(const rondo_server *server);

#endif

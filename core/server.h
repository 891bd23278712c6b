/*
 * server.h - accepting connections (asyncio: create_server, start_server, Server): each is told to
 * a protocol of its own, or served by a task of its own.
 *
 * A server belongs to its loop, and goes when that is closed.
 */
#ifndef RONDO_SERVER_H
#define RONDO_SERVER_H

#include "stream.h"

typedef struct rondo_server rondo_server;

/* All zero is the default. */
typedef struct rondo_server_options {
    size_t limit;     /* of rondo_start_server()'s streams, see rondo_stream_options */
    int backlog;      /* 0: 100 */
    bool start_later; /* have the address, and accept nobody until rondo_server_start_serving() or
                         rondo_server_serve_forever() */
} rondo_server_options;

/* Serve at `port` (0: any that is free) of `host`, an address in figures, "localhost", or NULL for
 * every address of IPv4; "::" is every address of both families (SRV-02). Each connection is told
 * to the protocol that `factory(arg)` makes (asyncio: create_server); if it makes none, the
 * connection is closed. Requires: in a running loop of libuv, else RONDO_EMISUSE, RONDO_ENOTSUP,
 * and that also for other names. Returns: 0; RONDO_ENOMEM; RONDO_EINVAL for a port out of range or
 * no function; or libuv's code, as UV_EADDRINUSE (SRV-02). Suspends: never, as yet: names will.
 * Owns: the caller has `*server`, to be given to rondo_server_free(), set with 0 only; `arg` must
 * live until all connections are gone. */
#define rondo_create_server(factory, arg, host, port, server, ...)     \
    rondo_create_server_at((factory), (arg), (host), (port), (server), \
                           &(rondo_server_options){__VA_ARGS__})
RONDO_API RONDO_MUST int rondo_create_server_at(rondo_protocol_factory factory, void *arg,
                                                const char *host, int port, rondo_server **server,
                                                const rondo_server_options *options);

/* As rondo_create_server(), at a unix socket that is made at `path` and removed when the server is
 * closed (asyncio: create_unix_server). Returns: also UV_ENAMETOOLONG for more than 107 bytes, and
 * UV_EADDRINUSE if there is a file: one that a server left behind which was killed, too. */
#define rondo_create_unix_server(factory, arg, path, server, ...)   \
    rondo_create_unix_server_at((factory), (arg), (path), (server), \
                                &(rondo_server_options){__VA_ARGS__})
RONDO_API RONDO_MUST int rondo_create_unix_server_at(rondo_protocol_factory factory, void *arg,
                                                     const char *path, rondo_server **server,
                                                     const rondo_server_options *options);

/* What runs for a connection, as a task. The stream is the server's: when the function returns,
 * whatever it returns, it is closed after all that was written, and gone. A failure goes to the
 * loop's exception handler, a cancellation does not (STR-21). */
typedef int (*rondo_client_connected)(rondo_stream *stream, void *arg);

/* As rondo_create_server(), each connection being a stream that a task serves (asyncio:
 * start_server). */
#define rondo_start_server(client_connected, arg, host, port, server, ...)     \
    rondo_start_server_at((client_connected), (arg), (host), (port), (server), \
                          &(rondo_server_options){__VA_ARGS__})
RONDO_API RONDO_MUST int rondo_start_server_at(rondo_client_connected client_connected, void *arg,
                                               const char *host, int port, rondo_server **server,
                                               const rondo_server_options *options);

/* As rondo_start_server(), at a unix socket (asyncio: start_unix_server). */
#define rondo_start_unix_server(client_connected, arg, path, server, ...)   \
    rondo_start_unix_server_at((client_connected), (arg), (path), (server), \
                               &(rondo_server_options){__VA_ARGS__})
RONDO_API RONDO_MUST int rondo_start_unix_server_at(rondo_client_connected client_connected,
                                                    void *arg, const char *path,
                                                    rondo_server **server,
                                                    const rondo_server_options *options);

/* Accept connections from now on, if that has not begun (SRV-03). Returns: 0; RONDO_EMISUSE if
 * `server` is closed; or libuv's code. Suspends: never. */
RONDO_API int rondo_server_start_serving(rondo_server *server);

/* Close `server`, if that has not been done, and give it up; its clients go on. NULL is allowed.
 * Requires: no task waits in it. Suspends: never. */
RONDO_API void rondo_server_free(rondo_server *server);

/* Accept no more (SRV-01). Connections that are open stay open. Suspends: never. */
RONDO_API void rondo_server_close(rondo_server *server);

/* Close every connection that is open, as rondo_transport_close() and rondo_transport_abort() do
 * (SRV-05). Suspends: never. */
RONDO_API void rondo_server_close_clients(rondo_server *server);
RONDO_API void rondo_server_abort_clients(rondo_server *server);

/* Begun, and not closed. Suspends: never. */
RONDO_API bool rondo_server_is_serving(const rondo_server *server);

/* Wait until `server` is closed and all its connections are (SRV-04). Requires: called in a task,
 * else RONDO_EMISUSE. Returns: 0 or RONDO_ECANCELED. Suspends: may; not if that is so already. */
#define rondo_server_wait_closed(server) rondo_server_wait_closed_at((server), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_server_wait_closed_at(rondo_server *server, const char *here);

/* Serve until cancelled, which closes `server` and waits for its connections, or until somebody
 * closes it (SRV-03). Requires: called in a task, no other task does so, and `server` is not
 * closed, else RONDO_EMISUSE. Returns: RONDO_ECANCELED; or as rondo_server_start_serving().
 * Suspends: may. */
#define rondo_server_serve_forever(server) rondo_server_serve_forever_at((server), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_server_serve_forever_at(rondo_server *server, const char *here);

/* Where it serves, as "127.0.0.1:80" or a path, and the port alone, or 0 (asyncio: sockets).
 * Suspends: never. Owns: valid as long as the server. */
RONDO_API const char *rondo_server_sockname(const rondo_server *server);
RONDO_API int rondo_server_port(const rondo_server *server);

#endif

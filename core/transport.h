/*
 * transport.h - connections that tell a protocol what happens to them (asyncio: transports,
 * create_connection).
 *
 * A transport carries bytes there and back; what they mean is its protocol's business
 * (protocol.h). Ours are connections of TCP and of unix sockets; one of the program's own is a
 * struct of the same functions, and whatever works on the one works on the other, streams too
 * (rondo_stream_new()).
 *
 * A program that runs on libuv without our executables ignores SIGPIPE, as libuv wants it:
 * signal(SIGPIPE, SIG_IGN). To write to somebody who has gone is an error then, and else the end.
 *
 * A transport lives until its protocol's connection_lost() has returned; whoever wants to use it
 * after that holds it. It belongs to its loop: if that is closed, connection_lost() is told so.
 */
#ifndef RONDO_TRANSPORT_H
#define RONDO_TRANSPORT_H

#include <stdbool.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "protocol.h"

/* What a transport can do, all called with the transport. What is NULL it cannot: the verb below
 * says RONDO_ENOTSUP, or does nothing where it gives no code. The verbs say what each means. */
typedef struct rondo_transport_methods {
    int (*write)(rondo_transport *self, const void *data, size_t size);
    int (*writelines)(rondo_transport *self, const struct iovec *parts, size_t count);
    int (*write_eof)(rondo_transport *self);
    void (*close)(rondo_transport *self);
    void (*abort)(rondo_transport *self);
    bool (*is_closing)(const rondo_transport *self);
    void (*pause_reading)(rondo_transport *self);
    void (*resume_reading)(rondo_transport *self);
    bool (*is_reading)(const rondo_transport *self);
    int (*set_write_buffer_limits)(rondo_transport *self, ssize_t high, ssize_t low);
    void (*get_write_buffer_limits)(const rondo_transport *self, size_t *high, size_t *low);
    size_t (*get_write_buffer_size)(const rondo_transport *self);
    const char *(*get_extra_info)(const rondo_transport *self, const char *name);
    void (*hold)(rondo_transport *self, int change); /* one holder more (1) or less (-1) */
} rondo_transport_methods;

/* First member of a transport. */
struct rondo_transport {
    const rondo_transport_methods *methods;
    rondo_protocol *protocol;
};

/* Connect to `port` of `host`, as rondo_open_connection() does, and have the connection told to the
 * protocol that `factory(arg)` makes (asyncio: create_connection). connection_made() has been
 * called when this returns. Requires: called in a task, else RONDO_EMISUSE; on a loop of libuv,
 * else RONDO_ENOTSUP. Returns: 0; RONDO_ECANCELED, and a connection that there was is
 * closed; RONDO_ENOMEM, also if `factory` made none; RONDO_EINVAL for a port out of range; or
 * as rondo_open_connection(). Suspends: may. Owns: `*transport` (`transport` may be NULL: the
 * protocol knows it) is borrowed until connection_lost() returns, and NULL if it has already; set
 * with 0 only. */
#define rondo_create_connection(factory, arg, host, port, transport) \
    rondo_create_connection_at((factory), (arg), (host), (port), (transport), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_create_connection_at(rondo_protocol_factory factory, void *arg,
                                                    const char *host, int port,
                                                    rondo_transport **transport, const char *here);

/* As rondo_create_connection(), to the unix socket at `path` (asyncio: create_unix_connection).
 * Returns: also UV_ENAMETOOLONG for more than 107 bytes; UV_ENOENT if there is nothing,
 * UV_ECONNREFUSED if nobody listens; UV_EAGAIN if too many wait there. */
#define rondo_create_unix_connection(factory, arg, path, transport) \
    rondo_create_unix_connection_at((factory), (arg), (path), (transport), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_create_unix_connection_at(rondo_protocol_factory factory, void *arg,
                                                         const char *path,
                                                         rondo_transport **transport,
                                                         const char *here);

/* ---- writing ---- */

/* Send `size` bytes: at once what the connection takes, the rest, copied, later and in order
 * (TRN-12); none is nothing (TRN-14). Returns: 0; RONDO_EINVAL for 2 GiB or more; RONDO_EMISUSE
 * after write_eof; UV_ECONNRESET after close, or the code with which the connection was lost
 * (TRN-13); RONDO_ENOMEM if there was none for the rest, with which the connection is lost, too.
 * Suspends: never. */
RONDO_API int rondo_transport_write(rondo_transport *transport, const void *data, size_t size);

/* Send all of `parts`, one behind the other, as one write of all of them (TRN-02). */
RONDO_API int rondo_transport_writelines(rondo_transport *transport, const struct iovec *parts,
                                         size_t count);

/* Send no more: the other side sees the end after all that was written (TRN-15). Returns: 0; as
 * rondo_transport_write(); or RONDO_ENOTSUP. Suspends: never. */
RONDO_API int rondo_transport_write_eof(rondo_transport *transport);

/* Whether it can do that. Suspends: never. */
RONDO_API bool rondo_transport_can_write_eof(const rondo_transport *transport);

/* Let the protocol pause writing when more than `high` bytes are still to be sent, and resume when
 * there are no more than `low` (asyncio: set_write_buffer_limits). -1 is asyncio's choice: 64 KiB,
 * or four times `low`; a quarter of `high`. It holds for what is to be sent now, too (TRN-03).
 * Returns: 0; RONDO_EINVAL if `low` would be above `high`. Suspends: never. */
RONDO_API int rondo_transport_set_write_buffer_limits(rondo_transport *transport, ssize_t high,
                                                      ssize_t low);

/* These two, 0 where there are none; and what is still to be sent. Suspends: never. */
RONDO_API void rondo_transport_get_write_buffer_limits(const rondo_transport *transport,
                                                       size_t *high, size_t *low);
RONDO_API size_t rondo_transport_get_write_buffer_size(const rondo_transport *transport);

/* ---- reading ---- */

/* Tell the protocol of nothing more that comes; go on. Either may be done at any time, and again
 * (TRN-10). Suspends: never. */
RONDO_API void rondo_transport_pause_reading(rondo_transport *transport);
RONDO_API void rondo_transport_resume_reading(rondo_transport *transport);

/* Neither paused nor closing. Suspends: never. */
RONDO_API bool rondo_transport_is_reading(const rondo_transport *transport);

/* ---- the end ---- */

/* Close, after all that was written has been sent; nothing is read from now on (TRN-06). The
 * protocol's connection_lost() comes later, never from inside. Suspends: never. */
RONDO_API void rondo_transport_close(rondo_transport *transport);

/* Close at once, and drop what has not been sent (TRN-07). Suspends: never. */
RONDO_API void rondo_transport_abort(rondo_transport *transport);

/* Whether it is closed, is being closed, or was lost. Suspends: never. */
RONDO_API bool rondo_transport_is_closing(const rondo_transport *transport);

/* ---- what one can see and set ---- */

/* What `transport` knows by `name`; `otherwise` if nothing (TRN-01). Ours know "peername" and
 * "sockname", as "127.0.0.1:80", or as a path, "" for none. Suspends: never. Owns: valid as long as
 * the transport. */
RONDO_API const char *rondo_transport_get_extra_info(const rondo_transport *transport,
                                                     const char *name, const char *otherwise);

/* Whom it tells; somebody else from now on, who is not told of what has been. Not from inside
 * get_buffer(). Suspends: never. */
RONDO_API rondo_protocol *rondo_transport_get_protocol(const rondo_transport *transport);
RONDO_API void rondo_transport_set_protocol(rondo_transport *transport, rondo_protocol *protocol);

/* Keep `transport` beyond connection_lost(), and no longer; what is done to it then has no effect.
 * One of the program's own that does not count lives as long as the program says.
 * Returns: `transport`. Suspends: never. */
RONDO_API rondo_transport *rondo_transport_ref(rondo_transport *transport);
RONDO_API void rondo_transport_unref(rondo_transport *transport);

#endif

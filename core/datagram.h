/*
 * datagram.h - endpoints of datagrams that tell a protocol what comes (asyncio: DatagramTransport,
 * DatagramProtocol, create_datagram_endpoint).
 *
 * A datagram is a message: it comes whole, or not at all; once or twice; before or after another.
 * That one was sent says nothing of whether it came.
 *
 * An endpoint lives until its protocol's connection_lost() has returned; whoever wants to use it
 * after that holds it. It belongs to its loop: if that is closed, connection_lost() is told so.
 */
#ifndef RONDO_DATAGRAM_H
#define RONDO_DATAGRAM_H

#include <sys/types.h>

#include "address.h"
#include "error.h"

/* The endpoint (asyncio: DatagramTransport). */
typedef struct rondo_datagram rondo_datagram;

typedef struct rondo_datagram_protocol rondo_datagram_protocol;

/* Any function may be NULL: nothing is done then. They are called by the loop, outside of tasks, in
 * the context in which the endpoint was asked for, and must not suspend: what would, says
 * RONDO_EMISUSE. */
typedef struct rondo_datagram_protocol_methods {
    /* There is an endpoint, to be sent from and closed until connection_lost(). */
    void (*connection_made)(rondo_datagram_protocol *self, rondo_datagram *datagram);

    /* One has come, perhaps with no bytes. `data` and `from` are borrowed for the call. Returns: 0,
     * or a code, of which the exception handler is told; the endpoint goes on. */
    int (*datagram_received)(rondo_datagram_protocol *self, const void *data, size_t size,
                             const rondo_address *from);

    /* One could not be sent, or libuv says what came of one: UV_ECONNREFUSED when nobody has the
     * port that it is connected to. The endpoint goes on (TRN-18). */
    void (*error_received)(rondo_datagram_protocol *self, int code);

    /* The last call: it is closed; RONDO_ECLOSED if its loop is closed meanwhile. */
    void (*connection_lost)(rondo_datagram_protocol *self, int code);

    /* There is more to be sent than there should be; no longer. They take turns, and may be called
     * from inside a send. */
    void (*pause_writing)(rondo_datagram_protocol *self);
    void (*resume_writing)(rondo_datagram_protocol *self);
} rondo_datagram_protocol_methods;

/* First member of a protocol. Borrowed by its endpoint until connection_lost() returns. */
struct rondo_datagram_protocol {
    const rondo_datagram_protocol_methods *methods;
};

/* Makes a protocol for a new endpoint. Returns: NULL without memory. */
typedef rondo_datagram_protocol *(*rondo_datagram_factory)(void *arg);

/* Where it is, and whom it is connected to. All zero is neither, which is refused unless there is a
 * family. */
typedef struct rondo_datagram_options {
    const char *local_host;  /* NULL: any, if there is a local port or no remote one */
    int local_port;          /* 0: any that is free */
    const char *remote_host; /* NULL, without a remote port: not connected; with one: this host */
    int remote_port;
    int family;           /* 4 or 6; 0: that of the addresses */
    bool reuse_address;   /* others may have the port, too: what comes is for the last one */
    bool allow_broadcast; /* else sending to 255.255.255.255 is refused */
} rondo_datagram_options;

/* Open an endpoint, and have it told to the protocol that `factory(arg)` makes (asyncio:
 * create_datagram_endpoint). Of several addresses that a name has the first is taken that can be
 * had. connection_made() has been called when this returns. Options:
 * `rondo_create_datagram_endpoint(factory, arg, &datagram, .local_port = 9999)`. Requires: called
 * in a task, else RONDO_EMISUSE; on a loop of libuv, else RONDO_ENOTSUP. Returns: 0;
 * RONDO_ECANCELED, and then it is closed; RONDO_ENOMEM, also if `factory` made none; RONDO_EINVAL
 * for no address at all, or a port or family out of range; or libuv's code, as UV_EADDRINUSE, or
 * that of a name (resolve.h). Suspends: may. Owns: `*datagram` (may be NULL: the protocol knows it)
 * is borrowed until connection_lost() returns; set with 0 only. */
#define rondo_create_datagram_endpoint(factory, arg, datagram, ...) \
    rondo_create_datagram_endpoint_at((factory), (arg), (datagram), \
                                      &(rondo_datagram_options){__VA_ARGS__}, RONDO_HERE)
RONDO_API RONDO_MUST int rondo_create_datagram_endpoint_at(rondo_datagram_factory factory,
                                                           void *arg, rondo_datagram **datagram,
                                                           const rondo_datagram_options *options,
                                                           const char *here);

/* Send `size` bytes, perhaps none, as one datagram to `to`, or with NULL whom it is connected to:
 * at once if the system takes it, else, copied, later and in order (TRN-17). What libuv refuses -
 * UV_EMSGSIZE, UV_ENETUNREACH - is told to error_received(), now or later. Returns: 0; RONDO_EINVAL
 * for nobody to send to, or, if it is connected, for somebody else; UV_ECONNRESET after close;
 * RONDO_ENOMEM. Suspends: never. */
RONDO_API int rondo_datagram_sendto(rondo_datagram *datagram, const void *data, size_t size,
                                    const rondo_address *to);

/* Let the protocol pause writing when more than `high` bytes are still to be sent, and resume when
 * there are no more than `low`. -1 is asyncio's choice: 64 KiB, or four times `low`; a quarter of
 * `high`. Returns: 0; RONDO_EINVAL if `low` would be above `high`. Suspends: never. */
RONDO_API int rondo_datagram_set_write_buffer_limits(rondo_datagram *datagram, ssize_t high,
                                                     ssize_t low);

/* These two; and what is still to be sent. Suspends: never. */
RONDO_API void rondo_datagram_get_write_buffer_limits(const rondo_datagram *datagram, size_t *high,
                                                      size_t *low);
RONDO_API size_t rondo_datagram_get_write_buffer_size(const rondo_datagram *datagram);

/* Close, after all that waits has been sent; nothing more is told but connection_lost(), later.
 * Suspends: never. */
RONDO_API void rondo_datagram_close(rondo_datagram *datagram);

/* Close at once, and drop what has not been sent. Suspends: never. */
RONDO_API void rondo_datagram_abort(rondo_datagram *datagram);

/* Whether it is closed or being closed. Suspends: never. */
RONDO_API bool rondo_datagram_is_closing(const rondo_datagram *datagram);

/* "sockname" and, if it is connected, "peername", as "127.0.0.1:80"; for any other name
 * `otherwise`. Suspends: never. Owns: valid as long as the endpoint. */
RONDO_API const char *rondo_datagram_get_extra_info(const rondo_datagram *datagram,
                                                    const char *name, const char *otherwise);

/* The same as addresses. Returns: 0; UV_ENOTCONN. Suspends: never. */
RONDO_API int rondo_datagram_local(const rondo_datagram *datagram, rondo_address *address);
RONDO_API int rondo_datagram_remote(const rondo_datagram *datagram, rondo_address *address);

/* Whom it tells; somebody else from now on, who is not told of what has been. Suspends: never. */
RONDO_API rondo_datagram_protocol *rondo_datagram_get_protocol(const rondo_datagram *datagram);
RONDO_API void rondo_datagram_set_protocol(rondo_datagram *datagram,
                                           rondo_datagram_protocol *protocol);

/* Keep it beyond connection_lost(), and no longer; what is done to it then has no effect. NULL is
 * allowed for the second. Returns: `datagram`. Suspends: never. */
RONDO_API rondo_datagram *rondo_datagram_ref(rondo_datagram *datagram);
RONDO_API void rondo_datagram_unref(rondo_datagram *datagram);

#endif

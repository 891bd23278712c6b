/*
 * protocol.h - what a connection tells whoever uses it (asyncio: Protocol, BufferedProtocol).
 *
 * A protocol is functions, and the state of one connection behind them:
 *
 *     struct echo {
 *         rondo_protocol protocol;
 *         rondo_transport *transport;
 *     };
 *
 *     static int echo_received(rondo_protocol *self, const void *data, size_t size)
 *     {
 *         return rondo_transport_write(((struct echo *)self)->transport, data, size);
 *     }
 *
 * Any function may be NULL: nothing is done then (TRN-04). They are called by the loop, outside of
 * tasks, in the context in which the connection was asked for, and must not suspend: what would,
 * says RONDO_EMISUSE. The order is asyncio's: connection_made once, then data, perhaps the end of
 * it, then connection_lost once (TRN-05).
 */
#ifndef RONDO_PROTOCOL_H
#define RONDO_PROTOCOL_H

#include "api.h"
#include "error.h"

typedef struct rondo_transport rondo_transport;
typedef struct rondo_protocol rondo_protocol;

typedef struct rondo_protocol_methods {
    /* There is a connection, `transport`, to be written to and closed until connection_lost(). */
    void (*connection_made)(rondo_protocol *self, rondo_transport *transport);

    /* So much has come, at least one byte; nothing says that it is one message, or not half of one.
     * `data` is borrowed for the call. Returns: 0, or a code with which the connection is given up
     * and the exception handler told (TRN-09); so do buffer_updated(), get_buffer() and
     * eof_received(). */
    int (*data_received)(rondo_protocol *self, const void *data, size_t size);

    /* If this is there, data is read into memory of the protocol's, and data_received() is not
     * called: get_buffer() says where, with `hint` bytes being a good size, and buffer_updated()
     * how much has come. An empty buffer is a failure (TRN-16). */
    int (*get_buffer)(rondo_protocol *self, size_t hint, void **data, size_t *size);
    int (*buffer_updated)(rondo_protocol *self, size_t size);

    /* The other side sends no more. Returns: 0 to close; above 0 to go on sending (TRN-11). */
    int (*eof_received)(rondo_protocol *self);

    /* The last call: the connection is closed, or was lost with `code` (0: neither side is to
     * blame); RONDO_ECLOSED if its loop is closed meanwhile. The transport is gone after it, unless
     * somebody holds it, and the protocol may free itself. */
    void (*connection_lost)(rondo_protocol *self, int code);

    /* There is more to be sent than there should be; no longer. They take turns, and may be called
     * from inside a write. */
    void (*pause_writing)(rondo_protocol *self);
    void (*resume_writing)(rondo_protocol *self);
} rondo_protocol_methods;

/* First member of a protocol. Borrowed by its transport until connection_lost() returns. */
struct rondo_protocol {
    const rondo_protocol_methods *methods;
};

/* Makes a protocol for a new connection. Returns: NULL to refuse it, or without memory. */
typedef rondo_protocol *(*rondo_protocol_factory)(void *arg);

/* ---- for transports of the program's own: tell `protocol`, if it wants to know ----
 * data_received serves a protocol that has buffers of its own, too (asyncio:
 * _feed_data_to_buffered_proto). Returns: what the protocol does; 0 if it does nothing;
 * RONDO_EINVAL for an empty buffer. Suspends: never. */
RONDO_API void rondo_protocol_connection_made(rondo_protocol *protocol, rondo_transport *transport);
RONDO_API int rondo_protocol_data_received(rondo_protocol *protocol, const void *data, size_t size);
RONDO_API int rondo_protocol_get_buffer(rondo_protocol *protocol, size_t hint, void **data,
                                        size_t *size);
RONDO_API int rondo_protocol_eof_received(rondo_protocol *protocol);
RONDO_API void rondo_protocol_connection_lost(rondo_protocol *protocol, int code);
RONDO_API void rondo_protocol_pause_writing(rondo_protocol *protocol);
RONDO_API void rondo_protocol_resume_writing(rondo_protocol *protocol);

#endif

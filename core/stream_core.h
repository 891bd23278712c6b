/*
 * stream_core.h - a stream as the files that make it work see it. Not public.
 */
#ifndef RONDO_STREAM_CORE_H
#define RONDO_STREAM_CORE_H

#include "loop_uv.h"
#include "object.h"
#include "server.h"

/* Bytes, of which the first ones have been taken. All zero is none. */
struct stream_bytes {
    char *data;
    size_t start;
    size_t size;
    size_t capacity;
};

struct rondo_stream {
    rondo_protocol protocol;
    rondo_transport *transport; /* held; NULL: not connected yet */
    struct device device;       /* of the loop */
    struct rondo_loop *loop;
    rondo_object object;
    rondo_iterator lines; /* rondo_stream_lines() */
    int error;            /* with which the connection was lost, or 0 */
    bool lost;            /* closed, or lost: nothing comes from the transport any more */
    bool closing;         /* asked for */
    bool given_up;        /* by its owner */

    rondo_client_connected client_connected; /* of a server: who serves it; or NULL */
    void *client_arg;

    size_t limit;
    struct stream_bytes ahead; /* read, and not taken */
    struct stream_bytes line;  /* what the last read has given */
    bool ended;                /* no more will come */
    bool read_paused;          /* there is too much ahead */
    rondo_park reader;

    bool write_paused; /* there is too much to be sent */
    rondo_park drainers;
    rondo_park closers;
};

/* A stream without a connection. Returns: NULL without memory. */
struct rondo_stream *stream_new(struct rondo_loop *loop, size_t limit);

/* For stream.c, stream_read.c's part of being a protocol. */
int stream_get_buffer(rondo_protocol *self, size_t hint, void **data, size_t *size);
int stream_buffer_updated(rondo_protocol *self, size_t size);
int stream_eof_received(rondo_protocol *self);

static inline struct rondo_stream *stream_of(rondo_protocol *protocol)
{
    return container_of(protocol, struct rondo_stream, protocol);
}

#endif

/*
 * stream_core.h - a stream as the files that make it work see it. Not public.
 */
#ifndef RONDO_STREAM_CORE_H
#define RONDO_STREAM_CORE_H

#include "loop_uv.h"
#include "object.h"
#include "stream.h"

/* The longest text of an address, with its port and its end. */
#define STREAM_ADDRESS_SIZE 64

/* Bytes, of which the first ones have been taken. All zero is none. */
struct stream_bytes {
    char *data;
    size_t start;
    size_t size;
    size_t capacity;
};

struct rondo_stream {
    uv_tcp_t uv;
    struct device device; /* of the loop */
    struct rondo_loop *loop;
    rondo_object object;
    rondo_iterator lines;        /* rondo_stream_lines() */
    struct rondo_server *server; /* that accepted it, or NULL */
    char sockname[STREAM_ADDRESS_SIZE];
    char peername[STREAM_ADDRESS_SIZE];
    int error;    /* with which the connection was lost, or 0 */
    bool closing; /* asked for, or lost */
    bool leaving; /* uv_close() has been called */
    bool closed;
    bool given_up; /* by its owner */

    uv_connect_t connect;
    rondo_park connecting;
    int connect_code;

    size_t limit;
    struct stream_bytes ahead; /* read, and not taken */
    struct stream_bytes line;  /* what the last read has given */
    bool ended;                /* no more will come */
    bool read_paused;          /* there is too much ahead */
    rondo_park reader;

    bool write_paused; /* there is too much to be sent */
    bool write_ended;
    uv_shutdown_t shutdown;
    bool shutting;
    rondo_park drainers;
    rondo_park closers;
};

/* A stream without a connection. Returns: NULL without memory. */
struct rondo_stream *stream_new(struct rondo_loop *loop, size_t limit);

/* It is connected: begin to read. Returns: 0 or a code. */
int stream_begin(struct rondo_stream *stream);

/* Read ahead, for stream.c: start, and what that calls. */
int stream_read_start(struct rondo_stream *stream);

/* Whoever reads looks again. */
void stream_wake_reader(struct rondo_stream *stream);

/* The connection is lost with `code`. */
void stream_lose(struct rondo_stream *stream, int code);

/* Free what has been read. */
void stream_read_clear(struct rondo_stream *stream);

/* A stream of `server` is closed: server.c. */
void server_let_go(struct rondo_server *server);

/* The address that `host` and `port` stand for; `host` NULL: any. Returns: 0, RONDO_EINVAL,
 * RONDO_ENOTSUP. */
int stream_resolve(const char *host, int port, struct sockaddr_storage *address);

/* Write `address` as "127.0.0.1:80" into `text`, STREAM_ADDRESS_SIZE long. */
void stream_address_text(const struct sockaddr *address, char *text);

#endif

/*
 * stream.h - connections as streams of bytes (asyncio: StreamReader, StreamWriter and
 * open_connection).
 *
 * asyncio's pair of a reader and a writer is one object here. Reading stays on between reads, up to
 * twice the limit; a line that is read is a copy of the stream's own, valid until the next read.
 * One task may read and others write at the same time; two that read are refused.
 *
 * A stream belongs to its loop, and goes when that is closed; if nobody has closed it before, the
 * loop's exception handler is told (STR-23).
 */
#ifndef RONDO_STREAM_H
#define RONDO_STREAM_H

#include "iterator.h"
#include "transport.h"

typedef struct rondo_stream rondo_stream;

/* All zero is the default. */
typedef struct rondo_stream_options {
    size_t limit; /* the longest line, and half of what is read ahead; 0: 64 KiB */
} rondo_stream_options;

/* Connect to `port` of `host`, an address in figures or a name (asyncio: open_connection). Of a
 * name that has several addresses each is tried, the preferred first; if none answers, the code is
 * that of the first, and rondo_error_text() has all of them (SRV-07). Options:
 * `rondo_open_connection("127.0.0.1", 80, &stream, .limit = 1024)`. Requires: called in a task,
 * else RONDO_EMISUSE; on a loop of libuv, else RONDO_ENOTSUP. Returns: 0; RONDO_ECANCELED,
 * RONDO_ENOMEM, RONDO_EINVAL for a port out of range; libuv's code, as UV_ECONNREFUSED; or that of
 * a name that is none (resolve.h). Suspends: may. Owns: the caller has `*stream`, to be given to
 * rondo_stream_free(); set with 0 only. */
#define rondo_open_connection(host, port, stream, ...)                                       \
    rondo_open_connection_at((host), (port), (stream), &(rondo_stream_options){__VA_ARGS__}, \
                             RONDO_HERE)
RONDO_API RONDO_MUST int rondo_open_connection_at(const char *host, int port, rondo_stream **stream,
                                                  const rondo_stream_options *options,
                                                  const char *here);

/* As rondo_open_connection(), to the unix socket at `path` (asyncio: open_unix_connection); codes
 * as rondo_create_unix_connection() has them. */
#define rondo_open_unix_connection(path, stream, ...)                                     \
    rondo_open_unix_connection_at((path), (stream), &(rondo_stream_options){__VA_ARGS__}, \
                                  RONDO_HERE)
RONDO_API RONDO_MUST int rondo_open_unix_connection_at(const char *path, rondo_stream **stream,
                                                       const rondo_stream_options *options,
                                                       const char *here);

/* A stream that is not connected yet: its protocol is to be given to a transport of the program's
 * own, or made by a factory (asyncio: StreamReader, StreamReaderProtocol, StreamWriter). Until that
 * says that there is a connection, reads wait and writes say UV_ENOTCONN. Requires: in a running
 * loop. Returns: NULL without memory or without a loop. Suspends: never. Owns: as
 * rondo_open_connection(); it is told to the last by connection_lost(), also if it has been given
 * up. */
#define rondo_stream_new(...) rondo_stream_new_with(&(rondo_stream_options){__VA_ARGS__})
RONDO_API rondo_stream *rondo_stream_new_with(const rondo_stream_options *options);
RONDO_API rondo_protocol *rondo_stream_protocol(rondo_stream *stream);

/* The transport of `stream`, or NULL as long as there is none. Suspends: never. Owns: valid as long
 * as the stream. */
RONDO_API rondo_transport *rondo_stream_transport(const rondo_stream *stream);

/* Close `stream`, if that has not been done, and give it up: what was written still goes out. NULL
 * is allowed. Requires: no task waits in it. Suspends: never. */
RONDO_API void rondo_stream_free(rondo_stream *stream);

/* ---- reading ----
 * Each waits only if there is not enough, and says RONDO_EMISUSE outside a task or while another
 * task reads. When the connection was lost it says with which code, whatever has been read ahead. A
 * cancelled read takes nothing. */

/* Take at most `size` bytes (asyncio: read(n)). Returns: how many, 0 at the end (STR-01, STR-02).
 * Suspends: may. */
#define rondo_stream_read(stream, data, size) \
    rondo_stream_read_at((stream), (data), (size), RONDO_HERE)
RONDO_API RONDO_MUST ssize_t rondo_stream_read_at(rondo_stream *stream, void *data, size_t size,
                                                  const char *here);

/* Read until the end, however much that is (asyncio: read()). Returns: how many bytes; or
 * RONDO_ENOMEM, and what has come is still there. Suspends: may. Owns: `*data` (with a NUL behind
 * it) is the stream's, valid until the next read. */
#define rondo_stream_read_all(stream, data) rondo_stream_read_all_at((stream), (data), RONDO_HERE)
RONDO_API RONDO_MUST ssize_t rondo_stream_read_all_at(rondo_stream *stream, const char **data,
                                                      const char *here);

/* Take exactly `size` bytes, which may be more than the limit (asyncio: readexactly). Returns:
 * `size`; RONDO_EINCOMPLETE if the end came before, and then rondo_stream_partial() has the rest
 * (STR-11). Suspends: may. */
#define rondo_stream_readexactly(stream, data, size) \
    rondo_stream_readexactly_at((stream), (data), (size), RONDO_HERE)
RONDO_API RONDO_MUST ssize_t rondo_stream_readexactly_at(rondo_stream *stream, void *data,
                                                         size_t size, const char *here);

/* Read a line with its newline; at the end what there is without one, then nothing (asyncio:
 * readline). Returns: its length, 0 at the end (STR-05); RONDO_ELIMIT for one that is longer than
 * the limit: it is dropped, and of one that is not there yet whole, all that is (STR-06). Suspends:
 * may. Owns: as rondo_stream_read_all(). */
#define rondo_stream_readline(stream, line) rondo_stream_readline_at((stream), (line), RONDO_HERE)
RONDO_API RONDO_MUST ssize_t rondo_stream_readline_at(rondo_stream *stream, const char **line,
                                                      const char *here);

/* Read up to and with `separator` of `size` bytes, at least one, else RONDO_EINVAL (asyncio:
 * readuntil). Returns: how many bytes; RONDO_EINCOMPLETE if the end came before, and then
 * rondo_stream_partial() has the rest (STR-09); RONDO_ELIMIT, and nothing is taken (STR-10).
 * Suspends: may. Owns: as rondo_stream_read_all(). */
#define rondo_stream_readuntil(stream, separator, size, data) \
    rondo_stream_readuntil_at((stream), (separator), (size), (data), RONDO_HERE)
RONDO_API RONDO_MUST ssize_t rondo_stream_readuntil_at(rondo_stream *stream, const void *separator,
                                                       size_t size, const char **data,
                                                       const char *here);

/* As rondo_stream_readuntil(), for that of `count` separators which ends first (STR-08). */
#define rondo_stream_readuntil_any(stream, separators, count, data) \
    rondo_stream_readuntil_any_at((stream), (separators), (count), (data), RONDO_HERE)
RONDO_API RONDO_MUST ssize_t rondo_stream_readuntil_any_at(rondo_stream *stream,
                                                           const struct iovec *separators,
                                                           size_t count, const char **data,
                                                           const char *here);

/* What the last read had when it said RONDO_EINCOMPLETE (asyncio: IncompleteReadError.partial).
 * Returns: how many bytes. Suspends: never. Owns: as rondo_stream_read_all(). */
RONDO_API size_t rondo_stream_partial(const rondo_stream *stream, const char **data);

/* The lines of `stream`, each a text in `item.as.text`, for RONDO_FOR (STR-15). Suspends: never.
 * Owns: the iterator is the stream's. */
RONDO_API rondo_iterator *rondo_stream_lines(rondo_stream *stream);

/* Whether the end has come and all before it has been read (STR-14). Suspends: never. */
RONDO_API bool rondo_stream_at_eof(const rondo_stream *stream);

/* ---- writing ---- */

/* As rondo_transport_write() and rondo_transport_writelines(). Suspends: never: a program that
 * writes much waits in rondo_stream_drain(). */
RONDO_API int rondo_stream_write(rondo_stream *stream, const void *data, size_t size);
RONDO_API int rondo_stream_writelines(rondo_stream *stream, const struct iovec *parts,
                                      size_t count);

/* Wait until what is still to be sent is no more than 16 KiB, if it was more than 64 KiB, or as
 * rondo_transport_set_write_buffer_limits() has it (asyncio: drain). Requires: called in a task,
 * else RONDO_EMISUSE. Returns: 0, RONDO_ECANCELED, or as rondo_stream_write() (STR-17, STR-19).
 * Suspends: may. */
#define rondo_stream_drain(stream) rondo_stream_drain_at((stream), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_stream_drain_at(rondo_stream *stream, const char *here);

/* Send no more: the other side sees the end after all that was written (TRN-15). Returns: 0, or as
 * rondo_stream_write(). Suspends: never. */
RONDO_API int rondo_stream_write_eof(rondo_stream *stream);

/* ---- the end ---- */

/* Close, after all that was written has been sent (TRN-06); nothing is read from now on, and
 * whoever reads sees the end. Suspends: never. */
RONDO_API void rondo_stream_close(rondo_stream *stream);

/* Whether it is closed, is being closed, or was lost. Suspends: never. */
RONDO_API bool rondo_stream_is_closing(const rondo_stream *stream);

/* Wait until it is closed. Requires: called in a task, else RONDO_EMISUSE. Returns: 0;
 * RONDO_ECANCELED; or the code with which it was lost. Suspends: may; not if it is closed. */
#define rondo_stream_wait_closed(stream) rondo_stream_wait_closed_at((stream), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_stream_wait_closed_at(rondo_stream *stream, const char *here);

/* What its transport knows by `name`; `otherwise` if nothing (TRN-01). Suspends: never. Owns: valid
 * as long as the stream. */
RONDO_API const char *rondo_stream_get_extra_info(const rondo_stream *stream, const char *name,
                                                  const char *otherwise);

#endif

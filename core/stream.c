/*
 * stream.c - see stream.h: a stream is the protocol of its connection. Here: how it begins, what is
 * written, how it ends.
 */
#include "stream.h"

#include "base/alloc.h"
#include "park.h"
#include "sleep.h"
#include "stream_core.h"

/* asyncio's. */
#define LIMIT_DEFAULT ((size_t)65536)

/* ---- its life ---- */

static void release(struct rondo_stream *stream)
{
    list_remove(&stream->device.link);
    rondo_transport_unref(stream->transport);
    alloc_release(stream->ahead.data);
    alloc_release(stream->line.data);
    alloc_release(stream);
}

/* All tasks are gone: nobody will free it. */
static void device_close(struct device *device)
{
    release(container_of(device, struct rondo_stream, device));
}

void rondo_stream_free(rondo_stream *stream)
{
    if (stream == NULL)
        return;
    rondo_stream_close(stream);
    stream->given_up = true;
    if (stream->lost || stream->transport == NULL)
        release(stream);
}

/* ---- as a protocol ---- */

static int serve(void *arg, rondo_value *out)
{
    rondo_stream *stream = arg;
    int rc = stream->client_connected(stream, stream->client_arg);

    (void)out;
    return rc < 0 ? rc : 0;
}

/* The task has ended, perhaps before it began. */
static void served(void *arg)
{
    rondo_stream_free(arg);
}

/* Let a task serve `stream`, which is freed when that ends. Returns: 0 or a code. */
static int spawn(struct rondo_stream *stream)
{
    rondo_task *task =
        rondo_spawn_at(stream->loop, serve, stream, &(rondo_spawn_options){.name = NULL}, NULL);
    int rc = task != NULL ? rondo_add_done_callback(task, served, stream) : RONDO_ENOMEM;

    if (rc < 0)
        rondo_cancel(task, NULL); /* so it will never begin */
    rondo_unref(task);            /* and a failure is told to the handler */
    return rc;
}

static void connection_made(rondo_protocol *self, rondo_transport *transport)
{
    struct rondo_stream *stream = stream_of(self);

    stream->transport = rondo_transport_ref(transport);
    stream->object.name = rondo_transport_get_extra_info(transport, "peername", NULL);
    if (stream->object.name != NULL && stream->object.name[0] == '\0')
        stream->object.name = rondo_transport_get_extra_info(transport, "sockname", NULL);
    if (stream->client_connected != NULL && spawn(stream) < 0)
        rondo_stream_free(stream);
}

/* The loop is being closed before whoever opened the stream has closed it. After a run that was
 * stuck everybody knows. */
static void report_unclosed(struct rondo_stream *stream)
{
    struct rondo_loop *loop = stream->loop;
    const char *message = "Stream was never closed";

    if (loop->stuck)
        return;
    observe(OBSERVED_FORGOTTEN, .object = object_view(loop, &stream->object, "stream"),
            .text = message);
    rondo_loop_call_exception_handler(loop, &(rondo_exception){.message = message,
                                                               .text = stream->object.name != NULL
                                                                           ? stream->object.name
                                                                           : ""});
}

static void connection_lost(rondo_protocol *self, int code)
{
    struct rondo_stream *stream = stream_of(self);

    if (code == RONDO_ECLOSED && !stream->closing && stream->client_connected == NULL)
        report_unclosed(stream);
    stream->lost = true;
    stream->error = code;
    stream->ended = true;
    park_wake_all(&stream->reader);
    park_wake_all(&stream->drainers);
    park_wake_all(&stream->closers);
    if (stream->given_up)
        release(stream);
}

static void pause_writing(rondo_protocol *self)
{
    stream_of(self)->write_paused = true;
}

static void resume_writing(rondo_protocol *self)
{
    stream_of(self)->write_paused = false;
    park_wake_all(&stream_of(self)->drainers);
}

static const rondo_protocol_methods stream_methods = {
    .connection_made = connection_made,
    .get_buffer = stream_get_buffer,
    .buffer_updated = stream_buffer_updated,
    .eof_received = stream_eof_received,
    .connection_lost = connection_lost,
    .pause_writing = pause_writing,
    .resume_writing = resume_writing,
};

struct rondo_stream *stream_new(struct rondo_loop *loop, size_t limit)
{
    struct rondo_stream *stream = alloc_zero(sizeof *stream);

    if (stream == NULL)
        return NULL;
    stream->protocol.methods = &stream_methods;
    stream->loop = loop;
    stream->limit = limit != 0 ? limit : LIMIT_DEFAULT;
    stream->device.close = device_close;
    list_push_back(&loop->devices, &stream->device.link);
    return stream;
}

rondo_stream *rondo_stream_new_with(const rondo_stream_options *options)
{
    struct rondo_loop *loop = loop_running();

    return loop != NULL ? stream_new(loop, options->limit) : NULL;
}

rondo_protocol *rondo_stream_protocol(rondo_stream *stream)
{
    return &stream->protocol;
}

static rondo_protocol *itself(void *stream)
{
    return rondo_stream_protocol(stream);
}

/* `opened` is connected, unless `rc` says that it is not. */
static int finish(rondo_stream *opened, int rc, rondo_stream **stream)
{
    if (rc == 0)
        *stream = opened;
    else
        rondo_stream_free(opened);
    return rc;
}

int rondo_open_connection_at(const char *host, int port, rondo_stream **stream,
                             const rondo_stream_options *options, const char *here)
{
    struct rondo_stream *opened;

    if (task_current() == NULL)
        return RONDO_EMISUSE;
    opened = rondo_stream_new_with(options);
    if (opened == NULL)
        return RONDO_ENOMEM;
    return finish(opened, rondo_create_connection_at(itself, opened, host, port, NULL, here),
                  stream);
}

int rondo_open_unix_connection_at(const char *path, rondo_stream **stream,
                                  const rondo_stream_options *options, const char *here)
{
    struct rondo_stream *opened;

    if (task_current() == NULL)
        return RONDO_EMISUSE;
    opened = rondo_stream_new_with(options);
    if (opened == NULL)
        return RONDO_ENOMEM;
    return finish(opened, rondo_create_unix_connection_at(itself, opened, path, NULL, here),
                  stream);
}

/* ---- writing ---- */

/* Nobody can be written to before there is a connection. */
static int unconnected(const struct rondo_stream *stream)
{
    return stream->transport == NULL ? UV_ENOTCONN : 0;
}

int rondo_stream_write(rondo_stream *stream, const void *data, size_t size)
{
    RONDO_TRY(unconnected(stream));
    return rondo_transport_write(stream->transport, data, size);
}

int rondo_stream_writelines(rondo_stream *stream, const struct iovec *parts, size_t count)
{
    RONDO_TRY(unconnected(stream));
    return rondo_transport_writelines(stream->transport, parts, count);
}

int rondo_stream_write_eof(rondo_stream *stream)
{
    RONDO_TRY(unconnected(stream));
    return rondo_transport_write_eof(stream->transport);
}

/* Why nothing can be written any more, or 0. */
static int write_refused(const struct rondo_stream *stream)
{
    if (stream->error < 0)
        return stream->error;
    return rondo_stream_is_closing(stream) ? UV_ECONNRESET : 0;
}

int rondo_stream_drain_at(rondo_stream *stream, const char *here)
{
    if (task_current() == NULL)
        return RONDO_EMISUSE;
    RONDO_TRY(unconnected(stream));
    if (rondo_stream_is_closing(stream)) {
        /* As in asyncio: lest a program that only writes and drains never lets others run. */
        RONDO_TRY(rondo_sleep_at(0, here));
        return write_refused(stream);
    }
    if (!stream->write_paused)
        return 0;
    RONDO_TRY(park_wait(&stream->drainers, &stream->object, "drain of stream", here).rc);
    return write_refused(stream);
}

/* ---- the end ---- */

void rondo_stream_close(rondo_stream *stream)
{
    stream->closing = true;
    if (stream->transport != NULL)
        rondo_transport_close(stream->transport);
}

bool rondo_stream_is_closing(const rondo_stream *stream)
{
    return stream->lost ||
           (stream->transport != NULL && rondo_transport_is_closing(stream->transport));
}

int rondo_stream_wait_closed_at(rondo_stream *stream, const char *here)
{
    if (task_current() == NULL)
        return RONDO_EMISUSE;
    if (!stream->lost)
        RONDO_TRY(park_wait(&stream->closers, &stream->object, "close of stream", here).rc);
    return stream->error;
}

/* ---- what one can see ---- */

rondo_transport *rondo_stream_transport(const rondo_stream *stream)
{
    return stream->transport;
}

const char *rondo_stream_get_extra_info(const rondo_stream *stream, const char *name,
                                        const char *otherwise)
{
    return stream->transport != NULL
               ? rondo_transport_get_extra_info(stream->transport, name, otherwise)
               : otherwise;
}

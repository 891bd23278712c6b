/*
 * stream.c - see stream.h: connecting, writing, closing.
 *
 * A stream is closed in two steps: `closing` when it has been asked for or the connection was lost,
 * `closed` when libuv has let go of the handle. What is to be sent in between is sent first, unless
 * it was lost.
 */
#include "stream.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "park.h"
#include "sleep.h"
#include "stream_core.h"

/* asyncio's. */
#define LIMIT_DEFAULT ((size_t)65536)
#define HIGH_WATER    ((size_t)65536)
#define LOW_WATER     (HIGH_WATER / 4)

/* What the connection did not take at once. */
struct pending_write {
    uv_write_t uv;
    char data[];
};

/* ---- addresses ---- */

int stream_resolve(const char *host, int port, struct sockaddr_storage *address)
{
    if (port < 0 || port > 65535)
        return RONDO_EINVAL;
    if (host == NULL)
        host = "0.0.0.0";
    else if (strcmp(host, "localhost") == 0)
        host = "127.0.0.1";
    if (uv_ip4_addr(host, port, (struct sockaddr_in *)(void *)address) == 0)
        return 0;
    return uv_ip6_addr(host, port, (struct sockaddr_in6 *)(void *)address) == 0 ? 0 : RONDO_ENOTSUP;
}

void stream_address_text(const struct sockaddr *address, char *text)
{
    const struct sockaddr_in *v4 = (const void *)address;
    const struct sockaddr_in6 *v6 = (const void *)address;
    char ip[48] = "";

    if (address->sa_family == AF_INET6) {
        uv_ip6_name(v6, ip, sizeof ip);
        snprintf(text, STREAM_ADDRESS_SIZE, "[%s]:%u", ip, ntohs(v6->sin6_port));
    } else {
        uv_ip4_name(v4, ip, sizeof ip);
        snprintf(text, STREAM_ADDRESS_SIZE, "%s:%u", ip, ntohs(v4->sin_port));
    }
}

/* ---- the handle ---- */

static void release(struct rondo_stream *stream)
{
    stream_read_clear(stream);
    alloc_release(stream);
}

static void closed(uv_handle_t *handle)
{
    struct rondo_stream *stream = handle->data;
    struct rondo_loop *loop = stream->loop;

    stream->closed = true;
    stream->ended = true;
    stream_wake_reader(stream);
    park_wake_all(&stream->drainers);
    park_wake_all(&stream->closers);
    list_remove(&stream->device.link);
    if (stream->server != NULL)
        server_let_go(stream->server);
    if (stream->given_up)
        release(stream);
    loop_uv_let_go(loop);
}

static void leave(struct rondo_stream *stream)
{
    if (stream->leaving)
        return;
    stream->leaving = true;
    uv_close((uv_handle_t *)&stream->uv, closed);
}

/* All tasks are gone: nobody stands in our lines any more, and nobody will free the stream. */
static void device_close(struct device *device)
{
    struct rondo_stream *stream = container_of(device, struct rondo_stream, device);

    stream->reader = stream->drainers = stream->closers = stream->connecting = (rondo_park){0};
    stream->closing = true;
    stream->given_up = true;
    leave(stream);
}

struct rondo_stream *stream_new(struct rondo_loop *loop, size_t limit)
{
    struct rondo_stream *stream = alloc_zero(sizeof *stream);

    if (stream == NULL)
        return NULL;
    if (uv_tcp_init(loop_uv(loop), &stream->uv) != 0) {
        alloc_release(stream);
        return NULL;
    }
    stream->uv.data = stream;
    stream->loop = loop;
    stream->limit = limit != 0 ? limit : LIMIT_DEFAULT;
    stream->device.close = device_close;
    list_push_back(&loop->devices, &stream->device.link);
    loop_uv_hold(loop);
    uv_tcp_nodelay(&stream->uv, 1); /* as asyncio has it */
    return stream;
}

int stream_begin(struct rondo_stream *stream)
{
    struct sockaddr_storage address = {0};
    int size = sizeof address;

    if (uv_tcp_getsockname(&stream->uv, (struct sockaddr *)&address, &size) == 0)
        stream_address_text((struct sockaddr *)&address, stream->sockname);
    size = sizeof address;
    if (uv_tcp_getpeername(&stream->uv, (struct sockaddr *)&address, &size) == 0)
        stream_address_text((struct sockaddr *)&address, stream->peername);
    stream->object.name = stream->peername;
    return stream_read_start(stream);
}

void stream_lose(struct rondo_stream *stream, int code)
{
    if (stream->error == 0)
        stream->error = code;
    stream->closing = true;
    stream_wake_reader(stream);
    leave(stream);
}

/* ---- connecting ---- */

static void connected(uv_connect_t *connect, int status)
{
    struct rondo_stream *stream = connect->handle->data;

    stream->connect_code = status;
    park_wake_all(&stream->connecting);
}

/* Ask, and wait for the answer. */
static int connect_to(struct rondo_stream *stream, const struct sockaddr_storage *address,
                      const char *here)
{
    struct parked parked;

    RONDO_TRY(
        uv_tcp_connect(&stream->connect, &stream->uv, (const struct sockaddr *)address, connected));
    stream_address_text((const struct sockaddr *)address, stream->peername);
    stream->object.name = stream->peername;
    parked = park_wait(&stream->connecting, &stream->object, "connection", here);
    RONDO_TRY(parked.rc);
    RONDO_TRY(stream->connect_code);
    return stream_begin(stream);
}

int rondo_open_connection_at(const char *host, int port, rondo_stream **stream,
                             const rondo_stream_options *options, const char *here)
{
    struct task *task = task_current();
    struct sockaddr_storage address = {0};
    struct rondo_stream *opened;
    int rc;

    if (task == NULL)
        return RONDO_EMISUSE;
    if (loop_uv(task->future.loop) == NULL)
        return RONDO_ENOTSUP;
    RONDO_TRY(stream_resolve(host, port, &address));
    opened = stream_new(task->future.loop, options->limit);
    if (opened == NULL)
        return RONDO_ENOMEM;
    rc = connect_to(opened, &address, here);
    if (rc == 0)
        *stream = opened;
    else
        rondo_stream_free(opened);
    return rc;
}

/* ---- writing ---- */

static size_t unsent(const struct rondo_stream *stream)
{
    return uv_stream_get_write_queue_size((const uv_stream_t *)&stream->uv);
}

/* Close the handle if nothing is left to be sent. */
static void leave_when_sent(struct rondo_stream *stream)
{
    if (stream->closing && unsent(stream) == 0 && !stream->shutting)
        leave(stream);
}

static void written(uv_write_t *write, int status)
{
    struct rondo_stream *stream = write->handle->data;

    alloc_release(container_of(write, struct pending_write, uv));
    if (stream->leaving)
        return;
    if (status < 0) {
        stream_lose(stream, status);
        return;
    }
    if (stream->write_paused && unsent(stream) <= LOW_WATER) {
        stream->write_paused = false;
        park_wake_all(&stream->drainers);
    }
    leave_when_sent(stream);
}

/* Have the rest sent when there is room for it. */
static int write_later(struct rondo_stream *stream, const char *data, size_t size)
{
    struct pending_write *pending = alloc_take(sizeof *pending + size);
    uv_buf_t buf;
    int rc = RONDO_ENOMEM;

    if (pending == NULL)
        return rc;
    memcpy(pending->data, data, size);
    buf = uv_buf_init(pending->data, (unsigned)size);
    rc = uv_write(&pending->uv, (uv_stream_t *)&stream->uv, &buf, 1, written);
    if (rc < 0)
        alloc_release(pending);
    else if (unsent(stream) > HIGH_WATER)
        stream->write_paused = true;
    return rc;
}

/* Why nothing can be written, or 0. */
static int write_refused(const struct rondo_stream *stream)
{
    if (stream->error < 0)
        return stream->error;
    if (stream->closing)
        return UV_ECONNRESET;
    return 0;
}

int rondo_stream_write(rondo_stream *stream, const void *data, size_t size)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)data, (unsigned)size);
    int rc;

    if (size > INT32_MAX) /* more than uv_try_write() could say that it has written */
        return RONDO_EINVAL;
    if (stream->write_ended)
        return RONDO_EMISUSE;
    RONDO_TRY(write_refused(stream));
    if (size == 0)
        return 0;
    rc = uv_try_write((uv_stream_t *)&stream->uv, &buf, 1);
    if (rc == UV_EAGAIN)
        rc = 0;
    if (rc >= 0 && (size_t)rc < size)
        rc = write_later(stream, (const char *)data + rc, size - (size_t)rc);
    if (rc >= 0)
        return 0;
    stream_lose(stream, rc);
    return rc;
}

int rondo_stream_drain_at(rondo_stream *stream, const char *here)
{
    if (task_current() == NULL)
        return RONDO_EMISUSE;
    if (stream->closing) {
        /* As in asyncio: lest a program that only writes and drains never lets others run. */
        RONDO_TRY(rondo_sleep_at(0, here));
        return write_refused(stream);
    }
    if (!stream->write_paused)
        return 0;
    RONDO_TRY(park_wait(&stream->drainers, &stream->object, "drain of stream", here).rc);
    return write_refused(stream);
}

static void shut(uv_shutdown_t *shutdown, int status)
{
    struct rondo_stream *stream = shutdown->handle->data;

    stream->shutting = false;
    if (stream->leaving)
        return;
    if (status < 0 && status != UV_ENOTCONN) /* which the other side has seen to */
        stream_lose(stream, status);
    else
        leave_when_sent(stream);
}

int rondo_stream_write_eof(rondo_stream *stream)
{
    int rc = write_refused(stream);

    if (rc < 0 || stream->write_ended)
        return rc;
    rc = uv_shutdown(&stream->shutdown, (uv_stream_t *)&stream->uv, shut);
    if (rc < 0)
        return rc;
    stream->write_ended = true;
    stream->shutting = true;
    return 0;
}

/* ---- the end ---- */

void rondo_stream_close(rondo_stream *stream)
{
    if (stream->closing)
        return;
    stream->closing = true;
    uv_read_stop((uv_stream_t *)&stream->uv);
    leave_when_sent(stream);
}

bool rondo_stream_is_closing(const rondo_stream *stream)
{
    return stream->closing;
}

int rondo_stream_wait_closed_at(rondo_stream *stream, const char *here)
{
    if (task_current() == NULL)
        return RONDO_EMISUSE;
    if (!stream->closed)
        RONDO_TRY(park_wait(&stream->closers, &stream->object, "close of stream", here).rc);
    return stream->error;
}

void rondo_stream_free(rondo_stream *stream)
{
    if (stream == NULL)
        return;
    rondo_stream_close(stream);
    stream->given_up = true;
    if (stream->closed)
        release(stream);
}

const char *rondo_stream_get_extra_info(const rondo_stream *stream, const char *name,
                                        const char *otherwise)
{
    if (strcmp(name, "peername") == 0)
        return stream->peername;
    return strcmp(name, "sockname") == 0 ? stream->sockname : otherwise;
}

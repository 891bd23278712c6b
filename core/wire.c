/*
 * wire.c - see wire.h: what a transport does, over a stream of libuv's.
 *
 * A wire is closed in two steps: `closing` when it has been asked for or the connection was lost,
 * `leaving` when nothing is to be sent any more, or nothing can be. Then libuv closes the handle,
 * and the ready queue tells the protocol, whichever comes first; after both, whoever holds it last
 * frees it.
 *
 * What comes is told from inside libuv's own callback: nothing is queued or copied on the way.
 */
#include "wire.h"

#include <string.h>

#include "base/alloc.h"
#include "telling.h"

/* asyncio's. */
#define HIGH_WATER ((size_t)65536)
#define LOW_PART   4

/* What the connection did not take at once. */
struct pending_write {
    uv_write_t uv;
    char data[];
};

static struct wire *wire_of(rondo_transport *transport)
{
    return container_of(transport, struct wire, transport);
}

static const struct wire *seen(const rondo_transport *transport)
{
    return (const void *)transport;
}

/* ---- telling the protocol ---- */

static void tell_begin(struct telling *telling, struct wire *wire, const char *what)
{
    telling_begin(telling, wire->loop, &wire->context, what);
}

static void let_go(struct wire *wire)
{
    if (--wire->holders > 0)
        return;
    context_release(&wire->context);
    list_remove(&wire->device.link);
    alloc_release(wire->connecting);
    alloc_release(wire);
}

/* The last that the protocol hears. */
static void tell_lost(struct wire *wire)
{
    struct telling telling;

    wire->told = true;
    if (wire->made) {
        tell_begin(&telling, wire, "connection_lost");
        rondo_protocol_connection_lost(wire->transport.protocol, wire->error);
        telling_end(&telling);
    }
    if (wire->server != NULL)
        server_lets_go(wire);
    if (wire->gone)
        let_go(wire);
}

static void lost(struct callback *callback)
{
    tell_lost(container_of(callback, struct wire, lost));
}

static const struct callback_kind lost_kind = {lost, NULL, "connection_lost"};

/* ---- the end ---- */

static void gone(uv_handle_t *handle)
{
    struct wire *wire = handle->data;
    struct rondo_loop *loop = wire->loop;

    wire->gone = true;
    if (wire->told)
        let_go(wire);
    loop_uv_let_go(loop);
}

static void leave(struct wire *wire)
{
    if (wire->leaving)
        return;
    wire->closing = wire->leaving = true;
    uv_close(&wire->uv.handle, gone);
    if (wire->made)
        loop_call_soon(wire->loop, &wire->lost);
    else
        tell_lost(wire);
}

/* The connection is lost with `code`. */
static void lose(struct wire *wire, int code)
{
    if (!wire->leaving)
        wire->error = code;
    leave(wire);
}

/* The protocol failed in `what`: so does the connection (TRN-08). */
static void fail(struct wire *wire, int code, const char *what)
{
    telling_failed(wire->loop, &wire->context, code, what);
    lose(wire, code);
}

void wire_discard(struct wire *wire)
{
    leave(wire);
}

static size_t unsent(const struct wire *wire)
{
    return uv_stream_get_write_queue_size(&wire->uv.stream);
}

static void leave_when_sent(struct wire *wire)
{
    if (wire->closing && unsent(wire) == 0 && !wire->shutting)
        leave(wire);
}

static void wire_close(rondo_transport *transport)
{
    struct wire *wire = wire_of(transport);

    if (wire->closing)
        return;
    wire->closing = true;
    uv_read_stop(&wire->uv.stream);
    leave_when_sent(wire);
}

static void wire_abort(rondo_transport *transport)
{
    leave(wire_of(transport));
}

static bool wire_is_closing(const rondo_transport *transport)
{
    return seen(transport)->closing;
}

/* ---- reading ---- */

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct wire *wire = handle->data;
    rondo_protocol *protocol = wire->transport.protocol;
    struct telling telling;
    size_t size = suggested;
    void *data;

    if (protocol->methods->get_buffer != NULL) {
        tell_begin(&telling, wire, "get_buffer");
        wire->read_code = rondo_protocol_get_buffer(protocol, suggested, &data, &size);
        telling_end(&telling);
        if (wire->read_code < 0)
            return; /* libuv says UV_ENOBUFS */
    } else {
        data = loop_uv_buffer(wire->loop);
        size = LOOP_UV_BUFFER_SIZE; /* what is suggested may be another each time */
        wire->read_code = data != NULL ? 0 : RONDO_ENOMEM;
        if (data == NULL)
            return;
    }
    *buf = uv_buf_init(data, size < UINT32_MAX ? (unsigned)size : UINT32_MAX);
}

static void tell_data(struct wire *wire, const char *data, size_t size)
{
    rondo_protocol *protocol = wire->transport.protocol;
    bool buffered = protocol->methods->get_buffer != NULL;
    const char *what = buffered ? "buffer_updated" : "data_received";
    struct telling telling;
    int rc;

    tell_begin(&telling, wire, what);
    rc = buffered ? protocol->methods->buffer_updated(protocol, size)
                  : rondo_protocol_data_received(protocol, data, size);
    telling_end(&telling);
    if (rc < 0)
        fail(wire, rc, what);
}

static void tell_end_of_data(struct wire *wire)
{
    struct telling telling;
    int rc;

    wire->read_ended = true;
    tell_begin(&telling, wire, "eof_received");
    rc = rondo_protocol_eof_received(wire->transport.protocol);
    telling_end(&telling);
    if (rc < 0)
        fail(wire, rc, "eof_received");
    else if (rc == 0)
        wire_close(&wire->transport);
}

static void came(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
    struct wire *wire = stream->data;

    if (count > 0)
        tell_data(wire, buf->base, (size_t)count);
    else if (count == UV_EOF)
        tell_end_of_data(wire);
    else if (count == UV_ENOBUFS)
        fail(wire, wire->read_code, "get_buffer");
    else if (count < 0)
        lose(wire, (int)count);
}

static void read_on(struct wire *wire)
{
    int rc;

    if (wire->read_paused || wire->read_ended || wire->closing)
        return;
    rc = uv_read_start(&wire->uv.stream, give_buffer, came);
    if (rc < 0 && rc != UV_EALREADY)
        lose(wire, rc);
}

static void wire_pause_reading(rondo_transport *transport)
{
    struct wire *wire = wire_of(transport);

    wire->read_paused = true;
    if (!wire->closing)
        uv_read_stop(&wire->uv.stream);
}

static void wire_resume_reading(rondo_transport *transport)
{
    struct wire *wire = wire_of(transport);

    wire->read_paused = false;
    if (wire->made)
        read_on(wire);
}

static bool wire_is_reading(const rondo_transport *transport)
{
    return !seen(transport)->read_paused && !seen(transport)->closing;
}

/* ---- writing ---- */

/* Have the protocol pause, if there is too much to be sent and it has not been told. */
static void pause_if_full(struct wire *wire)
{
    if (wire->write_paused || unsent(wire) <= wire->high)
        return;
    wire->write_paused = true;
    rondo_protocol_pause_writing(wire->transport.protocol);
}

static void written(uv_write_t *write, int status)
{
    struct wire *wire = write->handle->data;
    struct telling telling;

    alloc_release(container_of(write, struct pending_write, uv));
    if (wire->leaving)
        return;
    if (status < 0) {
        lose(wire, status);
        return;
    }
    if (wire->write_paused && unsent(wire) <= wire->low) {
        wire->write_paused = false;
        tell_begin(&telling, wire, "resume_writing");
        rondo_protocol_resume_writing(wire->transport.protocol);
        telling_end(&telling);
    }
    leave_when_sent(wire);
}

/* Have what is behind the first `sent` bytes, `size` of them, sent when there is room for it. */
static int write_later(struct wire *wire, const uv_buf_t *bufs, unsigned count, size_t sent,
                       size_t size)
{
    struct pending_write *pending = alloc_take(sizeof *pending + size);
    char *end = pending != NULL ? pending->data : NULL;
    uv_buf_t buf = uv_buf_init(end, (unsigned)size);
    int rc;

    if (pending == NULL)
        return RONDO_ENOMEM;
    for (unsigned i = 0; i < count; i++) {
        size_t skipped = sent < bufs[i].len ? sent : bufs[i].len;

        memcpy(end, bufs[i].base + skipped, bufs[i].len - skipped);
        end += bufs[i].len - skipped;
        sent -= skipped;
    }
    rc = uv_write(&pending->uv, &wire->uv.stream, &buf, 1, written);
    if (rc < 0)
        alloc_release(pending);
    return rc;
}

/* Why nothing can be written, or 0. */
static int write_refused(const struct wire *wire)
{
    if (wire->write_ended)
        return RONDO_EMISUSE;
    if (wire->error < 0)
        return wire->error;
    return wire->closing ? UV_ECONNRESET : 0;
}

/* Send `bufs`, `size` bytes in all. */
static int send_all(struct wire *wire, const uv_buf_t *bufs, unsigned count, size_t size)
{
    int rc;

    if (size > INT32_MAX) /* more than uv_try_write() could say that it has written */
        return RONDO_EINVAL;
    RONDO_TRY(write_refused(wire));
    if (size == 0)
        return 0;
    rc = uv_try_write(&wire->uv.stream, bufs, count);
    if (rc == UV_EAGAIN)
        rc = 0;
    if (rc >= 0 && (size_t)rc < size)
        rc = write_later(wire, bufs, count, (size_t)rc, size - (size_t)rc);
    if (rc < 0) {
        lose(wire, rc);
        return rc;
    }
    pause_if_full(wire);
    return 0;
}

static int wire_write(rondo_transport *transport, const void *data, size_t size)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)data, (unsigned)size);

    return send_all(wire_of(transport), &buf, 1, size);
}

/* libuv's buffers are the system's. */
_Static_assert(sizeof(uv_buf_t) == sizeof(struct iovec) &&
                   offsetof(uv_buf_t, base) == offsetof(struct iovec, iov_base) &&
                   offsetof(uv_buf_t, len) == offsetof(struct iovec, iov_len),
               "parts are buffers");

static int wire_writelines(rondo_transport *transport, const struct iovec *parts, size_t count)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++) {
        size += parts[i].iov_len;
        if (parts[i].iov_len > INT32_MAX)
            return RONDO_EINVAL;
    }
    return count <= INT32_MAX ? send_all(wire_of(transport), (const uv_buf_t *)(const void *)parts,
                                         (unsigned)count, size)
                              : RONDO_EINVAL;
}

static void shut(uv_shutdown_t *shutdown, int status)
{
    struct wire *wire = shutdown->handle->data;

    wire->shutting = false;
    if (wire->leaving)
        return;
    if (status < 0 && status != UV_ENOTCONN) /* which the other side has seen to */
        lose(wire, status);
    else
        leave_when_sent(wire);
}

static int wire_write_eof(rondo_transport *transport)
{
    struct wire *wire = wire_of(transport);

    if (wire->write_ended)
        return 0;
    RONDO_TRY(write_refused(wire));
    RONDO_TRY(uv_shutdown(&wire->shutdown, &wire->uv.stream, shut));
    wire->write_ended = true;
    wire->shutting = true;
    return 0;
}

static int wire_set_write_buffer_limits(rondo_transport *transport, ssize_t high, ssize_t low)
{
    struct wire *wire = wire_of(transport);

    if (high < 0)
        high = low < 0 ? (ssize_t)HIGH_WATER : low * LOW_PART;
    if (low < 0)
        low = high / LOW_PART;
    if (low > high)
        return RONDO_EINVAL;
    wire->high = (size_t)high;
    wire->low = (size_t)low;
    if (!wire->leaving)
        pause_if_full(wire);
    return 0;
}

static void wire_get_write_buffer_limits(const rondo_transport *transport, size_t *high,
                                         size_t *low)
{
    *high = seen(transport)->high;
    *low = seen(transport)->low;
}

static size_t wire_get_write_buffer_size(const rondo_transport *transport)
{
    return seen(transport)->leaving ? 0 : unsent(seen(transport));
}

/* ---- what one can see ---- */

static const char *wire_get_extra_info(const rondo_transport *transport, const char *name)
{
    if (strcmp(name, "peername") == 0)
        return seen(transport)->peername;
    return strcmp(name, "sockname") == 0 ? seen(transport)->sockname : NULL;
}

static void wire_hold(rondo_transport *transport, int change)
{
    if (change > 0)
        wire_of(transport)->holders++;
    else
        let_go(wire_of(transport));
}

static const rondo_transport_methods wire_methods = {
    .write = wire_write,
    .writelines = wire_writelines,
    .write_eof = wire_write_eof,
    .close = wire_close,
    .abort = wire_abort,
    .is_closing = wire_is_closing,
    .pause_reading = wire_pause_reading,
    .resume_reading = wire_resume_reading,
    .is_reading = wire_is_reading,
    .set_write_buffer_limits = wire_set_write_buffer_limits,
    .get_write_buffer_limits = wire_get_write_buffer_limits,
    .get_write_buffer_size = wire_get_write_buffer_size,
    .get_extra_info = wire_get_extra_info,
    .hold = wire_hold,
};

/* ---- its life ---- */

/* The loop is being closed: the protocol is told while what its tasks lend is still there. */
static void device_tell(struct device *device)
{
    struct wire *wire = container_of(device, struct wire, device);

    if (!wire->made || wire->told)
        return;
    lose(wire, RONDO_ECLOSED);
    loop_unqueue(wire->loop, &wire->lost);
    tell_lost(wire);
}

static void device_close(struct device *device)
{
    struct wire *wire = container_of(device, struct wire, device);

    list_remove(&device->link);
    leave(wire);
    if (wire->connecting != NULL)
        connecting_forget(wire);
}

struct wire *wire_new(struct rondo_loop *loop, sa_family_t family)
{
    struct wire *wire = alloc_zero(sizeof *wire);

    if (wire == NULL)
        return NULL;
    if (endpoint_open(&wire->uv, loop_uv(loop), family) != 0) {
        alloc_release(wire);
        return NULL;
    }
    wire->transport.methods = &wire_methods;
    wire->uv.handle.data = wire;
    wire->loop = loop;
    wire->holders = 1;
    wire->high = HIGH_WATER;
    wire->low = HIGH_WATER / LOW_PART;
    wire->lost.kind = &lost_kind;
    wire->device.tell = device_tell;
    wire->device.close = device_close;
    context_copy(&wire->context, loop);
    list_push_back(&loop->devices, &wire->device.link);
    loop_uv_hold(loop);
    return wire;
}

static void note_names(struct wire *wire)
{
    struct sockaddr_storage address = {0};

    if (endpoint_local(&wire->uv, &address) == 0)
        endpoint_text((struct sockaddr *)&address, wire->sockname);
    if (endpoint_remote(&wire->uv, &address) == 0)
        endpoint_text((struct sockaddr *)&address, wire->peername);
}

int wire_begin(struct wire *wire, rondo_protocol_factory factory, void *arg)
{
    struct telling telling;

    note_names(wire);
    tell_begin(&telling, wire, "connection_made");
    wire->transport.protocol = factory(arg);
    wire->made = wire->transport.protocol != NULL;
    if (wire->made)
        rondo_protocol_connection_made(wire->transport.protocol, &wire->transport);
    telling_end(&telling);
    if (!wire->made)
        return RONDO_ENOMEM;
    read_on(wire);
    return 0;
}

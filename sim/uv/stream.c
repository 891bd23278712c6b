/*
 * stream.c - answers for libuv's unix/stream.c: reading, writing and accepting on sockets.
 *
 * What a program sees is libuv's: writes are tried at once, their callbacks come in the phase for
 * what is pending, reads are told in the poll phase, up to 32 in a row while they fill the buffers
 * that alloc_cb gives. How much of it is done at once is not promised (order.c).
 */
#include "uv/internal.h"

#include <string.h>

#include "base/alloc.h"
#include "base/check.h"
#include "world/tcp.h"

/* Further bits of handle->flags; libuv's own values. */
enum {
    STREAM_SHUTTING = 0x100,
    STREAM_SHUT = 0x200,
    STREAM_READ_PARTIAL = 0x400,
    STREAM_READ_EOF = 0x800,
    STREAM_READING = 0x1000,
};

/* Reads and writes in a row on one socket, lest the others starve. */
#define IN_A_ROW_MAX 32

/* What libuv proposes to alloc_cb. */
#define BUFFER_PROPOSED ((size_t)64 * 1024)

static struct socket *socket_of(const uv_stream_t *stream)
{
    return io_socket((const uv_handle_t *)stream);
}

/* ---- init, open, close ---- */

void stream_init(uv_loop_t *loop, uv_stream_t *stream, uv_handle_type type)
{
    handle_init(loop, (uv_handle_t *)stream, type);
    io_init((uv_handle_t *)stream, stream_io);
    stream->write_queue_size = 0;
    stream->alloc_cb = NULL;
    stream->read_cb = NULL;
    stream->connection_cb = NULL;
    stream->connect_req = NULL;
    stream->shutdown_req = NULL;
    stream->accepted_fd = -1;
    stream->queued_fds = NULL; /* here: the socket that waits for uv_accept() */
    stream->delayed_error = 0;
    list_init(queue_of(stream->write_queue));
    list_init(queue_of(stream->write_completed_queue));
}

void stream_open(uv_stream_t *stream, struct socket *socket)
{
    CHECK(socket_of(stream) == NULL);
    io_open((uv_handle_t *)stream, socket);
    if ((stream->flags & STREAM_TCP_NODELAY) != 0)
        tcp_set_no_delay((struct tcp *)socket, true);
}

static void request_starts(uv_stream_t *stream, uv_req_type type, uv_req_t *req)
{
    req->type = type;
    stream->loop->active_reqs.count++;
}

static void request_ends(uv_stream_t *stream)
{
    stream->loop->active_reqs.count--;
}

void stream_connecting(uv_stream_t *stream, uv_connect_t *req, uv_connect_cb cb)
{
    request_starts(stream, UV_CONNECT, (uv_req_t *)req);
    req->cb = cb;
    req->handle = stream;
    stream->connect_req = req;
    io_start(&stream->io_watcher, IO_OUT);
    if (stream->delayed_error != 0)
        io_feed(&stream->io_watcher);
}

void stream_listening(uv_stream_t *stream, uv_connection_cb cb)
{
    stream->connection_cb = cb;
    io_start(&stream->io_watcher, IO_IN);
    handle_start((uv_handle_t *)stream);
}

void stream_close(uv_stream_t *stream, bool reset)
{
    struct socket *socket = io_close((uv_handle_t *)stream);
    struct socket *queued = stream->queued_fds;

    uv_read_stop(stream);
    handle_stop((uv_handle_t *)stream);
    stream->flags &= ~(unsigned)(STREAM_READABLE | STREAM_WRITABLE);
    if (socket != NULL && reset)
        tcp_close((struct tcp *)socket, true);
    else if (socket != NULL)
        socket->kind->close(socket);
    if (queued != NULL)
        queued->kind->close(queued);
    stream->queued_fds = NULL;
}

/* ---- writing ---- */

static size_t size_of(const uv_buf_t *bufs, unsigned count)
{
    size_t size = 0;

    for (unsigned i = 0; i < count; i++)
        size += bufs[i].len;
    return size;
}

static uv_write_t *write_of(struct list *link)
{
    return container_of(link, uv_write_t, queue);
}

/* Give the socket what it takes; it may take nothing, unless the poll has told that it would.
 * Returns: how much, or an error. */
static ssize_t try_write(uv_stream_t *stream, const uv_buf_t *bufs, unsigned count, bool told)
{
    struct socket *socket = socket_of(stream);
    size_t size = size_of(bufs, count);
    size_t most = order_amount("uv.write", "written", (uv_handle_t *)stream, size,
                               told ? ORDER_PART : ORDER_PART | ORDER_NONE);
    size_t done = 0;

    if (size > 0 && most == 0)
        return UV_EAGAIN;
    for (unsigned i = 0; i < count; i++) {
        size_t part = bufs[i].len < most - done ? bufs[i].len : most - done;
        ssize_t sent = socket->kind->send(socket, bufs[i].base, part);

        if (sent < 0)
            return done > 0 ? (ssize_t)done : sent;
        done += (size_t)sent;
        if ((size_t)sent < bufs[i].len)
            break;
    }
    return (ssize_t)done;
}

static void free_buffers(uv_write_t *req)
{
    if (req->bufs != req->bufsml)
        alloc_release(req->bufs);
    req->bufs = NULL;
}

/* `size` bytes of the request are with the socket. Returns: whether these were the last. */
static bool advance(uv_write_t *req, size_t size)
{
    req->handle->write_queue_size -= size;
    while (req->write_index < req->nbufs && size >= req->bufs[req->write_index].len)
        size -= req->bufs[req->write_index++].len;
    if (req->write_index == req->nbufs)
        return true;
    req->bufs[req->write_index].base += size;
    req->bufs[req->write_index].len -= size;
    return false;
}

/* One that failed keeps its buffers: only with its callback does the queue become shorter. */
static void write_is_over(uv_write_t *req, int error)
{
    req->error = error;
    list_remove(queue_of(req->queue));
    if (error == 0)
        free_buffers(req);
    list_push_back(queue_of(req->handle->write_completed_queue), queue_of(req->queue));
    io_feed(&req->handle->io_watcher);
}

/* `told`: by the poll. */
static void write_queued(uv_stream_t *stream, bool told)
{
    for (int i = 0; i <= IN_A_ROW_MAX; i++) {
        struct list *queue = queue_of(stream->write_queue);
        uv_write_t *req = write_of(queue->next);
        ssize_t sent;

        if (list_empty(queue))
            return;
        sent = try_write(stream, &req->bufs[req->write_index], req->nbufs - req->write_index,
                         told && i == 0);
        if (sent < 0 && sent != UV_EAGAIN) {
            write_is_over(req, (int)sent);
            io_stop(&stream->io_watcher, IO_OUT);
            return;
        }
        if (sent < 0 || !advance(req, (size_t)sent)) {
            io_start(&stream->io_watcher, IO_OUT);
            return;
        }
        write_is_over(req, 0);
    }
}

static void write_callbacks(uv_stream_t *stream)
{
    struct list batch;
    struct list *link;

    list_move(&batch, queue_of(stream->write_completed_queue));
    while ((link = list_pop_front(&batch)) != NULL) {
        uv_write_t *req = write_of(link);

        request_ends(stream);
        if (req->bufs != NULL) {
            stream->write_queue_size -=
                size_of(req->bufs + req->write_index, req->nbufs - req->write_index);
            free_buffers(req);
        }
        if (req->cb != NULL)
            req->cb(req, req->error);
    }
}

static void cancel_writes(uv_stream_t *stream)
{
    struct list *link;

    while ((link = list_pop_front(queue_of(stream->write_queue))) != NULL) {
        write_of(link)->error = UV_ECANCELED;
        list_push_back(queue_of(stream->write_completed_queue), link);
    }
    write_callbacks(stream);
}

static int check_before_write(const uv_stream_t *stream)
{
    if (socket_of(stream) == NULL)
        return UV_EBADF;
    return (stream->flags & STREAM_WRITABLE) != 0 ? 0 : UV_EPIPE;
}

int uv_write(uv_write_t *req, uv_stream_t *handle, const uv_buf_t bufs[], unsigned int nbufs,
             uv_write_cb cb)
{
    bool first = handle->write_queue_size == 0;
    int rc = check_before_write(handle);

    if (rc < 0)
        return rc;
    req->bufs = req->bufsml;
    if (nbufs > sizeof req->bufsml / sizeof req->bufsml[0])
        req->bufs = alloc_take(nbufs * sizeof *bufs);
    if (req->bufs == NULL)
        return UV_ENOMEM;
    memcpy(req->bufs, bufs, nbufs * sizeof *bufs);
    request_starts(handle, UV_WRITE, (uv_req_t *)req);
    req->cb = cb;
    req->handle = handle;
    req->send_handle = NULL;
    req->error = 0;
    req->nbufs = nbufs;
    req->write_index = 0;
    handle->write_queue_size += size_of(bufs, nbufs);
    list_push_back(queue_of(handle->write_queue), queue_of(req->queue));
    if (handle->connect_req != NULL)
        return 0;
    if (first)
        write_queued(handle, false);
    else
        io_start(&handle->io_watcher, IO_OUT);
    return 0;
}

int uv_try_write(uv_stream_t *handle, const uv_buf_t bufs[], unsigned int nbufs)
{
    int rc;

    if (handle->connect_req != NULL || handle->write_queue_size != 0)
        return UV_EAGAIN;
    rc = check_before_write(handle);
    return rc < 0 ? rc : (int)try_write(handle, bufs, nbufs, false);
}

/* ---- the end of writing ---- */

int uv_shutdown(uv_shutdown_t *req, uv_stream_t *handle, uv_shutdown_cb cb)
{
    if ((handle->flags & STREAM_WRITABLE) == 0 ||
        (handle->flags & (STREAM_SHUT | STREAM_SHUTTING)) != 0 ||
        uv_is_closing((uv_handle_t *)handle))
        return UV_ENOTCONN;
    request_starts(handle, UV_SHUTDOWN, (uv_req_t *)req);
    req->handle = handle;
    req->cb = cb;
    handle->shutdown_req = req;
    handle->flags = (handle->flags | STREAM_SHUTTING) & ~(unsigned)STREAM_WRITABLE;
    if (list_empty(queue_of(handle->write_queue)))
        io_feed(&handle->io_watcher);
    return 0;
}

/* Nothing is left to be written. */
static void drain(uv_stream_t *stream)
{
    uv_shutdown_t *req = stream->shutdown_req;
    int rc = UV_ECANCELED;

    if ((stream->flags & HANDLE_CLOSING) == 0)
        io_stop(&stream->io_watcher, IO_OUT);
    if ((stream->flags & STREAM_SHUTTING) == 0)
        return;
    stream->shutdown_req = NULL;
    stream->flags &= ~(unsigned)STREAM_SHUTTING;
    request_ends(stream);
    if ((stream->flags & HANDLE_CLOSING) == 0)
        rc = socket_of(stream)->kind->end(socket_of(stream));
    if (rc == 0)
        stream->flags |= STREAM_SHUT;
    if (req->cb != NULL)
        req->cb(req, rc);
}

void stream_destroy(uv_stream_t *stream)
{
    uv_connect_t *req = stream->connect_req;

    if (req != NULL) {
        request_ends(stream);
        req->cb(req, UV_ECANCELED);
        stream->connect_req = NULL;
    }
    cancel_writes(stream);
    drain(stream);
}

/* ---- reading ---- */

int uv_read_start(uv_stream_t *handle, uv_alloc_cb alloc_cb, uv_read_cb read_cb)
{
    if (handle == NULL || alloc_cb == NULL || read_cb == NULL)
        return UV_EINVAL;
    if ((handle->flags & HANDLE_CLOSING) != 0)
        return UV_EINVAL;
    if ((handle->flags & STREAM_READING) != 0)
        return UV_EALREADY;
    if ((handle->flags & STREAM_READABLE) == 0)
        return UV_ENOTCONN;
    handle->flags = (handle->flags | STREAM_READING) & ~(unsigned)STREAM_READ_EOF;
    handle->read_cb = read_cb;
    handle->alloc_cb = alloc_cb;
    io_start(&handle->io_watcher, IO_IN);
    handle_start((uv_handle_t *)handle);
    return 0;
}

int uv_read_stop(uv_stream_t *handle)
{
    if ((handle->flags & STREAM_READING) == 0)
        return 0;
    handle->flags &= ~(unsigned)STREAM_READING;
    io_stop(&handle->io_watcher, IO_IN);
    handle_stop((uv_handle_t *)handle);
    handle->read_cb = NULL;
    handle->alloc_cb = NULL;
    return 0;
}

static void no_more_reads(uv_stream_t *stream)
{
    stream->flags &= ~(unsigned)STREAM_READING;
    io_stop(&stream->io_watcher, IO_IN);
    handle_stop((uv_handle_t *)stream);
}

static void read_end(uv_stream_t *stream, const uv_buf_t *buf)
{
    stream->flags |= STREAM_READ_EOF;
    no_more_reads(stream);
    stream->read_cb(stream, UV_EOF, buf);
}

static size_t unread(const uv_stream_t *stream)
{
    return socket_of(stream)->kind->unread(socket_of(stream));
}

/* How much of what is there one read takes, which has room for `size` bytes. */
static size_t most_to_read(const uv_stream_t *stream, size_t size)
{
    size_t there = unread(stream);

    if (there == 0)
        return size; /* there is an end, an error, or nothing to be told */
    return order_amount("uv.read", "read", (const uv_handle_t *)stream, there < size ? there : size,
                        ORDER_PART | ORDER_NONE);
}

/* Read once, and tell. Returns: whether there may be more. */
static bool read_once(uv_stream_t *stream)
{
    const uv_handle_t *handle = (uv_handle_t *)stream;
    uv_buf_t buf = {0};
    size_t size, most;
    ssize_t count;

    stream->alloc_cb((uv_handle_t *)stream,
                     order_amount("uv.suggest", "suggested", handle, BUFFER_PROPOSED, ORDER_PART),
                     &buf);
    if (buf.base == NULL || buf.len == 0) {
        stream->read_cb(stream, UV_ENOBUFS, &buf);
        return false;
    }
    size = buf.len;
    most = most_to_read(stream, size);
    count =
        most > 0 ? socket_of(stream)->kind->receive(socket_of(stream), buf.base, most) : UV_EAGAIN;
    if (count == 0) {
        read_end(stream, &buf);
    } else if (count == UV_EAGAIN) {
        stream->read_cb(stream, 0, &buf);
    } else if (count < 0) {
        stream->flags &= ~(unsigned)(STREAM_READABLE | STREAM_WRITABLE);
        stream->read_cb(stream, count, &buf);
        if ((stream->flags & STREAM_READING) != 0)
            no_more_reads(stream);
    } else {
        if ((size_t)count < size && unread(stream) == 0)
            stream->flags |= STREAM_READ_PARTIAL; /* and what is left, if anything, is the end */
        stream->read_cb(stream, count, &buf);
        return (size_t)count == size;
    }
    return false;
}

static void read_available(uv_stream_t *stream)
{
    int left = IN_A_ROW_MAX;

    stream->flags &= ~(unsigned)STREAM_READ_PARTIAL;
    while (stream->read_cb != NULL && (stream->flags & STREAM_READING) != 0 && left-- > 0 &&
           read_once(stream))
        ;
}

/* ---- connecting, accepting ---- */

static void connected(uv_stream_t *stream)
{
    struct socket *socket = socket_of(stream);
    uv_connect_t *req = stream->connect_req;
    int rc = stream->delayed_error;

    stream->delayed_error = 0;
    if (rc == 0) {
        if (socket->kind->connecting(socket))
            return;
        rc = socket->kind->error(socket);
    }
    stream->connect_req = NULL;
    request_ends(stream);
    if (rc < 0 || list_empty(queue_of(stream->write_queue)))
        io_stop(&stream->io_watcher, IO_OUT);
    if (req->cb != NULL)
        req->cb(req, rc);
    if (socket_of(stream) != NULL && rc < 0)
        cancel_writes(stream);
}

static void accept_available(uv_stream_t *stream)
{
    for (bool told = false; socket_of(stream) != NULL; told = true) {
        if (told && socket_of(stream)->kind->readable(socket_of(stream)) &&
            order_waits(queue_of(stream->handle_queue), name_handle))
            return;
        stream->queued_fds = socket_of(stream)->kind->accept(socket_of(stream));
        if (stream->queued_fds == NULL)
            return;
        stream->connection_cb(stream, 0);
        if (stream->queued_fds != NULL) { /* no more until uv_accept() has been called */
            io_stop(&stream->io_watcher, IO_IN);
            return;
        }
    }
}

int uv_listen(uv_stream_t *stream, int backlog, uv_connection_cb cb)
{
    return stream->type == UV_TCP ? tcp_stream_listen((uv_tcp_t *)stream, backlog, cb)
                                  : pipe_stream_listen((uv_pipe_t *)stream, backlog, cb);
}

int uv_accept(uv_stream_t *server, uv_stream_t *client)
{
    struct socket *accepted;

    if (server->queued_fds == NULL)
        return UV_EAGAIN;
    if (client->type != server->type)
        return UV_EINVAL;
    accepted = server->queued_fds;
    server->queued_fds = NULL;
    if (socket_of(client) != NULL) { /* which libuv makes the connection pay for */
        accepted->kind->close(accepted);
        return UV_EBUSY;
    }
    stream_open(client, accepted);
    client->flags |= STREAM_READABLE | STREAM_WRITABLE | STREAM_BOUND;
    io_start(&server->io_watcher, IO_IN);
    return 0;
}

/* ---- what the poll tells ---- */

static void tell_reads(uv_stream_t *stream, unsigned events)
{
    read_available(stream);
    if (socket_of(stream) == NULL)
        return; /* the callback closed it */
    if ((events & IO_HUP) != 0 && (stream->flags & STREAM_READING) != 0 &&
        (stream->flags & STREAM_READ_PARTIAL) != 0 && (stream->flags & STREAM_READ_EOF) == 0)
        read_end(stream, &(uv_buf_t){0});
}

static void tell_writes(uv_stream_t *stream)
{
    write_queued(stream, true);
    write_callbacks(stream);
    if (socket_of(stream) != NULL && list_empty(queue_of(stream->write_queue)))
        drain(stream);
}

/* Whether something of both directions is to be told, of which either may be first. */
static bool is_both(const uv_stream_t *stream, unsigned events)
{
    return (events & IO_IN) != 0 && (events & IO_OUT) != 0 && (events & IO_HUP) == 0 &&
           (stream->flags & STREAM_READING) != 0;
}

void stream_io(uv_loop_t *loop, uv__io_t *watcher, unsigned events)
{
    uv_stream_t *stream = container_of(watcher, uv_stream_t, io_watcher);

    (void)loop;
    if (stream->connection_cb != NULL) {
        accept_available(stream);
        return;
    }
    if (stream->connect_req != NULL) {
        connected(stream);
        return;
    }
    if (is_both(stream, events) && order_swaps((uv_handle_t *)stream, "read", "write")) {
        tell_writes(stream);
        events = IO_IN;
    }
    if ((events & (IO_IN | IO_HUP)) != 0 && socket_of(stream) != NULL)
        tell_reads(stream, events);
    if ((events & (IO_OUT | IO_HUP)) != 0 && socket_of(stream) != NULL)
        tell_writes(stream);
}

/* ---- what one can see ---- */

bool stream_is_shutting(const uv_stream_t *stream)
{
    return (stream->flags & STREAM_SHUTTING) != 0;
}

int uv_is_readable(const uv_stream_t *handle)
{
    return (handle->flags & STREAM_READABLE) != 0;
}

int uv_is_writable(const uv_stream_t *handle)
{
    return (handle->flags & STREAM_WRITABLE) != 0;
}

size_t uv_stream_get_write_queue_size(const uv_stream_t *stream)
{
    return stream->write_queue_size;
}

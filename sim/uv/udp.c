/*
 * udp.c - answers for libuv's unix/udp.c: datagrams, over the world's UDP.
 *
 * What a program sees is libuv's: a datagram is sent at once if none waits before it, its callback
 * comes in the phase for what is pending; what has come is told in the poll phase, up to 32 in a
 * row, and then once that there is no more, with 0 bytes from nobody. Where libuv sends several at
 * a time, they all share the fate of the first; here each has its own.
 */
#include "uv/internal.h"

#include <string.h>

#include "base/alloc.h"
#include "base/check.h"
#include "world/udp.h"

/* Datagrams in a row for one handle, lest the others starve. */
#define IN_A_ROW_MAX 32

/* What libuv proposes to alloc_cb; and with UV_UDP_RECVMMSG the part of what that gives that is for
 * one datagram, and how many parts are used. */
#define DATAGRAM_MAX ((size_t)64 * 1024)
#define CHUNKS_MAX   20

/* ---- making ---- */

static struct udp *socket_of(const uv_udp_t *handle)
{
    return (struct udp *)io_socket((const uv_handle_t *)handle); /* which it begins with */
}

static bool is_six(const uv_udp_t *handle)
{
    return io_socket((const uv_handle_t *)handle)->six;
}

static void need_socket(uv_udp_t *handle, int family)
{
    if (socket_of(handle) == NULL)
        io_open((uv_handle_t *)handle, (struct socket *)udp_open(family == AF_INET6));
}

/* What needs no address has any. */
static int need_port(uv_udp_t *handle, int family, bool shared)
{
    struct address any = family == AF_INET6 ? (struct address){0} : address_v4(0, 0, 0, 0, 0);

    if (socket_of(handle) != NULL)
        return 0;
    need_socket(handle, family);
    return udp_bind(socket_of(handle), &any, shared, false);
}

int uv_udp_init_ex(uv_loop_t *loop, uv_udp_t *handle, unsigned int flags)
{
    unsigned family = flags & 0xff;

    if ((family != AF_INET && family != AF_INET6 && family != AF_UNSPEC) ||
        (flags & ~(0xffu | UV_UDP_RECVMMSG)) != 0)
        return UV_EINVAL;
    handle_init(loop, (uv_handle_t *)handle, UV_UDP);
    io_init((uv_handle_t *)handle, udp_io);
    handle->send_queue_size = 0;
    handle->send_queue_count = 0;
    handle->alloc_cb = NULL;
    handle->recv_cb = NULL;
    list_init(queue_of(handle->write_queue));
    list_init(queue_of(handle->write_completed_queue));
    if ((flags & UV_UDP_RECVMMSG) != 0)
        handle->flags |= UDP_RECVMMSG;
    if (family != AF_UNSPEC)
        need_socket(handle, (int)family);
    return 0;
}

int uv_udp_init(uv_loop_t *loop, uv_udp_t *handle)
{
    return uv_udp_init_ex(loop, handle, AF_UNSPEC);
}

int uv_udp_using_recvmmsg(const uv_udp_t *handle)
{
    return (handle->flags & UDP_RECVMMSG) != 0;
}

static bool is_closing(const uv_udp_t *handle)
{
    return uv_is_closing((const uv_handle_t *)handle);
}

int uv_udp_bind(uv_udp_t *handle, const struct sockaddr *addr, unsigned int flags)
{
    const unsigned known = UV_UDP_IPV6ONLY | UV_UDP_REUSEADDR | UV_UDP_LINUX_RECVERR;
    struct address address;
    int rc;

    if (handle->type != UV_UDP || is_closing(handle) || !address_is_inet(addr) ||
        (flags & ~known) != 0 || ((flags & UV_UDP_IPV6ONLY) != 0 && addr->sa_family != AF_INET6))
        return UV_EINVAL;
    need_socket(handle, addr->sa_family);
    if ((flags & UV_UDP_IPV6ONLY) != 0 && !is_six(handle))
        return UV_ENOPROTOOPT; /* which is Linux's answer to IPV6_V6ONLY */
    if (addr->sa_family == AF_INET && is_six(handle))
        return UV_EINVAL;
    address = address_of(addr);
    if ((flags & UV_UDP_LINUX_RECVERR) != 0)
        udp_tell_errors(socket_of(handle));
    rc = udp_bind(socket_of(handle), &address, (flags & UV_UDP_REUSEADDR) != 0,
                  (flags & UV_UDP_IPV6ONLY) != 0);
    if (rc == 0)
        handle->flags |= STREAM_BOUND;
    return rc;
}

int uv_udp_connect(uv_udp_t *handle, const struct sockaddr *addr)
{
    bool connected = (handle->flags & UDP_CONNECTED) != 0;
    struct address address;
    int rc;

    if (handle->type != UV_UDP || is_closing(handle) || (addr != NULL && !address_is_inet(addr)))
        return UV_EINVAL;
    if (addr == NULL) {
        if (!connected)
            return UV_ENOTCONN;
        handle->flags &= ~(unsigned)UDP_CONNECTED;
        return udp_connect(socket_of(handle), NULL);
    }
    if (connected)
        return UV_EISCONN;
    rc = need_port(handle, addr->sa_family, false);
    if (rc < 0)
        return rc;
    address = address_of(addr);
    rc = udp_connect(socket_of(handle), &address);
    if (rc == 0)
        handle->flags |= UDP_CONNECTED;
    return rc;
}

/* ---- sending ---- */

static uv_udp_send_t *send_of(struct list *link)
{
    return container_of(link, uv_udp_send_t, queue);
}

static size_t size_of(const uv_buf_t *bufs, unsigned count)
{
    size_t size = 0;

    for (unsigned i = 0; i < count; i++)
        size += bufs[i].len;
    return size;
}

_Static_assert(sizeof(uv_buf_t) == sizeof(struct iovec) &&
                   offsetof(uv_buf_t, len) == offsetof(struct iovec, iov_len),
               "a buffer of libuv's is a part");

/* Give the socket one datagram, of all of `bufs`; it may not take it, unless the poll has told that
 * it would. */
static ssize_t try_send(const uv_udp_t *handle, const uv_buf_t *bufs, unsigned count,
                        const struct sockaddr *addr, bool told)
{
    struct address address = addr != NULL ? address_of(addr) : (struct address){0};
    size_t size = size_of(bufs, count);

    if (!told && size > 0 && udp_writable(socket_of(handle)) &&
        order_amount("uv.write", "sent", (const uv_handle_t *)handle, size, ORDER_NONE) == 0)
        return UV_EAGAIN;
    return udp_send(socket_of(handle), (const struct iovec *)bufs, count,
                    addr != NULL ? &address : NULL);
}

/* `told`: by the poll. */
static void send_queued(uv_udp_t *handle, bool told)
{
    struct list *queue = queue_of(handle->write_queue);

    while (!list_empty(queue)) {
        uv_udp_send_t *req = send_of(queue->next);
        const struct sockaddr *addr = (const struct sockaddr *)&req->addr;
        ssize_t rc = try_send(handle, req->bufs, req->nbufs,
                              addr->sa_family != AF_UNSPEC ? addr : NULL, told);

        if (rc == UV_EAGAIN)
            return;
        told = false;
        req->status = rc;
        list_remove(queue_of(req->queue));
        list_push_back(queue_of(handle->write_completed_queue), queue_of(req->queue));
        io_feed(&handle->io_watcher);
    }
}

static void send_callbacks(uv_udp_t *handle)
{
    struct list *link;

    handle->flags |= UDP_PROCESSING;
    while ((link = list_pop_front(queue_of(handle->write_completed_queue))) != NULL) {
        uv_udp_send_t *req = send_of(link);

        handle->loop->active_reqs.count--;
        handle->send_queue_size -= size_of(req->bufs, req->nbufs);
        handle->send_queue_count--;
        if (req->bufs != req->bufsml)
            alloc_release(req->bufs);
        req->bufs = NULL;
        if (req->send_cb != NULL)
            req->send_cb(req, req->status < 0 ? (int)req->status : 0);
    }
    if (list_empty(queue_of(handle->write_queue))) {
        io_stop(&handle->io_watcher, IO_OUT);
        if ((handle->io_watcher.pevents & IO_IN) == 0)
            handle_stop((uv_handle_t *)handle);
    }
    handle->flags &= ~(unsigned)UDP_PROCESSING;
}

static int check_before_send(const uv_udp_t *handle, unsigned count, const struct sockaddr *addr)
{
    bool connected = (handle->flags & UDP_CONNECTED) != 0;

    if (handle->type != UV_UDP || count == 0) /* of which libuv aborts */
        return UV_EINVAL;
    if (is_closing(handle))
        return UV_EBADF;
    if (addr != NULL && connected)
        return UV_EISCONN;
    if (addr == NULL && !connected)
        return UV_EDESTADDRREQ;
    return addr == NULL || address_is_inet(addr) ? 0 : UV_EINVAL;
}

int uv_udp_send(uv_udp_send_t *req, uv_udp_t *handle, const uv_buf_t bufs[], unsigned int nbufs,
                const struct sockaddr *addr, uv_udp_send_cb send_cb)
{
    bool first = handle->send_queue_count == 0 && (handle->flags & UDP_PROCESSING) == 0;
    int rc = check_before_send(handle, nbufs, addr);

    if (rc == 0 && addr != NULL)
        rc = need_port(handle, addr->sa_family, false);
    if (rc < 0)
        return rc;
    req->bufs = req->bufsml;
    if (nbufs > sizeof req->bufsml / sizeof req->bufsml[0])
        req->bufs = alloc_take(nbufs * sizeof *bufs);
    if (req->bufs == NULL)
        return UV_ENOMEM;
    memcpy(req->bufs, bufs, nbufs * sizeof *bufs);
    req->type = UV_UDP_SEND;
    req->handle = handle;
    req->send_cb = send_cb;
    req->nbufs = nbufs;
    req->addr.ss_family = AF_UNSPEC;
    if (addr != NULL)
        memcpy(&req->addr, addr, address_size(addr));
    handle->loop->active_reqs.count++;
    handle->send_queue_size += size_of(bufs, nbufs);
    handle->send_queue_count++;
    list_push_back(queue_of(handle->write_queue), queue_of(req->queue));
    handle_start((uv_handle_t *)handle);
    if (first)
        send_queued(handle, false);
    if (!list_empty(queue_of(handle->write_queue)))
        io_start(&handle->io_watcher, IO_OUT);
    return 0;
}

int uv_udp_try_send(uv_udp_t *handle, const uv_buf_t bufs[], unsigned int nbufs,
                    const struct sockaddr *addr)
{
    int rc = check_before_send(handle, nbufs, addr);

    if (rc == 0 && handle->send_queue_count != 0)
        rc = UV_EAGAIN;
    if (rc == 0 && addr != NULL)
        rc = need_port(handle, addr->sa_family, false);
    return rc < 0 ? rc : (int)try_send(handle, bufs, nbufs, addr, false);
}

size_t uv_udp_get_send_queue_size(const uv_udp_t *handle)
{
    return handle->send_queue_size;
}

size_t uv_udp_get_send_queue_count(const uv_udp_t *handle)
{
    return handle->send_queue_count;
}

/* ---- receiving ---- */

int uv_udp_recv_start(uv_udp_t *handle, uv_alloc_cb alloc_cb, uv_udp_recv_cb recv_cb)
{
    int rc;

    if (handle->type != UV_UDP || is_closing(handle) || alloc_cb == NULL || recv_cb == NULL)
        return UV_EINVAL;
    if ((handle->io_watcher.pevents & IO_IN) != 0)
        return UV_EALREADY;
    rc = need_port(handle, AF_INET, false);
    if (rc < 0)
        return rc;
    handle->alloc_cb = alloc_cb;
    handle->recv_cb = recv_cb;
    io_start(&handle->io_watcher, IO_IN);
    handle_start((uv_handle_t *)handle);
    return 0;
}

int uv_udp_recv_stop(uv_udp_t *handle)
{
    if (handle->type != UV_UDP)
        return UV_EINVAL;
    io_stop(&handle->io_watcher, IO_IN);
    if ((handle->io_watcher.pevents & IO_OUT) == 0)
        handle_stop((uv_handle_t *)handle);
    handle->alloc_cb = NULL;
    handle->recv_cb = NULL;
    return 0;
}

/* Take one datagram into `buf`, and tell of it. Returns: whether there may be more. */
static bool receive_one(uv_udp_t *handle, const uv_buf_t *buf, unsigned flags)
{
    struct sockaddr_storage from = {0};
    int size = sizeof from;
    struct address address;
    bool cut;
    ssize_t count = udp_receive(socket_of(handle), buf->base, buf->len, &address, &cut);

    if (count < 0) {
        handle->recv_cb(handle, count == UV_EAGAIN ? 0 : count, buf, NULL, 0);
        return false;
    }
    address_write(&address, is_six(handle), (struct sockaddr *)&from, &size);
    handle->recv_cb(handle, count, buf, (const struct sockaddr *)&from,
                    flags | (cut ? UV_UDP_PARTIAL : 0u));
    return true;
}

/* As many as there are, into parts of `buf`. Returns: how many; 0: there was none. */
static int receive_chunks(uv_udp_t *handle, const uv_buf_t *buf)
{
    size_t chunks = buf->len / DATAGRAM_MAX;
    int count = 0;

    if (chunks > CHUNKS_MAX)
        chunks = CHUNKS_MAX;
    if (!udp_readable(socket_of(handle))) {
        handle->recv_cb(handle, 0, buf, NULL, 0);
        return 0;
    }
    while (handle->recv_cb != NULL && (size_t)count < chunks && udp_readable(socket_of(handle))) {
        uv_buf_t part = uv_buf_init(buf->base + (size_t)count * DATAGRAM_MAX, DATAGRAM_MAX);

        if (!receive_one(handle, &part, UV_UDP_MMSG_CHUNK))
            break;
        count++;
    }
    if (handle->recv_cb != NULL) /* of one that was closed meanwhile, too: it has the buffer */
        handle->recv_cb(handle, 0, buf, NULL, UV_UDP_MMSG_FREE);
    return count;
}

static void receive_available(uv_udp_t *handle)
{
    int left = IN_A_ROW_MAX;

    while (left > 0 && socket_of(handle) != NULL && handle->recv_cb != NULL) {
        uv_buf_t buf = {0};
        int count;

        if (left < IN_A_ROW_MAX && udp_readable(socket_of(handle)) &&
            order_waits(queue_of(handle->handle_queue), name_handle))
            return;
        handle->alloc_cb((uv_handle_t *)handle, DATAGRAM_MAX, &buf);
        if (buf.base == NULL || buf.len == 0) {
            handle->recv_cb(handle, UV_ENOBUFS, &buf, NULL, 0);
            return;
        }
        if (uv_udp_using_recvmmsg(handle) && buf.len >= DATAGRAM_MAX)
            count = receive_chunks(handle, &buf);
        else
            count = receive_one(handle, &buf, 0) ? 1 : 0;
        if (count == 0)
            return;
        left -= count;
    }
}

void udp_io(uv_loop_t *loop, uv__io_t *watcher, unsigned events)
{
    uv_udp_t *handle = container_of(watcher, uv_udp_t, io_watcher);

    (void)loop;
    if ((events & IO_IN) != 0)
        receive_available(handle);
    if ((events & IO_OUT) != 0 && !is_closing(handle)) {
        send_queued(handle, true);
        send_callbacks(handle);
    }
}

/* ---- the end ---- */

void udp_handle_close(uv_udp_t *handle)
{
    struct udp *udp = io_close((uv_handle_t *)handle);

    handle_stop((uv_handle_t *)handle);
    if (udp != NULL)
        udp_close(udp);
}

void udp_handle_destroy(uv_udp_t *handle)
{
    struct list *link;

    while ((link = list_pop_front(queue_of(handle->write_queue))) != NULL) {
        send_of(link)->status = UV_ECANCELED;
        list_push_back(queue_of(handle->write_completed_queue), link);
    }
    send_callbacks(handle);
    handle->alloc_cb = NULL;
    handle->recv_cb = NULL;
}

/* ---- what one can see and set ---- */

int uv_udp_getsockname(const uv_udp_t *handle, struct sockaddr *name, int *namelen)
{
    const struct socket *socket = io_socket((const uv_handle_t *)handle);

    return socket != NULL ? address_write(&socket->local, socket->six, name, namelen) : UV_EBADF;
}

int uv_udp_getpeername(const uv_udp_t *handle, struct sockaddr *name, int *namelen)
{
    struct address address;
    int rc;

    if (socket_of(handle) == NULL)
        return UV_EBADF;
    rc = udp_remote(socket_of(handle), &address);
    return rc < 0 ? rc : address_write(&address, is_six(handle), name, namelen);
}

int uv_udp_set_broadcast(uv_udp_t *handle, int on)
{
    if (socket_of(handle) == NULL)
        return UV_EBADF;
    udp_allow_broadcast(socket_of(handle), on != 0);
    return 0;
}

/* No host of the world is more than a hop away. */
int uv_udp_set_ttl(uv_udp_t *handle, int ttl)
{
    if (ttl < 1 || ttl > 255)
        return UV_EINVAL;
    return socket_of(handle) != NULL ? 0 : UV_EBADF;
}

/* Nothing of the world does multicast: one may say how it would be sent, but nobody can join. */
int uv_udp_set_multicast_ttl(uv_udp_t *handle, int ttl)
{
    if (ttl < 0 || ttl > 255)
        return UV_EINVAL;
    return socket_of(handle) != NULL ? 0 : UV_EBADF;
}

int uv_udp_set_multicast_loop(uv_udp_t *handle, int on)
{
    return uv_udp_set_multicast_ttl(handle, on);
}

static bool is_address(const char *text)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    return uv_ip4_addr(text, 0, &v4) == 0 || uv_ip6_addr(text, 0, &v6) == 0;
}

int uv_udp_set_membership(uv_udp_t *handle, const char *multicast_addr, const char *interface_addr,
                          uv_membership membership)
{
    (void)handle;
    (void)membership;
    if (!is_address(multicast_addr) || (interface_addr != NULL && !is_address(interface_addr)))
        return UV_EINVAL;
    return UV_ENODEV;
}

int uv_udp_set_source_membership(uv_udp_t *handle, const char *multicast_addr,
                                 const char *interface_addr, const char *source_addr,
                                 uv_membership membership)
{
    if (!is_address(source_addr))
        return UV_EINVAL;
    return uv_udp_set_membership(handle, multicast_addr, interface_addr, membership);
}

int uv_udp_set_multicast_interface(uv_udp_t *handle, const char *interface_addr)
{
    struct sockaddr_storage addr;
    struct address address;

    if (interface_addr == NULL)
        interface_addr = "0.0.0.0";
    if (uv_ip4_addr(interface_addr, 0, (struct sockaddr_in *)&addr) != 0 &&
        uv_ip6_addr(interface_addr, 0, (struct sockaddr_in6 *)&addr) != 0)
        return UV_EINVAL;
    if (socket_of(handle) == NULL)
        return UV_EBADF;
    address = address_of((const struct sockaddr *)&addr);
    return address_is_any(&address) || host_has(host_of(process_current()), &address)
               ? 0
               : UV_EADDRNOTAVAIL;
}

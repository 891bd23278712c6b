/*
 * tcp.c - answers for libuv's unix/tcp.c: addresses, connecting, listening, options.
 */
#include "uv/internal.h"

#include "base/check.h"
#include "world/tcp.h"

/* ---- making ---- */

static uv_stream_t *stream_of(uv_tcp_t *handle)
{
    return (uv_stream_t *)handle;
}

static struct tcp *socket_of(const uv_tcp_t *handle)
{
    return (struct tcp *)io_socket((const uv_handle_t *)handle); /* which it begins with */
}

static void need_socket(uv_tcp_t *handle, int family)
{
    if (socket_of(handle) == NULL)
        stream_open(stream_of(handle), (struct socket *)tcp_open(family == AF_INET6));
}

int uv_tcp_init_ex(uv_loop_t *loop, uv_tcp_t *handle, unsigned int flags)
{
    unsigned family = flags & 0xff;

    if ((family != AF_INET && family != AF_INET6 && family != AF_UNSPEC) || flags > 0xff)
        return UV_EINVAL;
    stream_init(loop, stream_of(handle), UV_TCP);
    if (family != AF_UNSPEC)
        need_socket(handle, (int)family);
    return 0;
}

int uv_tcp_init(uv_loop_t *loop, uv_tcp_t *handle)
{
    return uv_tcp_init_ex(loop, handle, AF_UNSPEC);
}

int uv_tcp_bind(uv_tcp_t *handle, const struct sockaddr *addr, unsigned int flags)
{
    struct address address;
    int rc;

    if (handle->type != UV_TCP || uv_is_closing((uv_handle_t *)handle) || !address_is_inet(addr) ||
        ((flags & UV_TCP_IPV6ONLY) != 0 && addr->sa_family != AF_INET6))
        return UV_EINVAL;
    need_socket(handle, addr->sa_family);
    if (addr->sa_family == AF_INET6 && !tcp_is_six(socket_of(handle)))
        return UV_ENOPROTOOPT; /* which is Linux's answer to IPV6_V6ONLY */
    if (addr->sa_family == AF_INET && tcp_is_six(socket_of(handle)))
        return UV_EINVAL;
    address = address_of(addr);
    rc = tcp_bind(socket_of(handle), &address, true, (flags & UV_TCP_IPV6ONLY) != 0);
    if (rc < 0 && rc != UV_EADDRINUSE)
        return rc;
    handle->delayed_error = rc; /* libuv tells who listens or connects */
    handle->flags |= STREAM_BOUND;
    return 0;
}

int tcp_stream_listen(uv_tcp_t *handle, int backlog, uv_connection_cb cb)
{
    int rc;

    if (handle->delayed_error != 0)
        return handle->delayed_error;
    need_socket(handle, AF_INET);
    rc = tcp_listen(socket_of(handle), backlog);
    if (rc < 0)
        return rc;
    handle->flags |= STREAM_BOUND;
    stream_listening(stream_of(handle), cb);
    return 0;
}

int uv_tcp_connect(uv_connect_t *req, uv_tcp_t *handle, const struct sockaddr *addr,
                   uv_connect_cb cb)
{
    struct address address;
    int rc;

    if (handle->type != UV_TCP || !address_is_inet(addr))
        return UV_EINVAL;
    if (handle->connect_req != NULL)
        return UV_EALREADY;
    if (handle->delayed_error == 0) {
        need_socket(handle, addr->sa_family);
        handle->flags |= STREAM_READABLE | STREAM_WRITABLE;
        address = address_of(addr);
        rc = tcp_connect(socket_of(handle), &address);
        if (rc < 0)
            return rc;
    }
    stream_connecting(stream_of(handle), req, cb);
    return 0;
}

int uv_tcp_close_reset(uv_tcp_t *handle, uv_close_cb close_cb)
{
    if (stream_is_shutting(stream_of(handle)))
        return UV_EINVAL;
    if (socket_of(handle) == NULL)
        return UV_EBADF;
    handle->flags |= STREAM_RESET;
    uv_close((uv_handle_t *)handle, close_cb);
    return 0;
}

/* ---- what one can see and set ---- */

int uv_tcp_getsockname(const uv_tcp_t *handle, struct sockaddr *name, int *namelen)
{
    struct address address;

    if (handle->delayed_error != 0)
        return handle->delayed_error;
    if (socket_of(handle) == NULL)
        return UV_EBADF;
    tcp_local(socket_of(handle), &address);
    return address_write(&address, tcp_is_six(socket_of(handle)), name, namelen);
}

int uv_tcp_getpeername(const uv_tcp_t *handle, struct sockaddr *name, int *namelen)
{
    struct address address;
    int rc;

    if (handle->delayed_error != 0)
        return handle->delayed_error;
    if (socket_of(handle) == NULL)
        return UV_EBADF;
    rc = tcp_remote(socket_of(handle), &address);
    return rc < 0 ? rc : address_write(&address, tcp_is_six(socket_of(handle)), name, namelen);
}

static void set_flag(uv_tcp_t *handle, unsigned flag, int on)
{
    handle->flags = on ? handle->flags | flag : handle->flags & ~flag;
}

int uv_tcp_nodelay(uv_tcp_t *handle, int enable)
{
    if (socket_of(handle) != NULL)
        tcp_set_no_delay(socket_of(handle), enable != 0);
    set_flag(handle, STREAM_TCP_NODELAY, enable);
    return 0;
}

/* Probes are not modelled: no connection of the world is idle for two hours. */
int uv_tcp_keepalive(uv_tcp_t *handle, int enable, unsigned int delay)
{
    if (socket_of(handle) != NULL && enable && delay == 0)
        return UV_EINVAL;
    set_flag(handle, STREAM_TCP_KEEPALIVE, enable);
    return 0;
}

int uv_tcp_simultaneous_accepts(uv_tcp_t *handle, int enable)
{
    (void)handle;
    (void)enable; /* it is about processes that share a socket */
    return 0;
}

/*
 * endpoint.c - see endpoint.h.
 */
#include "endpoint.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

int endpoint_resolve(const char *host, int port, struct sockaddr_storage *address)
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

int endpoint_at_path(const char *path, struct sockaddr_storage *address)
{
    struct sockaddr_un *un = (void *)address;

    if (path == NULL || path[0] == '\0')
        return RONDO_EINVAL;
    if (strlen(path) >= sizeof un->sun_path)
        return UV_ENAMETOOLONG; /* libuv would cut it off */
    un->sun_family = AF_UNIX;
    memcpy(un->sun_path, path, strlen(path) + 1);
    return 0;
}

void endpoint_text(const struct sockaddr *address, char *text)
{
    const struct sockaddr_in *v4 = (const void *)address;
    const struct sockaddr_in6 *v6 = (const void *)address;
    const struct sockaddr_un *un = (const void *)address;
    char ip[48] = "";

    if (address->sa_family == AF_UNIX) {
        snprintf(text, ENDPOINT_TEXT_SIZE, "%s", un->sun_path);
    } else if (address->sa_family == AF_INET6) {
        uv_ip6_name(v6, ip, sizeof ip);
        snprintf(text, ENDPOINT_TEXT_SIZE, "[%s]:%u", ip, ntohs(v6->sin6_port));
    } else {
        uv_ip4_name(v4, ip, sizeof ip);
        snprintf(text, ENDPOINT_TEXT_SIZE, "%s:%u", ip, ntohs(v4->sin_port));
    }
}

int endpoint_port(const struct sockaddr *address)
{
    const struct sockaddr_in *v4 = (const void *)address; /* where in6 has it, too */

    return address->sa_family != AF_UNIX ? ntohs(v4->sin_port) : 0;
}

/* ---- what libuv does with them ---- */

int endpoint_open(union endpoint_uv *uv, uv_loop_t *loop, sa_family_t family)
{
    if (family == AF_UNIX)
        return uv_pipe_init(loop, &uv->pipe, 0);
    RONDO_TRY(uv_tcp_init(loop, &uv->tcp));
    uv_tcp_nodelay(&uv->tcp, 1); /* as asyncio has it */
    return 0;
}

static const char *path_of(const struct sockaddr *address)
{
    return ((const struct sockaddr_un *)(const void *)address)->sun_path;
}

int endpoint_bind(union endpoint_uv *uv, const struct sockaddr *address)
{
    return address->sa_family == AF_UNIX ? uv_pipe_bind(&uv->pipe, path_of(address))
                                         : uv_tcp_bind(&uv->tcp, address, 0);
}

int endpoint_connect(union endpoint_uv *uv, uv_connect_t *connect, const struct sockaddr *address,
                     uv_connect_cb connected)
{
    if (address->sa_family != AF_UNIX)
        return uv_tcp_connect(connect, &uv->tcp, address, connected);
    uv_pipe_connect(connect, &uv->pipe, path_of(address), connected);
    return 0;
}

/* Where libuv is to write a path, which may be none, and how much room there is. */
static char *room_for_path(struct sockaddr_storage *address, size_t *size)
{
    struct sockaddr_un *un = (void *)address;

    memset(un, 0, sizeof *un);
    un->sun_family = AF_UNIX;
    *size = sizeof un->sun_path;
    return un->sun_path;
}

int endpoint_local(const union endpoint_uv *uv, struct sockaddr_storage *address)
{
    int size = sizeof *address;
    size_t length;
    char *path;

    if (uv->handle.type != UV_NAMED_PIPE)
        return uv_tcp_getsockname(&uv->tcp, (struct sockaddr *)address, &size);
    path = room_for_path(address, &length);
    return uv_pipe_getsockname(&uv->pipe, path, &length);
}

int endpoint_remote(const union endpoint_uv *uv, struct sockaddr_storage *address)
{
    int size = sizeof *address;
    size_t length;
    char *path;

    if (uv->handle.type != UV_NAMED_PIPE)
        return uv_tcp_getpeername(&uv->tcp, (struct sockaddr *)address, &size);
    path = room_for_path(address, &length);
    return uv_pipe_getpeername(&uv->pipe, path, &length);
}

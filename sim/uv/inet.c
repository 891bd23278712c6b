/*
 * inet.c - answers for libuv's inet.c and what of uv-common.c is about addresses: their texts.
 */
#include "uv/internal.h"

#include <arpa/inet.h>
#include <string.h>

int uv_inet_ntop(int af, const void *src, char *dst, size_t size)
{
    if (af != AF_INET && af != AF_INET6)
        return UV_EAFNOSUPPORT;
    return inet_ntop(af, src, dst, (socklen_t)size) != NULL ? 0 : UV_ENOSPC;
}

/* An address of IPv6 may end in "%scope", which is not a part of it. */
int uv_inet_pton(int af, const char *src, void *dst)
{
    char text[INET6_ADDRSTRLEN];
    size_t length;

    if (src == NULL || dst == NULL)
        return UV_EINVAL;
    if (af != AF_INET && af != AF_INET6)
        return UV_EAFNOSUPPORT;
    length = af == AF_INET6 ? strcspn(src, "%") : strlen(src);
    if (length >= sizeof text)
        return UV_EINVAL;
    memcpy(text, src, length);
    text[length] = '\0';
    return inet_pton(af, text, dst) == 1 ? 0 : UV_EINVAL;
}

int uv_ip4_addr(const char *ip, int port, struct sockaddr_in *addr)
{
    *addr = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    return uv_inet_pton(AF_INET, ip, &addr->sin_addr);
}

int uv_ip6_addr(const char *ip, int port, struct sockaddr_in6 *addr)
{
    *addr = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    return uv_inet_pton(AF_INET6, ip, &addr->sin6_addr);
}

int uv_ip4_name(const struct sockaddr_in *src, char *dst, size_t size)
{
    return uv_inet_ntop(AF_INET, &src->sin_addr, dst, size);
}

int uv_ip6_name(const struct sockaddr_in6 *src, char *dst, size_t size)
{
    return uv_inet_ntop(AF_INET6, &src->sin6_addr, dst, size);
}

int uv_ip_name(const struct sockaddr *src, char *dst, size_t size)
{
    if (src->sa_family == AF_INET)
        return uv_ip4_name((const struct sockaddr_in *)(const void *)src, dst, size);
    if (src->sa_family == AF_INET6)
        return uv_ip6_name((const struct sockaddr_in6 *)(const void *)src, dst, size);
    return UV_EAFNOSUPPORT;
}

/*
 * inet.c - answers for libuv's inet.c and what of uv-common.c is about addresses: their texts, and
 * what they are in the world.
 */
#include "uv/internal.h"

#include <arpa/inet.h>
#include <string.h>

#include "world/net.h"

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

/* ---- in the world ---- */

bool address_is_inet(const struct sockaddr *addr)
{
    return addr->sa_family == AF_INET || addr->sa_family == AF_INET6;
}

size_t address_size(const struct sockaddr *addr)
{
    return addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

struct address address_of(const struct sockaddr *addr)
{
    const struct sockaddr_in *v4 = (const void *)addr;
    const struct sockaddr_in6 *v6 = (const void *)addr;
    struct address address = {0};
    const uint8_t *ip = (const void *)&v4->sin_addr;

    if (addr->sa_family == AF_INET)
        return address_v4(ip[0], ip[1], ip[2], ip[3], ntohs(v4->sin_port));
    address.port = ntohs(v6->sin6_port);
    memcpy(address.ip, &v6->sin6_addr, sizeof address.ip);
    return address;
}

/* As the kernel writes it: cut off where there is no room, and *size is what there was. */
int address_write(const struct address *address, bool six, struct sockaddr *name, int *size)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(address->port)};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(address->port)};
    size_t full = six ? sizeof v6 : sizeof v4;

    if (*size < 0)
        return UV_EINVAL;
    memcpy(&v6.sin6_addr, address->ip, sizeof address->ip);
    memcpy(&v4.sin_addr, address->ip + 12, sizeof v4.sin_addr);
    memcpy(name, six ? (const void *)&v6 : (const void *)&v4,
           (size_t)*size < full ? (size_t)*size : full);
    *size = (int)full;
    return 0;
}

/*
 * address.c - see address.h.
 */
#include "address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "address_core.h"
#include "error.h"

void address_to_uv(const rondo_address *address, struct sockaddr_storage *uv)
{
    struct sockaddr_in *v4 = (void *)uv;
    struct sockaddr_in6 *v6 = (void *)uv;

    memset(uv, 0, sizeof *uv);
    if (address->family == 4) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(address->port);
        memcpy(&v4->sin_addr, address->ip, sizeof v4->sin_addr);
    } else if (address->family == 6) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(address->port);
        memcpy(&v6->sin6_addr, address->ip, sizeof v6->sin6_addr);
    }
}

rondo_address address_from_uv(const struct sockaddr *uv)
{
    const struct sockaddr_in *v4 = (const void *)uv;
    const struct sockaddr_in6 *v6 = (const void *)uv;
    rondo_address address = {.family = 0};

    if (uv->sa_family == AF_INET) {
        address.family = 4;
        address.port = ntohs(v4->sin_port);
        memcpy(address.ip, &v4->sin_addr, sizeof v4->sin_addr);
    } else if (uv->sa_family == AF_INET6) {
        address.family = 6;
        address.port = ntohs(v6->sin6_port);
        memcpy(address.ip, &v6->sin6_addr, sizeof v6->sin6_addr);
    }
    return address;
}

int rondo_address_parse(const char *ip, int port, rondo_address *address)
{
    struct sockaddr_storage uv;

    if (ip == NULL || port < 0 || port > UINT16_MAX)
        return RONDO_EINVAL;
    if (uv_ip4_addr(ip, port, (struct sockaddr_in *)(void *)&uv) != 0 &&
        uv_ip6_addr(ip, port, (struct sockaddr_in6 *)(void *)&uv) != 0)
        return RONDO_EINVAL;
    *address = address_from_uv((const struct sockaddr *)&uv);
    return 0;
}

char *rondo_address_text(const rondo_address *address, char *text, size_t size)
{
    char ip[48] = "";

    uv_inet_ntop(address->family == 6 ? AF_INET6 : AF_INET, address->ip, ip, sizeof ip);
    if (address->family == 0)
        snprintf(text, size, "none");
    else
        snprintf(text, size, address->family == 6 ? "[%s]:%u" : "%s:%u", ip, address->port);
    return text;
}

bool rondo_address_equal(const rondo_address *a, const rondo_address *b)
{
    return a->family == b->family && a->port == b->port && memcmp(a->ip, b->ip, sizeof a->ip) == 0;
}

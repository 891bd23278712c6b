/*
 * endpoint.c - see endpoint.h.
 */
#include "endpoint.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

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

void endpoint_text(const struct sockaddr *address, char *text)
{
    const struct sockaddr_in *v4 = (const void *)address;
    const struct sockaddr_in6 *v6 = (const void *)address;
    char ip[48] = "";

    if (address->sa_family == AF_INET6) {
        uv_ip6_name(v6, ip, sizeof ip);
        snprintf(text, ENDPOINT_TEXT_SIZE, "[%s]:%u", ip, ntohs(v6->sin6_port));
    } else {
        uv_ip4_name(v4, ip, sizeof ip);
        snprintf(text, ENDPOINT_TEXT_SIZE, "%s:%u", ip, ntohs(v4->sin_port));
    }
}

int endpoint_port(const struct sockaddr *address)
{
    return ntohs(
        ((const struct sockaddr_in *)(const void *)address)->sin_port); /* or in6: there, too */
}

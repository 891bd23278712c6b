/*
 * socket.c - see socket.h: whose sockets are, who watches them, and who has which port.
 */
#include "world/socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "world/pipe.h"

/* Ports that are given to whoever asks for any: Linux's ip_local_port_range. */
#define PORT_ANY_FIRST 32768
#define PORT_ANY_LAST  60999

/* Those that have taken one port of a host. */
struct port {
    struct list sockets;
};

void socket_init(struct socket *socket, const struct socket_kind *kind, struct host *host, bool six)
{
    struct net *net = host->net;

    socket->kind = kind;
    socket->id = ++net->socket_id_last;
    socket->host = host;
    socket->six = six;
    map_set(&net->sockets, socket->id, (size_t)socket);
}

void socket_forget(struct socket *socket)
{
    map_remove(&socket->host->net->sockets, socket->id);
    list_remove(&socket->link);
    list_remove(&socket->at_port);
}

void socket_own(struct socket *socket)
{
    list_push_back(&process_current()->sockets, &socket->link);
}

struct socket *socket_find(const struct net *net, uint64_t id)
{
    size_t found = map_get(&net->sockets, id);

    return found != MAP_NONE ? (struct socket *)found : NULL;
}

void socket_watch(struct socket *socket, void (*notify)(void *context), void *context)
{
    socket->notify = notify;
    socket->context = context;
    socket->watcher = process_current();
}

void socket_notify(struct socket *socket)
{
    if (socket->notify != NULL)
        process_reach(socket->watcher, socket->notify, socket->context);
}

/* ---- ports ---- */

static struct ports *ports_of(const struct socket *socket)
{
    return &socket->host->ports[socket->kind->protocol];
}

struct list *sockets_at(const struct host *host, enum protocol protocol, uint16_t port)
{
    size_t found = map_get(&host->ports[protocol].by_number, port);

    return found != MAP_NONE ? &((struct port *)found)->sockets : NULL;
}

bool socket_is_bound(const struct socket *socket)
{
    return list_linked(&socket->at_port);
}

bool socket_answers_to(const struct socket *socket, const struct address *address)
{
    if (address_is_any(&socket->local))
        return address_is_v4(&socket->local) == address_is_v4(address) ||
               (!address_is_v4(&socket->local) && !socket->six_only);
    return address_same_ip(&socket->local, address);
}

/* Whether it cannot have the port `number` because somebody else has it. */
static bool is_taken(const struct socket *socket, uint16_t number)
{
    const struct list *sockets = sockets_at(socket->host, socket->kind->protocol, number);

    if (sockets == NULL)
        return false;
    list_for_each(node, sockets) {
        const struct socket *other = container_of(node, struct socket, at_port);

        if (other != socket &&
            (socket_answers_to(other, &socket->local) ||
             socket_answers_to(socket, &other->local)) &&
            !(other->shared && socket->shared))
            return true;
    }
    return false;
}

bool socket_is_crowded(const struct socket *socket)
{
    return is_taken(socket, socket->local.port);
}

static void take_port(struct socket *socket, uint16_t number)
{
    struct list *sockets = sockets_at(socket->host, socket->kind->protocol, number);
    struct port *port;

    if (sockets == NULL) {
        port = must_alloc(sizeof *port);
        sockets = &port->sockets;
        list_init(sockets);
        map_set(&ports_of(socket)->by_number, number, (size_t)port);
    }
    socket->local.port = number;
    list_push_back(sockets, &socket->at_port);
}

/* A port that nobody has, the next one each time; 0: none is left. */
static uint16_t free_port(const struct socket *socket)
{
    struct ports *ports = ports_of(socket);

    for (unsigned i = PORT_ANY_FIRST; i <= PORT_ANY_LAST; i++) {
        const struct list *sockets;

        ports->last = ports->last < PORT_ANY_FIRST || ports->last == PORT_ANY_LAST
                          ? PORT_ANY_FIRST
                          : (uint16_t)(ports->last + 1);
        sockets = sockets_at(socket->host, socket->kind->protocol, ports->last);
        if (sockets == NULL || list_empty(sockets))
            return ports->last;
    }
    return 0;
}

/* Have it the address, and the port or any. */
static int take_address(struct socket *socket, const struct address *address)
{
    uint16_t number = address->port != 0 ? address->port : free_port(socket);

    socket->local = *address;
    if (number != 0 && !is_taken(socket, number)) {
        take_port(socket, number);
        return 0;
    }
    socket->local = (struct address){0};
    return -EADDRINUSE;
}

int socket_bind(struct socket *socket, const struct address *address, bool shared, bool six_only)
{
    if (socket_is_bound(socket) || (!socket->six && !address_is_v4(address)))
        return -EINVAL;
    if (!address_is_any(address) && !host_has(socket->host, address))
        return -EADDRNOTAVAIL;
    socket->shared = shared;
    socket->six_only = six_only;
    return take_address(socket, address);
}

struct address socket_any(const struct socket *socket)
{
    return socket->six ? (struct address){0} : address_v4(0, 0, 0, 0, 0);
}

int socket_bind_any(struct socket *socket)
{
    struct address any = socket_any(socket);

    return take_address(socket, &any);
}

struct address socket_source(const struct socket *socket, const struct address *remote)
{
    const struct host *host = socket->host;

    if (!host_has(host, remote)) {
        for (size_t i = 0; i < host->address_count; i++) {
            if (address_is_v4(&host->addresses[i]) == address_is_v4(remote))
                return host->addresses[i];
        }
    }
    return *remote;
}

int socket_bind_towards(struct socket *socket, const struct address *remote)
{
    struct address source = socket_source(socket, remote);

    if (socket_is_bound(socket)) {
        if (address_is_any(&socket->local))
            memcpy(socket->local.ip, source.ip, sizeof source.ip);
        return 0;
    }
    source.port = 0;
    return take_address(socket, &source) == 0 ? 0 : -EADDRNOTAVAIL;
}

/* Linux takes "any" for this very host. */
static struct address meant_by(const struct address *remote)
{
    struct address meant = *remote;

    if (!address_is_any(remote))
        return meant;
    if (address_is_v4(remote))
        meant.ip[12] = 127;
    meant.ip[15] = 1;
    return meant;
}

int socket_route(const struct socket *socket, const struct address *remote, struct address *meant,
                 struct host **host)
{
    *meant = meant_by(remote);
    *host = host_find(socket->host, meant);
    /* On a network, what is sent to an address that nobody has is never answered. */
    return *host != NULL || socket->host->address_count > 0 ? 0 : -ENETUNREACH;
}

/* ---- the end ---- */

void sockets_close_all(struct process *process)
{
    while (!list_empty(&process->sockets)) {
        struct socket *socket = container_of(process->sockets.next, struct socket, link);

        socket->kind->close(socket);
    }
}

static void free_ports(struct host *host)
{
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        struct map *ports = &host->ports[i].by_number;

        for (size_t k = 0; k < ports->capacity; k++) {
            if (ports->slots[k].value != MAP_NONE)
                free((void *)ports->slots[k].value);
        }
        map_free(ports);
    }
}

/* Packets that are on their way are net.c's. */
void sockets_free_all(struct net *net)
{
    for (size_t i = 0; i < net->sockets.capacity; i++) {
        if (net->sockets.slots[i].value != MAP_NONE) {
            struct socket *socket = (struct socket *)net->sockets.slots[i].value;

            socket->kind->free(socket);
        }
    }
    map_free(&net->sockets);
    list_for_each(node, &net->hosts) {
        free_ports(container_of(node, struct host, link));
        pipe_free_paths(container_of(node, struct host, link));
    }
}

/*
 * tcp.c - see tcp.h: what a program does with its sockets, and who has which port.
 */
#include "world/tcp.h"

#include <errno.h>

#include "base/check.h"
#include "world/segment.h"

/* Ports that are given to whoever asks for any: Linux's ip_local_port_range. */
#define PORT_ANY_FIRST 32768
#define PORT_ANY_LAST  60999

/* Linux's somaxconn. */
#define BACKLOG_MAX 4096

/* Those that have taken one port of a host. */
struct port {
    struct list sockets;
};

/* ---- sockets ---- */

struct tcp *tcp_new(struct host *host, bool six)
{
    struct net *net = host->net;
    struct tcp *tcp = must_alloc(sizeof *tcp);

    tcp->id = ++net->socket_id_last;
    tcp->host = host;
    tcp->six = six;
    tcp->window_end = tcp->promised = TCP_RECEIVE_MAX;
    list_init(&tcp->opening);
    list_init(&tcp->queue);
    list_init(&tcp->coming);
    map_set(&net->sockets, tcp->id, (size_t)tcp);
    return tcp;
}

void tcp_free(struct tcp *tcp)
{
    struct net *net = tcp->host->net;

    map_remove(&net->sockets, tcp->id);
    world_cancel(net->world, &tcp->rest);
    segment_forget(tcp);
    if (tcp->listener != NULL)
        tcp->listener->waiting--;
    list_remove(&tcp->link);
    list_remove(&tcp->at_port);
    bytes_free(&tcp->out);
    bytes_free(&tcp->in);
    free(tcp);
}

struct tcp *tcp_find(const struct net *net, uint64_t id)
{
    size_t found = map_get(&net->sockets, id);

    return found != MAP_NONE ? (struct tcp *)found : NULL;
}

void tcp_notify(struct tcp *tcp)
{
    if (tcp->notify != NULL)
        tcp->notify(tcp->context);
}

bool tcp_is_done(const struct tcp *tcp)
{
    return tcp->end_sent && tcp->acked == tcp->sent && tcp->ended;
}

struct tcp *tcp_open(bool six)
{
    struct process *process = process_current();
    struct tcp *tcp = tcp_new(host_of(process), six);

    list_push_back(&process->sockets, &tcp->link);
    return tcp;
}

void tcp_watch(struct tcp *tcp, void (*notify)(void *context), void *context)
{
    tcp->notify = notify;
    tcp->context = context;
}

/* ---- ports ---- */

static struct port *port_at(const struct host *host, uint16_t number)
{
    size_t found = map_get(&host->ports, number);

    return found != MAP_NONE ? (struct port *)found : NULL;
}

/* Whether a socket that is bound to `tcp`'s address is meant by `address`, ports aside. */
static bool answers_to(const struct tcp *tcp, const struct address *address)
{
    if (address_is_any(&tcp->local))
        return address_is_v4(&tcp->local) == address_is_v4(address) ||
               (!address_is_v4(&tcp->local) && !tcp->six_only);
    return address_same_ip(&tcp->local, address);
}

/* Whether `tcp` cannot have `number` because somebody else has it. */
static bool is_taken(const struct tcp *tcp, uint16_t number)
{
    const struct port *port = port_at(tcp->host, number);

    if (port == NULL)
        return false;
    list_for_each(node, &port->sockets) {
        const struct tcp *other = container_of(node, struct tcp, at_port);

        if (other != tcp && (answers_to(other, &tcp->local) || answers_to(tcp, &other->local)) &&
            !(other->shared && tcp->shared && other->state != TCP_LISTENING))
            return true;
    }
    return false;
}

static void take_port(struct tcp *tcp, uint16_t number)
{
    struct port *port = port_at(tcp->host, number);

    if (port == NULL) {
        port = must_alloc(sizeof *port);
        list_init(&port->sockets);
        map_set(&tcp->host->ports, number, (size_t)port);
    }
    tcp->local.port = number;
    list_push_back(&port->sockets, &tcp->at_port);
}

/* A port that nobody has, the next one each time; 0: none is left. */
static uint16_t free_port(struct host *host)
{
    for (unsigned i = PORT_ANY_FIRST; i <= PORT_ANY_LAST; i++) {
        const struct port *port;

        host->port_last = host->port_last < PORT_ANY_FIRST || host->port_last == PORT_ANY_LAST
                              ? PORT_ANY_FIRST
                              : (uint16_t)(host->port_last + 1);
        port = port_at(host, host->port_last);
        if (port == NULL || list_empty(&port->sockets))
            return host->port_last;
    }
    return 0;
}

/* Have `tcp` the address, and the port or any. */
static int take_address(struct tcp *tcp, const struct address *address)
{
    uint16_t number = address->port != 0 ? address->port : free_port(tcp->host);

    tcp->local = *address;
    if (number != 0 && !is_taken(tcp, number)) {
        take_port(tcp, number);
        return 0;
    }
    tcp->local = (struct address){0};
    return -EADDRINUSE;
}

int tcp_bind(struct tcp *tcp, const struct address *address, bool shared, bool six_only)
{
    if (tcp->state != TCP_CLOSED || list_linked(&tcp->at_port) ||
        (!tcp->six && !address_is_v4(address)))
        return -EINVAL;
    if (!address_is_any(address) && !host_has(tcp->host, address))
        return -EADDRNOTAVAIL;
    tcp->shared = shared;
    tcp->six_only = six_only;
    return take_address(tcp, address);
}

struct tcp *tcp_listener_at(const struct host *host, const struct address *address)
{
    const struct port *port = port_at(host, address->port);
    struct tcp *found = NULL;

    if (port == NULL)
        return NULL;
    list_for_each(node, &port->sockets) {
        struct tcp *tcp = container_of(node, struct tcp, at_port);

        if (tcp->state == TCP_LISTENING && answers_to(tcp, address) &&
            (found == NULL || !address_is_any(&tcp->local)))
            found = tcp;
    }
    return found;
}

/* ---- connections ---- */

/* What stands for every address of the host, in the family of `tcp`. */
static struct address any_address(const struct tcp *tcp)
{
    return tcp->six ? (struct address){0} : address_v4(0, 0, 0, 0, 0);
}

int tcp_listen(struct tcp *tcp, int backlog)
{
    struct address any = any_address(tcp);
    int rc = 0;

    if (tcp->state != TCP_CLOSED && tcp->state != TCP_LISTENING)
        return -EINVAL;
    if (!list_linked(&tcp->at_port))
        rc = take_address(tcp, &any);
    else if (is_taken(tcp, tcp->local.port))
        rc = -EADDRINUSE;
    if (rc < 0)
        return rc;
    tcp->state = TCP_LISTENING;
    tcp->backlog = backlog < 0 || backlog > BACKLOG_MAX ? BACKLOG_MAX : (size_t)backlog;
    return 0;
}

struct tcp *tcp_accept(struct tcp *tcp)
{
    struct list *node = list_pop_front(&tcp->queue);
    struct tcp *accepted;

    if (node == NULL)
        return NULL;
    accepted = container_of(node, struct tcp, link);
    accepted->listener = NULL;
    tcp->waiting--;
    list_push_back(&process_current()->sockets, &accepted->link);
    return accepted;
}

/* Where connections to `remote` come from: its own address, if that is on this host. */
static struct address source_for(const struct tcp *tcp, const struct address *remote)
{
    const struct host *host = tcp->host;

    if (!host_has(host, remote)) {
        for (size_t i = 0; i < host->address_count; i++) {
            if (address_is_v4(&host->addresses[i]) == address_is_v4(remote))
                return host->addresses[i];
        }
    }
    return *remote;
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

/* Give `tcp`, which may be bound already, the address from which it will connect. */
static int take_source(struct tcp *tcp, const struct address *remote)
{
    struct address source = source_for(tcp, remote);

    if (list_linked(&tcp->at_port)) {
        if (address_is_any(&tcp->local))
            memcpy(tcp->local.ip, source.ip, sizeof source.ip);
        return 0;
    }
    source.port = 0;
    return take_address(tcp, &source) == 0 ? 0 : -EADDRNOTAVAIL;
}

/* Then what is sent to an address that nobody has is never answered; else it cannot be sent. */
static bool is_on_a_network(const struct host *host)
{
    return host->address_count > 0;
}

int tcp_connect(struct tcp *tcp, const struct address *remote)
{
    struct address meant = meant_by(remote);
    struct host *host = host_find(tcp->host, &meant);
    int rc;

    if (tcp->state == TCP_BROKEN && tcp->peer == 0)
        tcp->state = TCP_CLOSED; /* one may try again */
    if (tcp->state == TCP_CONNECTING)
        return -EALREADY;
    if (tcp->state == TCP_LISTENING || tcp->state == TCP_CONNECTED)
        return -EISCONN;
    if (tcp->state != TCP_CLOSED)
        return -EINVAL;
    if (tcp->six == address_is_v4(&meant))
        return -EAFNOSUPPORT;
    if (host == NULL && !is_on_a_network(tcp->host))
        return -ENETUNREACH;
    rc = take_source(tcp, &meant);
    if (rc < 0)
        return rc;
    tcp->state = TCP_CONNECTING;
    tcp->remote = meant;
    tcp->peer_host = host;
    segment_connect(tcp);
    net_settle(tcp->host->net);
    return 0;
}

int tcp_error(struct tcp *tcp)
{
    int error = tcp->error;

    tcp->error = 0;
    return -error;
}

/* ---- streams ---- */

/* Room for more to send. */
static size_t room(const struct tcp *tcp)
{
    size_t used = tcp->out.size + (size_t)(tcp->sent - tcp->acked);

    return used < TCP_SEND_MAX ? TCP_SEND_MAX - used : 0;
}

ssize_t tcp_send(struct tcp *tcp, const void *data, size_t size)
{
    size_t done = 0;

    if (tcp->error != 0)
        return tcp_error(tcp);
    if (tcp->state == TCP_CONNECTING)
        return -EAGAIN;
    if (tcp->state != TCP_CONNECTED || tcp->ends)
        return -EPIPE;
    while (done < size && tcp->state == TCP_CONNECTED &&
           room(tcp) > 0) { /* which a loopback makes at once */
        size_t part = size - done < room(tcp) ? size - done : room(tcp);

        bytes_put(&tcp->out, (const char *)data + done, part);
        done += part;
        segment_pump(tcp);
        net_settle(tcp->host->net);
    }
    tcp->starved = done < size;
    return done > 0 || size == 0 ? (ssize_t)done : -EAGAIN;
}

/* Let the other side know of the room there is, when it is worth a segment. */
static void open_window(struct tcp *tcp)
{
    uint64_t window_end = tcp->received + (TCP_RECEIVE_MAX - tcp->in.size);

    if (tcp->state != TCP_CONNECTED || tcp->ended ||
        window_end - tcp->promised < TCP_RECEIVE_MAX / 4)
        return;
    segment_acknowledge(tcp);
    net_settle(tcp->host->net);
}

ssize_t tcp_receive(struct tcp *tcp, void *data, size_t size)
{
    if (tcp->in.size > 0) {
        if (size > tcp->in.size)
            size = tcp->in.size;
        bytes_take(&tcp->in, data, size);
        open_window(tcp);
        return (ssize_t)size;
    }
    if (tcp->ended)
        return 0;
    if (tcp->error != 0)
        return tcp_error(tcp);
    if (tcp->state == TCP_BROKEN)
        return 0;
    return tcp->state == TCP_CLOSED || tcp->state == TCP_LISTENING ? -ENOTCONN : -EAGAIN;
}

int tcp_end(struct tcp *tcp)
{
    if (tcp->state != TCP_CONNECTED)
        return -ENOTCONN;
    tcp->ends = true;
    segment_pump(tcp);
    net_settle(tcp->host->net);
    return 0;
}

/* ---- closing ---- */

/* Those that wait to be accepted never will be. */
static void turn_away(struct list *waiting)
{
    list_for_each(node, waiting) {
        struct tcp *tcp = container_of(node, struct tcp, link);

        if (tcp->state != TCP_BROKEN)
            segment_reset(tcp);
        tcp_free(tcp);
    }
}

/* What was sent goes out, and then the end; nobody here will hear of it. */
static void leave_alone(struct tcp *tcp)
{
    tcp->orphan = true;
    list_remove(&tcp->link);
    tcp->ends = true;
    segment_pump(tcp);
    if (tcp_is_done(tcp))
        tcp_free(tcp);
}

void tcp_close(struct tcp *tcp, bool reset)
{
    struct net *net = tcp->host->net;

    tcp->notify = NULL;
    turn_away(&tcp->opening);
    turn_away(&tcp->queue);
    if (tcp->state == TCP_CONNECTED && !reset && tcp->in.size == 0) {
        leave_alone(tcp);
    } else {
        if (tcp->state == TCP_CONNECTED)
            segment_reset(tcp);
        tcp_free(tcp);
    }
    net_settle(net);
}

void tcp_close_all(struct process *process)
{
    while (!list_empty(&process->sockets))
        tcp_close(container_of(process->sockets.next, struct tcp, link), false);
}

/* Packets that are on their way are net.c's. */
void tcp_free_all(struct net *net)
{
    for (size_t i = 0; i < net->sockets.capacity; i++) {
        struct tcp *tcp = (struct tcp *)net->sockets.slots[i].value;

        if (net->sockets.slots[i].value == MAP_NONE)
            continue;
        bytes_free(&tcp->out);
        bytes_free(&tcp->in);
        free(tcp);
    }
    map_free(&net->sockets);
    list_for_each(node, &net->hosts) {
        struct map *ports = &container_of(node, struct host, link)->ports;

        for (size_t i = 0; i < ports->capacity; i++) {
            if (ports->slots[i].value != MAP_NONE)
                free((void *)ports->slots[i].value);
        }
        map_free(ports);
    }
}

/* ---- what one can see ---- */

bool tcp_readable(const struct tcp *tcp)
{
    return tcp->in.size > 0 || tcp->ended || tcp->state == TCP_BROKEN || !list_empty(&tcp->queue);
}

/* As Linux sees it: a third of the room at least, so that not every acknowledgement wakes. */
bool tcp_writable(const struct tcp *tcp)
{
    return tcp->state == TCP_BROKEN ||
           (tcp->state == TCP_CONNECTED && (tcp->ends || room(tcp) >= TCP_SEND_MAX / 3));
}

bool tcp_over(const struct tcp *tcp)
{
    return tcp->state == TCP_BROKEN || (tcp->ends && tcp->ended);
}

bool tcp_connecting(const struct tcp *tcp)
{
    return tcp->state == TCP_CONNECTING;
}

bool tcp_is_six(const struct tcp *tcp)
{
    return tcp->six;
}

void tcp_local(const struct tcp *tcp, struct address *address)
{
    *address = tcp->local;
}

int tcp_remote(const struct tcp *tcp, struct address *address)
{
    if (tcp->state != TCP_CONNECTED || tcp_is_done(tcp))
        return -ENOTCONN;
    *address = tcp->remote;
    return 0;
}

void tcp_set_no_delay(struct tcp *tcp, bool on)
{
    tcp->no_delay = on;
    if (on)
        segment_pump(tcp);
    net_settle(tcp->host->net);
}

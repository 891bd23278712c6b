/*
 * tcp.c - see tcp.h: what a program does with its sockets.
 */
#include "world/tcp.h"

#include <errno.h>

#include "base/check.h"
#include "world/segment.h"

/* Linux's somaxconn. */
#define BACKLOG_MAX 4096

/* ---- sockets ---- */

static struct tcp *tcp_of(const struct socket *socket)
{
    return container_of(socket, struct tcp, socket);
}

static bool socket_readable(const struct socket *socket)
{
    return tcp_readable(tcp_of(socket));
}

static bool socket_writable(const struct socket *socket)
{
    return tcp_writable(tcp_of(socket));
}

static bool socket_over(const struct socket *socket)
{
    return tcp_over(tcp_of(socket));
}

static void socket_close(struct socket *socket)
{
    tcp_close(tcp_of(socket), false);
}

static ssize_t socket_send(struct socket *socket, const void *data, size_t size)
{
    return tcp_send(tcp_of(socket), data, size);
}

static ssize_t socket_receive(struct socket *socket, void *data, size_t size)
{
    return tcp_receive(tcp_of(socket), data, size);
}

static size_t socket_unread(const struct socket *socket)
{
    return tcp_unread(tcp_of(socket));
}

static int socket_end(struct socket *socket)
{
    return tcp_end(tcp_of(socket));
}

static struct socket *socket_accept(struct socket *socket)
{
    return (struct socket *)tcp_accept(tcp_of(socket)); /* which it begins with */
}

static bool socket_connecting(const struct socket *socket)
{
    return tcp_connecting(tcp_of(socket));
}

static int socket_error(struct socket *socket)
{
    return tcp_error(tcp_of(socket));
}

static void free_alone(struct socket *socket)
{
    struct tcp *tcp = tcp_of(socket);

    bytes_free(&tcp->out);
    bytes_free(&tcp->in);
    free(tcp);
}

static const struct socket_kind kind = {
    .protocol = PROTOCOL_TCP,
    .readable = socket_readable,
    .writable = socket_writable,
    .over = socket_over,
    .close = socket_close,
    .free = free_alone,
    .send = socket_send,
    .receive = socket_receive,
    .unread = socket_unread,
    .end = socket_end,
    .accept = socket_accept,
    .connecting = socket_connecting,
    .error = socket_error,
};

struct tcp *tcp_new(struct host *host, bool six)
{
    struct tcp *tcp = must_alloc(sizeof *tcp);

    socket_init(&tcp->socket, &kind, host, six);
    tcp->window_end = tcp->promised = TCP_RECEIVE_MAX;
    list_init(&tcp->opening);
    list_init(&tcp->queue);
    list_init(&tcp->coming);
    return tcp;
}

void tcp_free(struct tcp *tcp)
{
    socket_forget(&tcp->socket);
    world_cancel(tcp->socket.host->net->world, &tcp->rest);
    segment_forget(tcp);
    if (tcp->listener != NULL)
        tcp->listener->waiting--;
    free_alone(&tcp->socket);
}

struct tcp *tcp_find(const struct net *net, uint64_t id)
{
    struct socket *socket = socket_find(net, id);

    return socket != NULL ? tcp_of(socket) : NULL;
}

bool tcp_is_done(const struct tcp *tcp)
{
    return tcp->end_sent && tcp->acked == tcp->sent && tcp->ended;
}

struct tcp *tcp_open(bool six)
{
    struct tcp *tcp = tcp_new(host_of(process_current()), six);

    socket_own(&tcp->socket);
    return tcp;
}

int tcp_bind(struct tcp *tcp, const struct address *address, bool shared, bool six_only)
{
    return tcp->state == TCP_CLOSED ? socket_bind(&tcp->socket, address, shared, six_only)
                                    : -EINVAL;
}

struct tcp *tcp_listener_at(const struct host *host, const struct address *address)
{
    const struct list *sockets = sockets_at(host, PROTOCOL_TCP, address->port);
    struct tcp *found = NULL;

    if (sockets == NULL)
        return NULL;
    list_for_each(node, sockets) {
        struct tcp *tcp = container_of(node, struct tcp, socket.at_port);

        if (tcp->state == TCP_LISTENING && socket_answers_to(&tcp->socket, address) &&
            (found == NULL || !address_is_any(&tcp->socket.local)))
            found = tcp;
    }
    return found;
}

/* ---- connections ---- */

int tcp_listen(struct tcp *tcp, int backlog)
{
    int rc = 0;

    if (tcp->state != TCP_CLOSED && tcp->state != TCP_LISTENING)
        return -EINVAL;
    if (!socket_is_bound(&tcp->socket))
        rc = socket_bind_any(&tcp->socket);
    else if (tcp->state == TCP_CLOSED && socket_is_crowded(&tcp->socket))
        rc = -EADDRINUSE;
    if (rc < 0)
        return rc;
    tcp->socket.shared = false; /* with those that listen nobody shares */
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
    accepted = container_of(node, struct tcp, socket.link);
    accepted->listener = NULL;
    tcp->waiting--;
    socket_own(&accepted->socket);
    return accepted;
}

int tcp_connect(struct tcp *tcp, const struct address *remote)
{
    struct address meant;
    struct host *host;
    int rc;

    if (tcp->state == TCP_BROKEN && tcp->peer == 0)
        tcp->state = TCP_CLOSED; /* one may try again */
    if (tcp->state == TCP_CONNECTING)
        return -EALREADY;
    if (tcp->state == TCP_LISTENING || tcp->state == TCP_CONNECTED)
        return -EISCONN;
    if (tcp->state != TCP_CLOSED)
        return -EINVAL;
    if (tcp->socket.six == address_is_v4(remote))
        return -EAFNOSUPPORT;
    rc = socket_route(&tcp->socket, remote, &meant, &host);
    if (rc == 0)
        rc = socket_bind_towards(&tcp->socket, &meant);
    if (rc < 0)
        return rc;
    tcp->state = TCP_CONNECTING;
    tcp->socket.remote = meant;
    tcp->peer_host = host;
    segment_connect(tcp);
    net_settle(tcp->socket.host->net);
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
        net_settle(tcp->socket.host->net);
    }
    tcp->starved = done < size || !tcp_writable(tcp);
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
    net_settle(tcp->socket.host->net);
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

size_t tcp_unread(const struct tcp *tcp)
{
    return tcp->in.size;
}

int tcp_end(struct tcp *tcp)
{
    if (tcp->state != TCP_CONNECTED)
        return -ENOTCONN;
    tcp->ends = true;
    segment_pump(tcp);
    net_settle(tcp->socket.host->net);
    return 0;
}

/* ---- closing ---- */

/* Those that wait to be accepted never will be. */
static void turn_away(struct list *waiting)
{
    list_for_each(node, waiting) {
        struct tcp *tcp = container_of(node, struct tcp, socket.link);

        if (tcp->state != TCP_BROKEN)
            segment_reset(tcp);
        tcp_free(tcp);
    }
}

/* What was sent goes out, and then the end; nobody here will hear of it. */
static void leave_alone(struct tcp *tcp)
{
    tcp->orphan = true;
    list_remove(&tcp->socket.link);
    tcp->ends = true;
    segment_pump(tcp);
    if (tcp_is_done(tcp))
        tcp_free(tcp);
}

void tcp_close(struct tcp *tcp, bool reset)
{
    struct net *net = tcp->socket.host->net;

    tcp->socket.notify = NULL;
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

size_t tcp_break_all(struct net *net,
                     bool (*are_meant)(const void *self, const struct host *a,
                                       const struct host *b),
                     const void *self)
{
    size_t count = 0;

    for (uint64_t id = 1; id <= net->socket_id_last; id++) {
        struct socket *socket = socket_find(net, id);
        struct tcp *tcp;

        if (socket == NULL || socket->kind->protocol != PROTOCOL_TCP)
            continue;
        tcp = tcp_of(socket);
        if (tcp->state != TCP_CONNECTED || !are_meant(self, socket->host, tcp->peer_host))
            continue;
        segment_break(tcp, ECONNRESET);
        count++;
    }
    return count;
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
    return tcp->socket.six;
}

void tcp_local(const struct tcp *tcp, struct address *address)
{
    *address = tcp->socket.local;
}

int tcp_remote(const struct tcp *tcp, struct address *address)
{
    if (tcp->state != TCP_CONNECTED || tcp_is_done(tcp))
        return -ENOTCONN;
    *address = tcp->socket.remote;
    return 0;
}

void tcp_set_no_delay(struct tcp *tcp, bool on)
{
    tcp->no_delay = on;
    if (on)
        segment_pump(tcp);
    net_settle(tcp->socket.host->net);
}

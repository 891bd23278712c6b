/*
 * server.c - see server.h.
 */
#include "server.h"

#include "base/alloc.h"
#include "park.h"
#include "stream_core.h"
#include "wire.h"

/* asyncio's. */
#define BACKLOG_DEFAULT 100

struct rondo_server {
    union endpoint_uv uv;
    sa_family_t family;
    union endpoint_uv
        turned_away; /* a connection for which there is no memory, while it is being closed */
    bool turning_away;
    bool another_waits;   /* until that is done */
    struct device device; /* of the loop */
    struct rondo_loop *loop;
    rondo_object object;
    char sockname[ENDPOINT_TEXT_SIZE];
    int port;
    rondo_protocol_factory factory;
    void *arg;
    rondo_client_connected client_connected; /* of rondo_start_server(), whose factory is ours */
    void *client_arg;
    size_t limit;
    int backlog;
    struct rondo_context context; /* of who made it, in which its clients are served */
    struct list wires;            /* that it has accepted, and that are not closed */
    bool serving;                 /* listening */
    bool closing;
    bool closed;
    bool given_up;
    rondo_park closers;
    rondo_park servers; /* who serves for ever */
};

static bool is_over(const struct rondo_server *server)
{
    return server->closed && !server->turning_away && list_empty(&server->wires);
}

static void release_if_over(struct rondo_server *server)
{
    if (!is_over(server))
        return;
    park_wake_all(&server->closers);
    if (server->given_up)
        alloc_release(server);
}

void server_lets_go(struct wire *wire)
{
    struct rondo_server *server = wire->server;

    wire->server = NULL;
    list_remove(&wire->at_server);
    release_if_over(server);
}

static void closed(uv_handle_t *handle)
{
    struct rondo_server *server = handle->data;
    struct rondo_loop *loop = server->loop;

    server->closed = true;
    list_remove(&server->device.link);
    context_release(&server->context);
    release_if_over(server);
    loop_uv_let_go(loop);
}

/* All tasks are gone. */
static void device_close(struct device *device)
{
    rondo_server_free(container_of(device, struct rondo_server, device));
}

/* ---- connections ---- */

static void knocked(uv_stream_t *uv, int status);

static void gone(uv_handle_t *handle)
{
    struct rondo_server *server = handle->data;
    struct rondo_loop *loop = server->loop;
    bool another = server->another_waits && !server->closing;

    server->turning_away = server->another_waits = false;
    if (another)
        knocked(&server->uv.stream, 0);
    release_if_over(server);
    loop_uv_let_go(loop);
}

/* There is no memory for a wire: the connection is closed at once. */
static void turn_away(struct rondo_server *server)
{
    if (server->turning_away) {
        server->another_waits = true;
        return;
    }
    endpoint_open(&server->turned_away, loop_uv(server->loop), server->family);
    server->turned_away.handle.data = server;
    server->turning_away = true;
    loop_uv_hold(server->loop);
    uv_accept(&server->uv.stream, &server->turned_away.stream);
    uv_close(&server->turned_away.handle, gone);
}

/* A wire of the server's, in its context. Returns: NULL without memory. */
static struct wire *server_wire(struct rondo_server *server)
{
    bool runs = loop_running() == server->loop;
    struct rondo_context *outer = runs ? context_enter(&server->context) : NULL;
    struct wire *wire = wire_new(server->loop, server->family);

    if (runs)
        context_enter(outer);
    return wire;
}

static void knocked(uv_stream_t *uv, int status)
{
    struct rondo_server *server = uv->data;
    struct wire *wire;
    int rc;

    if (status < 0)
        return; /* of one connection, of which nobody knows */
    wire = server_wire(server);
    if (wire == NULL) {
        turn_away(server);
        return;
    }
    wire->server = server;
    list_push_back(&server->wires, &wire->at_server);
    rc = uv_accept(&server->uv.stream, &wire->uv.stream);
    if (rc == 0)
        rc = wire_begin(wire, server->factory, server->arg);
    if (rc < 0)
        wire_discard(wire);
}

/* ---- the server ---- */

static struct rondo_server *server_new(struct rondo_loop *loop, sa_family_t family)
{
    struct rondo_server *server = alloc_zero(sizeof *server);

    if (server == NULL)
        return NULL;
    if (endpoint_open(&server->uv, loop_uv(loop), family) != 0) {
        alloc_release(server);
        return NULL;
    }
    server->uv.handle.data = server;
    server->family = family;
    server->loop = loop;
    server->device.close = device_close;
    list_init(&server->wires);
    context_copy(&server->context, loop);
    list_push_back(&loop->devices, &server->device.link);
    loop_uv_hold(loop);
    return server;
}

/* Where it is, now that it is bound: which is also when libuv says that it could not be. */
static int note_address(struct rondo_server *server)
{
    struct sockaddr_storage address = {0};

    RONDO_TRY(endpoint_local(&server->uv, &address));
    endpoint_text((struct sockaddr *)&address, server->sockname);
    server->port = endpoint_port((struct sockaddr *)&address);
    server->object.name = server->sockname;
    return 0;
}

/* Have the address, and listen there unless that is to be later. Returns: 0 or a code. */
static int take_place(struct rondo_server *server, const struct sockaddr *address, bool later)
{
    RONDO_TRY(endpoint_bind(&server->uv, address));
    RONDO_TRY(note_address(server));
    return later ? 0 : rondo_server_start_serving(server);
}

/* Make one at `address`, unless `rc` says that it is none. */
static int create(rondo_protocol_factory factory, void *arg, int rc,
                  const struct sockaddr_storage *address, rondo_server **server,
                  const rondo_server_options *options)
{
    struct rondo_loop *loop = loop_running();
    struct rondo_server *made;

    if (loop == NULL)
        return RONDO_EMISUSE;
    if (loop_uv(loop) == NULL)
        return RONDO_ENOTSUP;
    if (factory == NULL)
        return RONDO_EINVAL;
    RONDO_TRY(rc);
    made = server_new(loop, address->ss_family);
    if (made == NULL)
        return RONDO_ENOMEM;
    made->factory = factory;
    made->arg = arg;
    made->limit = options->limit;
    made->backlog = options->backlog > 0 ? options->backlog : BACKLOG_DEFAULT;
    rc = take_place(made, (const struct sockaddr *)address, options->start_later);
    if (rc == 0)
        *server = made;
    else
        rondo_server_free(made);
    return rc;
}

int rondo_create_server_at(rondo_protocol_factory factory, void *arg, const char *host, int port,
                           rondo_server **server, const rondo_server_options *options)
{
    struct sockaddr_storage address = {0};
    int rc = endpoint_resolve(host, port, &address);

    return create(factory, arg, rc, &address, server, options);
}

int rondo_create_unix_server_at(rondo_protocol_factory factory, void *arg, const char *path,
                                rondo_server **server, const rondo_server_options *options)
{
    struct sockaddr_storage address = {0};
    int rc = endpoint_at_path(path, &address);

    return create(factory, arg, rc, &address, server, options);
}

/* The factory of a server of streams. */
static rondo_protocol *make_stream(void *arg)
{
    struct rondo_server *server = arg;
    struct rondo_stream *stream = stream_new(server->loop, server->limit);

    if (stream == NULL)
        return NULL;
    stream->client_connected = server->client_connected;
    stream->client_arg = server->client_arg;
    return &stream->protocol;
}

/* Make a server of protocols, of which nobody can have heard yet, one of streams. */
static void serve_with(struct rondo_server *server, rondo_client_connected client_connected,
                       void *arg)
{
    server->arg = server;
    server->client_connected = client_connected;
    server->client_arg = arg;
}

int rondo_start_server_at(rondo_client_connected client_connected, void *arg, const char *host,
                          int port, rondo_server **server, const rondo_server_options *options)
{
    RONDO_TRY(rondo_create_server_at(client_connected != NULL ? make_stream : NULL, NULL, host,
                                     port, server, options));
    serve_with(*server, client_connected, arg);
    return 0;
}

int rondo_start_unix_server_at(rondo_client_connected client_connected, void *arg, const char *path,
                               rondo_server **server, const rondo_server_options *options)
{
    RONDO_TRY(rondo_create_unix_server_at(client_connected != NULL ? make_stream : NULL, NULL, path,
                                          server, options));
    serve_with(*server, client_connected, arg);
    return 0;
}

int rondo_server_start_serving(rondo_server *server)
{
    if (server->closing)
        return RONDO_EMISUSE;
    if (server->serving)
        return 0;
    RONDO_TRY(uv_listen(&server->uv.stream, server->backlog, knocked));
    server->serving = true;
    return 0;
}

void rondo_server_close(rondo_server *server)
{
    if (server->closing)
        return;
    server->closing = true;
    uv_close(&server->uv.handle, closed);
    park_wake_all(&server->servers);
}

void rondo_server_close_clients(rondo_server *server)
{
    list_for_each(link, &server->wires) {
        rondo_transport_close(&container_of(link, struct wire, at_server)->transport);
    }
}

void rondo_server_abort_clients(rondo_server *server)
{
    list_for_each(link, &server->wires) {
        rondo_transport_abort(&container_of(link, struct wire, at_server)->transport);
    }
}

void rondo_server_free(rondo_server *server)
{
    if (server == NULL)
        return;
    rondo_server_close(server);
    server->given_up = true;
    release_if_over(server);
}

bool rondo_server_is_serving(const rondo_server *server)
{
    return server->serving && !server->closing;
}

int rondo_server_wait_closed_at(rondo_server *server, const char *here)
{
    if (task_current() == NULL)
        return RONDO_EMISUSE;
    if (is_over(server))
        return 0;
    return park_wait(&server->closers, &server->object, "close of server", here).rc;
}

int rondo_server_serve_forever_at(rondo_server *server, const char *here)
{
    int rc;

    if (task_current() == NULL || !park_empty(&server->servers))
        return RONDO_EMISUSE;
    RONDO_TRY(rondo_server_start_serving(server));
    rc = park_wait(&server->servers, &server->object, "clients of server", here).rc;
    if (rc == RONDO_ECANCELED) {
        rondo_server_close(server);
        RONDO_TRY(rondo_server_wait_closed_at(server, here));
    }
    return rc < 0 ? rc : RONDO_ECANCELED;
}

const char *rondo_server_sockname(const rondo_server *server)
{
    return server->sockname;
}

int rondo_server_port(const rondo_server *server)
{
    return server->port;
}

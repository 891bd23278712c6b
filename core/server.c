/*
 * server.c - see server.h.
 */
#include "server.h"

#include "base/alloc.h"
#include "park.h"
#include "stream_core.h"
#include "task_core.h"

/* asyncio's. */
#define BACKLOG_DEFAULT 100

struct rondo_server {
    uv_tcp_t uv;
    uv_tcp_t turned_away; /* a connection for which there is no memory, while it is being closed */
    bool turning_away;
    bool another_waits;   /* until that is done */
    struct device device; /* of the loop */
    struct rondo_loop *loop;
    rondo_object object;
    char sockname[STREAM_ADDRESS_SIZE];
    int port;
    rondo_client_connected client_connected;
    void *arg;
    struct rondo_context context; /* of who started it, in which its clients are served */
    size_t limit;
    size_t connections; /* that are not closed */
    bool closing;
    bool closed;
    bool given_up;
    rondo_park closers;
    rondo_park servers; /* who serve for ever */
};

static void release_if_over(struct rondo_server *server)
{
    if (!server->closed || server->connections > 0)
        return;
    park_wake_all(&server->closers);
    if (server->given_up)
        alloc_release(server);
}

void server_let_go(struct rondo_server *server)
{
    server->connections--;
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

/* All tasks are gone, see stream.c. */
static void device_close(struct device *device)
{
    struct rondo_server *server = container_of(device, struct rondo_server, device);

    server->closers = server->servers = (rondo_park){0};
    rondo_server_free(server);
}

/* ---- connections ---- */

static int serve_client(void *arg, rondo_value *out)
{
    rondo_stream *stream = arg;
    int rc = stream->server->client_connected(stream, stream->server->arg);

    (void)out;
    return rc < 0 ? rc : 0;
}

/* The task has ended, perhaps before it began. */
static void served(void *arg)
{
    rondo_stream_free(arg);
}

/* Let a task serve `stream`. Returns: 0 or a code. */
static int spawn(struct rondo_server *server, struct rondo_stream *stream)
{
    struct rondo_context *outer = context_enter(&server->context);
    rondo_task *task = rondo_spawn_at(server->loop, serve_client, stream,
                                      &(rondo_spawn_options){.name = NULL}, NULL);
    int rc = task != NULL ? rondo_add_done_callback(task, served, stream) : RONDO_ENOMEM;

    context_enter(outer);
    if (rc < 0)
        rondo_cancel(task, NULL); /* so it will never begin */
    rondo_unref(task);            /* and a failure is told to the handler */
    return rc;
}

/* Begin to serve `stream`. Returns: 0 or a code. */
static int begin(struct rondo_server *server, struct rondo_stream *stream)
{
    RONDO_TRY(uv_accept((uv_stream_t *)&server->uv, (uv_stream_t *)&stream->uv));
    RONDO_TRY(stream_begin(stream));
    return spawn(server, stream);
}

static void knocked(uv_stream_t *uv, int status);

static void gone(uv_handle_t *handle)
{
    struct rondo_server *server = handle->data;
    struct rondo_loop *loop = server->loop;
    bool another = server->another_waits && !server->closing;

    server->turning_away = server->another_waits = false;
    if (another)
        knocked((uv_stream_t *)&server->uv, 0);
    server_let_go(server);
    loop_uv_let_go(loop);
}

/* There is no memory for a stream: the connection is closed at once. */
static void turn_away(struct rondo_server *server)
{
    if (server->turning_away) {
        server->another_waits = true;
        return;
    }
    uv_tcp_init(loop_uv(server->loop), &server->turned_away);
    server->turned_away.data = server;
    server->turning_away = true;
    server->connections++;
    loop_uv_hold(server->loop);
    uv_accept((uv_stream_t *)&server->uv, (uv_stream_t *)&server->turned_away);
    uv_close((uv_handle_t *)&server->turned_away, gone);
}

static void knocked(uv_stream_t *uv, int status)
{
    struct rondo_server *server = uv->data;
    struct rondo_stream *stream;

    if (status < 0)
        return; /* of one connection, of which nobody knows */
    stream = stream_new(server->loop, server->limit);
    if (stream == NULL) {
        turn_away(server);
        return;
    }
    stream->server = server;
    server->connections++;
    if (begin(server, stream) < 0)
        rondo_stream_free(stream);
}

/* ---- the server ---- */

static struct rondo_server *server_new(struct rondo_loop *loop)
{
    struct rondo_server *server = alloc_zero(sizeof *server);

    if (server == NULL)
        return NULL;
    if (uv_tcp_init(loop_uv(loop), &server->uv) != 0) {
        alloc_release(server);
        return NULL;
    }
    server->uv.data = server;
    server->loop = loop;
    server->device.close = device_close;
    context_copy(&server->context, loop);
    list_push_back(&loop->devices, &server->device.link);
    loop_uv_hold(loop);
    return server;
}

static void note_address(struct rondo_server *server)
{
    struct sockaddr_storage address = {0};
    int size = sizeof address;

    uv_tcp_getsockname(&server->uv, (struct sockaddr *)&address, &size);
    stream_address_text((struct sockaddr *)&address, server->sockname);
    server->port = ntohs(((struct sockaddr_in *)(void *)&address)->sin_port);
    server->object.name = server->sockname;
}

int rondo_start_server_at(rondo_client_connected client_connected, void *arg, const char *host,
                          int port, rondo_server **server, const rondo_server_options *options)
{
    struct rondo_loop *loop = loop_running();
    struct sockaddr_storage address = {0};
    struct rondo_server *started;
    int rc;

    if (loop == NULL)
        return RONDO_EMISUSE;
    if (loop_uv(loop) == NULL)
        return RONDO_ENOTSUP;
    if (client_connected == NULL)
        return RONDO_EINVAL;
    RONDO_TRY(stream_resolve(host, port, &address));
    started = server_new(loop);
    if (started == NULL)
        return RONDO_ENOMEM;
    started->client_connected = client_connected;
    started->arg = arg;
    started->limit = options->limit;
    rc = uv_tcp_bind(&started->uv, (struct sockaddr *)&address, 0);
    if (rc == 0)
        rc = uv_listen((uv_stream_t *)&started->uv,
                       options->backlog > 0 ? options->backlog : BACKLOG_DEFAULT, knocked);
    if (rc < 0) {
        rondo_server_free(started);
        return rc;
    }
    note_address(started);
    *server = started;
    return 0;
}

void rondo_server_close(rondo_server *server)
{
    if (server->closing)
        return;
    server->closing = true;
    uv_close((uv_handle_t *)&server->uv, closed);
    park_wake_all(&server->servers);
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
    return !server->closing;
}

int rondo_server_wait_closed_at(rondo_server *server, const char *here)
{
    if (task_current() == NULL)
        return RONDO_EMISUSE;
    if (server->closed && server->connections == 0)
        return 0;
    return park_wait(&server->closers, &server->object, "close of server", here).rc;
}

int rondo_server_serve_forever_at(rondo_server *server, const char *here)
{
    int rc;

    if (task_current() == NULL || server->closing)
        return RONDO_EMISUSE;
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

/*
 * actor.c - see actor.h.
 */
#include "tests/conformance/actor.h"

#include <stdlib.h>
#include <string.h>

const char *code(ssize_t rc)
{
    static char number[24];

    if (rc < 0)
        return uv_err_name((int)rc);
    snprintf(number, sizeof number, "%d", (int)rc);
    return number;
}

void add(struct actor *actor, const char *what, const char *how)
{
    size_t length = strlen(actor->log);

    snprintf(actor->log + length, sizeof actor->log - length, " %s%s%s", what,
             how[0] != '\0' ? " " : "", how);
}

void end_run(struct actor *actor)
{
    if (actor->run_length == 0)
        return;
    actor->run[actor->run_length] = '\0';
    actor->run_length = 0;
    add(actor, actor->run, "");
}

void tell(struct actor *actor, const char *what, ssize_t rc)
{
    end_run(actor);
    add(actor, what, rc == 0 ? "" : code(rc));
}

struct actor *actor_new(uv_loop_t *loop, struct trace *trace, enum actor_kind kind,
                        const char *name)
{
    struct actor *actor = calloc(1, sizeof *actor);

    actor->trace = trace;
    actor->name = name;
    actor->buffer_size = sizeof actor->buffer;
    actor->reads_left = -1;
    actor->kind = kind;
    if (kind == ACTOR_TCP)
        uv_tcp_init(loop, &actor->uv.tcp);
    else
        uv_pipe_init(loop, &actor->uv.pipe, 0);
    actor->uv.handle.data = actor;
    return actor;
}

uv_stream_t *stream(struct actor *actor)
{
    return &actor->uv.stream;
}

void finish(struct trace *trace, uv_loop_t *loop, struct actor **actors, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        end_run(actors[i]);
        note(trace, "%s:%s | ", actors[i]->name, actors[i]->log);
        if (!uv_is_closing(&actors[i]->uv.handle))
            uv_close(&actors[i]->uv.handle, NULL);
    }
    uv_run(loop, UV_RUN_DEFAULT);
    note(trace, "close %d\n", uv_loop_close(loop));
    for (size_t i = 0; i < count; i++)
        free(actors[i]);
}

void closed(uv_handle_t *handle)
{
    tell(handle->data, "closed", 0);
}

void close_it(struct actor *actor)
{
    uv_close(&actor->uv.handle, closed);
}

void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct actor *actor = handle->data;

    (void)suggested;
    *buf = uv_buf_init(actor->buffer, (unsigned)actor->buffer_size);
}

void was_read(uv_stream_t *handle, ssize_t count, const uv_buf_t *buf)
{
    struct actor *actor = handle->data;

    if (count < 0) {
        tell(actor, count == UV_EOF ? "end" : "read", count == UV_EOF ? 0 : count);
        if (actor->on_end != NULL)
            actor->on_end(actor);
        return;
    }
    actor->total += (size_t)count;
    if (actor->run_length + (size_t)count < sizeof actor->run) {
        memcpy(actor->run + actor->run_length, buf->base, (size_t)count);
        actor->run_length += (size_t)count;
    }
    if (count > 0 && actor->on_bytes != NULL)
        actor->on_bytes(actor);
}

void read_on(struct actor *actor)
{
    int rc = uv_read_start(stream(actor), give_buffer, was_read);

    if (rc < 0)
        tell(actor, "read_start", rc);
}

void was_written(uv_write_t *req, int status)
{
    tell(req->data, "written", status);
}

int write_with(struct actor *actor, uv_write_t *req, const char *text)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)text, (unsigned)strlen(text));

    req->data = actor;
    return uv_write(req, stream(actor), &buf, 1, was_written);
}

int write_text(struct actor *actor, const char *text)
{
    return write_with(actor, &actor->writes[0], text);
}

int try_text(struct actor *actor, const char *text)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)text, (unsigned)strlen(text));

    return uv_try_write(stream(actor), &buf, 1);
}

static void was_shut(uv_shutdown_t *req, int status)
{
    tell(req->handle->data, "shut", status);
}

int shut(struct actor *actor)
{
    return uv_shutdown(&actor->shutdown, stream(actor), was_shut);
}

void was_connected(uv_connect_t *req, int status)
{
    struct actor *actor = req->handle->data;

    tell(actor, "connected", status);
    if (status < 0)
        return;
    if (actor->says != NULL)
        write_text(actor, actor->says);
    if (actor->reads_left != 0)
        read_on(actor);
}

int connect_to(struct actor *actor, const struct actor *listener)
{
    struct sockaddr_in address = {0};
    int size = sizeof address;

    if (actor->kind == ACTOR_PIPE) {
        uv_pipe_connect(&actor->connect, &actor->uv.pipe, listener->path, was_connected);
        return 0;
    }
    uv_tcp_getsockname(&listener->uv.tcp, (struct sockaddr *)&address, &size);
    return uv_tcp_connect(&actor->connect, &actor->uv.tcp, (struct sockaddr *)&address,
                          was_connected);
}

void knocked(uv_stream_t *handle, int status)
{
    struct actor *actor = handle->data;

    tell(actor, "connection", status);
    if (actor->peer == NULL || actor->accepts-- <= 0)
        return;
    tell(actor, "accept", uv_accept(handle, stream(actor->peer)));
    if (actor->peer->says != NULL)
        write_text(actor->peer, actor->peer->says);
    if (actor->peer->reads_left != 0)
        read_on(actor->peer);
}

int bind_somewhere(struct actor *actor)
{
    struct sockaddr_in address;

    if (actor->kind == ACTOR_PIPE) {
        snprintf(actor->path, sizeof actor->path, "/tmp/rondo-conformance-%d.%s",
                 (int)uv_os_getpid(), actor->name);
        return uv_pipe_bind(&actor->uv.pipe, actor->path);
    }
    uv_ip4_addr("127.0.0.1", 0, &address);
    return uv_tcp_bind(&actor->uv.tcp, (struct sockaddr *)&address, 0);
}

int listen_for(struct actor *actor, struct actor *peer)
{
    actor->peer = peer;
    actor->accepts = 1;
    bind_somewhere(actor);
    return uv_listen(stream(actor), 16, knocked);
}

struct pair *open_pair(struct trace *trace, enum actor_kind kind)
{
    struct pair *pair = calloc(1, sizeof *pair);

    pair->trace = trace;
    uv_loop_init(&pair->loop);
    pair->listener = actor_new(&pair->loop, trace, kind, "listener");
    pair->server = actor_new(&pair->loop, trace, kind, "server");
    pair->client = actor_new(&pair->loop, trace, kind, "client");
    listen_for(pair->listener, pair->server);
    uv_unref(&pair->listener->uv.handle);
    return pair;
}

void run_pair(struct pair *pair)
{
    connect_to(pair->client, pair->listener);
    uv_run(&pair->loop, UV_RUN_DEFAULT);
}

void close_pair(struct pair *pair)
{
    finish(pair->trace, &pair->loop, (struct actor *[]){pair->listener, pair->server, pair->client},
           3);
    free(pair);
}

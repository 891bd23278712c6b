/*
 * pipe_body.c - what is a unix socket's own about streams on one machine: libuv's pipe.rst.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/conformance/actor.h"

static void note_name(struct trace *trace, const char *what, int rc, const char *name, size_t size,
                      const struct actor *expected)
{
    note(trace, " %s %s size %d", what, code(rc), rc == UV_ENOBUFS ? -1 : (int)(size > 0));
    if (rc == 0)
        note(trace, "%s", expected != NULL && strcmp(name, expected->path) == 0 ? " path" : "");
}

static void note_names(struct trace *trace, struct actor *actor, const struct actor *listener)
{
    char name[128] = "";
    size_t size = sizeof name;
    int rc = uv_pipe_getsockname(&actor->uv.pipe, name, &size);

    note_name(trace, "sockname", rc, name, size, listener);
    size = sizeof name;
    rc = uv_pipe_getpeername(&actor->uv.pipe, name, &size);
    note_name(trace, "peername", rc, name, size, listener);
}

/* Every call before there is a connection, and after. */
static void states(struct trace *trace)
{
    struct pair *pair = open_pair(trace, ACTOR_PIPE);
    struct actor *client = pair->client;
    char name[8];
    size_t size = sizeof name;

    note(trace, "new: readable %d writable %d active %d", uv_is_readable(stream(client)),
         uv_is_writable(stream(client)), uv_is_active(&client->uv.handle));
    note(trace, " write %s", code(write_text(client, "x")));
    note(trace, " try %s", code(try_text(client, "x")));
    note(trace, " shutdown %s", code(shut(client)));
    note(trace, " read %s", code(uv_read_start(stream(client), give_buffer, was_read)));
    note(trace, " accept %s", code(uv_accept(stream(client), stream(pair->server))));
    note(trace, " listen %s", code(uv_listen(stream(client), 1, knocked)));
    note_names(trace, client, NULL);
    note(trace, " chmod %s", code(uv_pipe_chmod(&client->uv.pipe, UV_READABLE)));
    note(trace, " pending %d %d\n", uv_pipe_pending_count(&client->uv.pipe),
         uv_pipe_pending_type(&client->uv.pipe) == UV_UNKNOWN_HANDLE);

    note(trace, "bound:");
    note_names(trace, pair->listener, pair->listener);
    note(trace, " cut %s", code(uv_pipe_getsockname(&pair->listener->uv.pipe, name, &size)));
    note(trace, " size %d", size == strlen(pair->listener->path) + 1);
    note(trace, " chmod %s", code(uv_pipe_chmod(&pair->listener->uv.pipe, 0)));
    note(trace, " %d\n", uv_pipe_chmod(&pair->listener->uv.pipe, UV_READABLE | UV_WRITABLE));

    note(trace, "connecting: %d", connect_to(client, pair->listener));
    note(trace, " readable %d writable %d active %d", uv_is_readable(stream(client)),
         uv_is_writable(stream(client)), uv_is_active(&client->uv.handle));
    note(trace, " try %s", code(try_text(client, "x")));
    note(trace, " write %s", code(write_text(client, "early")));
    note(trace, " queue %zu", client->uv.stream.write_queue_size);
    note_names(trace, client, pair->listener);
    uv_run(&pair->loop, UV_RUN_NOWAIT);
    uv_run(&pair->loop, UV_RUN_NOWAIT);
    note(trace, "\nconnected:");
    note_names(trace, client, pair->listener);
    note(trace, ", the server:");
    note_names(trace, pair->server, pair->listener);
    note(trace, " queue %zu", client->uv.stream.write_queue_size);
    note(trace, " try %s", code(try_text(client, "four")));
    note(trace, " bind %s", code(uv_pipe_bind(&client->uv.pipe, "/tmp/rondo-never")));
    note(trace, " shutdown %d", shut(client));
    note(trace, " again %s", code(shut(client)));
    note(trace, " write %s", code(write_with(client, &client->writes[1], "x")));
    note(trace, " try %s | ", code(try_text(client, "x")));
    uv_run(&pair->loop, UV_RUN_NOWAIT);
    uv_run(&pair->loop, UV_RUN_NOWAIT);
    close_pair(pair);
}

/* ---- refusals ---- */

static void refusals(struct trace *trace)
{
    uv_loop_t loop;
    struct actor *a, *b, *c;

    uv_loop_init(&loop);
    a = actor_new(&loop, trace, ACTOR_PIPE, "a");
    b = actor_new(&loop, trace, ACTOR_PIPE, "b");
    c = actor_new(&loop, trace, ACTOR_PIPE, "c");
    note(trace, "bind: ok %s", code(bind_somewhere(a)));
    note(trace, " again %s", code(bind_somewhere(a)));
    note(trace, " the same %s", code(uv_pipe_bind(&b->uv.pipe, a->path)));
    note(trace, " connect %d", connect_to(b, a));
    note(trace, " listen %s", code(uv_listen(stream(a), 1, knocked)));
    note(trace, " active %d", uv_is_active(&a->uv.handle));
    strcpy(b->path, "/tmp/rondo-nobody-is-here");
    note(trace, " elsewhere %d | ", connect_to(c, b));
    uv_unref(&a->uv.handle);
    uv_run(&loop, UV_RUN_DEFAULT);
    finish(trace, &loop, (struct actor *[]){a, b, c}, 3);
}

/* A file goes with the handle that is bound to it, and may be had again. */
static void files(struct trace *trace)
{
    uv_loop_t loop;
    struct actor *a, *b, *c;

    uv_loop_init(&loop);
    a = actor_new(&loop, trace, ACTOR_PIPE, "a");
    b = actor_new(&loop, trace, ACTOR_PIPE, "a");
    c = actor_new(&loop, trace, ACTOR_PIPE, "c");
    note(trace, "files: bind %s", code(bind_somewhere(a)));
    close_it(a);
    note(trace, " closed, bind %s", code(bind_somewhere(b)));
    note(trace, " listen %s", code(uv_listen(stream(b), 1, knocked)));
    note(trace, " connect %d | ", connect_to(c, b));
    for (int i = 0; i < 3; i++)
        uv_run(&loop, UV_RUN_NOWAIT);
    close_it(b);
    uv_run(&loop, UV_RUN_NOWAIT);
    finish(trace, &loop, (struct actor *[]){a, b, c}, 3);
}

/* More knock than the backlog has room for. */
static void crowd(struct trace *trace)
{
    struct actor *actors[5];
    static const char *const names[] = {"listener", "a", "b", "c", "d"};
    uv_loop_t loop;

    note(trace, "a backlog of one: ");
    uv_loop_init(&loop);
    for (int i = 0; i < 5; i++) {
        actors[i] = actor_new(&loop, trace, ACTOR_PIPE, names[i]);
        actors[i]->reads_left = 0;
    }
    bind_somewhere(actors[0]);
    uv_listen(stream(actors[0]), 1, knocked);
    for (int i = 1; i < 5; i++)
        connect_to(actors[i], actors[0]);
    for (int i = 0; i < 5; i++)
        uv_run(&loop, UV_RUN_NOWAIT);
    finish(trace, &loop, actors, 5);
}

void pipe_body(struct trace *trace)
{
    states(trace);
    refusals(trace);
    files(trace);
    crowd(trace);
    stream_body(trace, ACTOR_PIPE);
}

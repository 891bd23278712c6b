/*
 * stream_body.c - streams within one machine, over a loopback or a unix socket: libuv's stream.rst.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/conformance/actor.h"

#define BIG ((size_t)32 << 20)

/* ---- the ordinary ---- */

static void answer(struct actor *actor)
{
    write_text(actor, "answer");
    actor->on_bytes = NULL;
}

static void shut_and_go_on(struct actor *actor)
{
    shut(actor);
    actor->on_bytes = NULL;
}

static void ordinary(struct trace *trace, enum actor_kind kind)
{
    struct pair *pair = open_pair(trace, kind);

    note(trace, "question and answer: ");
    pair->client->says = "question";
    pair->client->on_bytes = shut_and_go_on;
    pair->client->on_end = close_it;
    pair->server->on_bytes = answer;
    pair->server->on_end = close_it;
    run_pair(pair);
    close_pair(pair);
}

/* ---- ends ---- */

static void write_and_close(struct actor *actor)
{
    write_text(actor, "bye");
    close_it(actor);
    actor->on_bytes = NULL;
}

static void say_writable(struct actor *actor)
{
    end_run(actor);
    add(actor, "readable", uv_is_readable(stream(actor)) ? "1" : "0");
    add(actor, "writable", uv_is_writable(stream(actor)) ? "1" : "0");
    add(actor, "active", uv_is_active(&actor->uv.handle) ? "1" : "0");
}

static void ends(struct trace *trace, enum actor_kind kind)
{
    struct pair *pair = open_pair(trace, kind);

    note(trace, "what is written before closing arrives: ");
    pair->client->says = "go";
    pair->server->on_bytes = write_and_close;
    pair->client->on_end = say_writable;
    run_pair(pair);
    close_pair(pair);

    note(trace, "closed with something unread: ");
    pair = open_pair(trace, kind);
    pair->client->says = "unread";
    pair->server->reads_left = 0;
    pair->server->says = "hello";
    pair->client->on_bytes = NULL;
    pair->client->on_end = say_writable;
    connect_to(pair->client, pair->listener);
    for (int i = 0; i < 5; i++)
        uv_run(&pair->loop, UV_RUN_NOWAIT);
    close_it(pair->server);
    uv_run(&pair->loop, UV_RUN_DEFAULT);
    close_pair(pair);

    note(trace, "closed while all is open: ");
    pair = open_pair(trace, kind);
    pair->client->reads_left = 0;
    note(trace, "%d", connect_to(pair->client, pair->listener));
    note(trace, " %d", write_with(pair->client, &pair->client->writes[0], "a"));
    note(trace, " %d", write_with(pair->client, &pair->client->writes[1], "b"));
    note(trace, " %d | ", shut(pair->client));
    close_it(pair->client);
    uv_run(&pair->loop, UV_RUN_NOWAIT);
    close_pair(pair);
}

/* ---- reading ---- */

static void stop_after_some(struct actor *actor)
{
    if (--actor->reads_left == 0)
        tell(actor, "stop", uv_read_stop(stream(actor)));
}

static void close_inside(struct actor *actor)
{
    close_it(actor);
}

static void no_room(struct actor *actor)
{
    if (--actor->reads_left == 1)
        uv_read_stop(stream(actor));
}

/* Each read by itself, as its buffers are full. */
static void note_run(struct actor *actor)
{
    end_run(actor);
}

static void reading(struct trace *trace, enum actor_kind kind)
{
    struct pair *pair = open_pair(trace, kind);

    note(trace, "buffers of four: ");
    pair->server->says = "0123456789";
    pair->client->buffer_size = 4;
    pair->client->on_bytes = note_run;
    pair->server->on_end = close_it;
    pair->client->on_end = close_it;
    connect_to(pair->client, pair->listener);
    for (int i = 0; i < 5; i++)
        uv_run(&pair->loop, UV_RUN_NOWAIT);
    close_it(pair->server);
    uv_run(&pair->loop, UV_RUN_DEFAULT);
    close_pair(pair);

    note(trace, "stopped after the second: ");
    pair = open_pair(trace, kind);
    pair->server->says = "0123456789";
    pair->client->buffer_size = 4;
    pair->client->reads_left = 2;
    pair->client->on_bytes = stop_after_some;
    connect_to(pair->client, pair->listener);
    for (int i = 0; i < 8; i++)
        uv_run(&pair->loop, UV_RUN_NOWAIT);
    add(pair->client, "and on", "");
    pair->client->on_bytes = NULL;
    read_on(pair->client);
    uv_run(&pair->loop, UV_RUN_NOWAIT);
    close_pair(pair);

    note(trace, "closed inside: ");
    pair = open_pair(trace, kind);
    pair->server->says = "0123456789";
    pair->client->buffer_size = 4;
    pair->client->on_bytes = close_inside;
    connect_to(pair->client, pair->listener);
    for (int i = 0; i < 8; i++)
        uv_run(&pair->loop, UV_RUN_NOWAIT);
    close_pair(pair);

    note(trace, "no room, twice: ");
    pair = open_pair(trace, kind);
    pair->server->says = "0123456789";
    pair->client->buffer_size = 0;
    pair->client->reads_left = 3;
    pair->client->on_end = no_room;
    connect_to(pair->client, pair->listener);
    for (int i = 0; i < 8; i++)
        uv_run(&pair->loop, UV_RUN_NOWAIT);
    close_pair(pair);
}

/* ---- accepting ---- */

static void accepting(struct trace *trace, enum actor_kind kind)
{
    struct actor *actors[5];
    uv_loop_t loop;

    note(trace, "three knock, one is accepted, then another: ");
    uv_loop_init(&loop);
    actors[0] = actor_new(&loop, trace, kind, "listener");
    actors[1] = actor_new(&loop, trace, kind, "server");
    actors[2] = actor_new(&loop, trace, kind, "a");
    actors[3] = actor_new(&loop, trace, kind, "b");
    actors[4] = actor_new(&loop, trace, kind, "c");
    for (int i = 1; i < 5; i++)
        actors[i]->reads_left = 0;
    listen_for(actors[0], actors[1]);
    for (int i = 2; i < 5; i++)
        connect_to(actors[i], actors[0]);
    for (int i = 0; i < 5; i++)
        uv_run(&loop, UV_RUN_NOWAIT);
    add(actors[0], "accept", code(uv_accept(stream(actors[0]), stream(actors[1]))));
    finish(trace, &loop, actors, 5);

    note(trace, "accepted late: ");
    uv_loop_init(&loop);
    actors[0] = actor_new(&loop, trace, kind, "listener");
    actors[1] = actor_new(&loop, trace, kind, "server");
    actors[2] = actor_new(&loop, trace, kind, "a");
    actors[3] = actor_new(&loop, trace, kind, "b");
    for (int i = 1; i < 4; i++)
        actors[i]->reads_left = 0;
    listen_for(actors[0], NULL);
    for (int i = 2; i < 4; i++)
        connect_to(actors[i], actors[0]);
    for (int i = 0; i < 5; i++)
        uv_run(&loop, UV_RUN_NOWAIT);
    add(actors[0], "accept", code(uv_accept(stream(actors[0]), stream(actors[1]))));
    uv_run(&loop, UV_RUN_NOWAIT);
    uv_run(&loop, UV_RUN_NOWAIT);
    finish(trace, &loop, actors, 4);
}

/* ---- much ---- */

static void go_on_reading(uv_timer_t *timer)
{
    read_on(timer->data);
}

static void timer_closed(uv_handle_t *handle)
{
    (void)handle;
}

/* More than a socket takes: the queue is exact, writes end in order, and no byte is lost. */
static void much(struct trace *trace, enum actor_kind kind)
{
    struct pair *pair = open_pair(trace, kind);
    char *bytes = calloc(1, BIG);
    uv_buf_t bufs[5];
    uv_timer_t timer;
    int rc;

    note(trace, "much: ");
    pair->server->reads_left = 0;
    connect_to(pair->client, pair->listener);
    for (int i = 0; i < 5; i++)
        uv_run(&pair->loop, UV_RUN_NOWAIT);
    for (int i = 0; i < 5; i++)
        bufs[i] = uv_buf_init(bytes, (unsigned)(BIG / 5));
    rc = uv_try_write(stream(pair->client), bufs, 5);
    note(trace, "some %d", rc > 0 && (size_t)rc < BIG / 5 * 5);
    note(trace, " then %s", code(uv_try_write(stream(pair->client), bufs, 1)));
    pair->client->writes[0].data = pair->client;
    note(trace, " write %d",
         uv_write(&pair->client->writes[0], stream(pair->client), bufs, 5, was_written));
    note(trace, " queue %d", pair->client->uv.stream.write_queue_size == BIG / 5 * 5);
    note(trace, " try %s", code(try_text(pair->client, "x")));
    note(trace, " write %d", write_with(pair->client, &pair->client->writes[1], "last"));
    note(trace, " queue %d", pair->client->uv.stream.write_queue_size == BIG / 5 * 5 + 4);
    note(trace, " shutdown %d", shut(pair->client));
    note(trace, " write %s | ", code(write_with(pair->client, &pair->client->writes[2], "x")));
    uv_timer_init(&pair->loop, &timer);
    timer.data = pair->server;
    uv_timer_start(&timer, go_on_reading, 20, 0);
    pair->server->on_end = close_it;
    pair->server->run_length = sizeof pair->server->run - 1; /* the bytes do not matter */
    uv_read_stop(stream(pair->client));
    pair->server->reads_left = -1;
    uv_run(&pair->loop, UV_RUN_DEFAULT);
    note(trace, "all %d queue %zu ", pair->server->total == BIG / 5 * 5 + 4 + (size_t)rc,
         pair->client->uv.stream.write_queue_size);
    pair->server->log[0] = '\0';
    uv_close((uv_handle_t *)&timer, timer_closed);
    close_pair(pair);
    free(bytes);
}

/* ---- phases ---- */

static struct actor *in_phase;

static void say_timer(uv_timer_t *timer)
{
    add(timer->data, "timer", "");
    write_text(in_phase, "x");
}

static void say_prepare(uv_prepare_t *prepare)
{
    add(prepare->data, "prepare", "");
}

static void say_check(uv_check_t *check)
{
    add(check->data, "check", "");
    uv_check_stop(check);
    write_with(in_phase, &in_phase->writes[1], "y");
}

static void phases(struct trace *trace, enum actor_kind kind)
{
    struct pair *pair = open_pair(trace, kind);
    uv_timer_t timer;
    uv_prepare_t prepare;
    uv_check_t check;

    note(trace, "written in a timer, and in a check: ");
    pair->client->reads_left = 0;
    pair->server->reads_left = 0;
    connect_to(pair->client, pair->listener);
    for (int i = 0; i < 5; i++)
        uv_run(&pair->loop, UV_RUN_NOWAIT);
    in_phase = pair->client;
    uv_timer_init(&pair->loop, &timer);
    uv_prepare_init(&pair->loop, &prepare);
    uv_check_init(&pair->loop, &check);
    timer.data = prepare.data = check.data = pair->client;
    uv_timer_start(&timer, say_timer, 0, 0);
    uv_prepare_start(&prepare, say_prepare);
    uv_check_start(&check, say_check);
    for (int i = 0; i < 3; i++)
        uv_run(&pair->loop, UV_RUN_NOWAIT);
    uv_prepare_stop(&prepare);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_close((uv_handle_t *)&prepare, NULL);
    uv_close((uv_handle_t *)&check, NULL);
    close_pair(pair);
}

static void note_check(uv_check_t *check)
{
    tell(check->data, "check", 0);
}

static void phases_of_a_poll(struct trace *trace, enum actor_kind kind)
{
    struct pair *pair = open_pair(trace, kind);
    uv_check_t check;

    note(trace, "written when something is read: ");
    pair->client->reads_left = 0;
    pair->server->on_bytes = answer;
    connect_to(pair->client, pair->listener);
    for (int i = 0; i < 5; i++)
        uv_run(&pair->loop, UV_RUN_NOWAIT);
    uv_check_init(&pair->loop, &check);
    check.data = pair->server;
    uv_check_start(&check, note_check);
    try_text(pair->client, "x");
    uv_run(&pair->loop, UV_RUN_NOWAIT);
    uv_close((uv_handle_t *)&check, NULL);
    close_pair(pair);
}

/* ---- refusals ---- */

static void refusals(struct trace *trace, enum actor_kind kind)
{
    struct pair *pair = open_pair(trace, kind);
    struct actor *client = pair->client;

    note(trace, "nothing to write, and closed: ");
    pair->server->reads_left = client->reads_left = 0;
    connect_to(client, pair->listener);
    for (int i = 0; i < 5; i++)
        uv_run(&pair->loop, UV_RUN_NOWAIT);
    note(trace, "try %s", code(try_text(client, "")));
    note(trace, " write %s", code(write_text(client, "")));
    note(trace, " queue %zu", client->uv.stream.write_queue_size);
    uv_run(&pair->loop, UV_RUN_NOWAIT);
    close_it(client);
    note(trace, " try %s", code(try_text(client, "x")));
    note(trace, " write %s", code(write_with(client, &client->writes[1], "x")));
    note(trace, " shutdown %s", code(shut(client)));
    note(trace, " read %s stop %d", code(uv_read_start(stream(client), give_buffer, was_read)),
         uv_read_stop(stream(client)));
    note(trace, " readable %d writable %d | ", uv_is_readable(stream(client)),
         uv_is_writable(stream(client)));
    uv_run(&pair->loop, UV_RUN_NOWAIT);
    close_pair(pair);
}

/* Each counts what it was told. */
struct crowd {
    struct one {
        union {
            uv_handle_t handle;
            uv_tcp_t tcp;
            uv_pipe_t pipe;
        } uv;
        uv_connect_t connect;
    } * ones;
    size_t connected;
    size_t canceled;
    size_t closed;
};

static void one_connected(uv_connect_t *req, int status)
{
    struct crowd *crowd = req->handle->data;

    crowd->connected += status == 0;
    crowd->canceled += status == UV_ECANCELED;
}

static void one_closed(uv_handle_t *handle)
{
    struct crowd *crowd = handle->data;

    crowd->closed++;
}

static void connect_one(struct one *one, enum actor_kind kind, const struct actor *listener)
{
    struct sockaddr_in address = {0};
    int size = sizeof address;

    if (kind == ACTOR_PIPE) {
        uv_pipe_connect(&one->connect, &one->uv.pipe, listener->path, one_connected);
        return;
    }
    uv_tcp_getsockname(&listener->uv.tcp, (struct sockaddr *)&address, &size);
    uv_tcp_connect(&one->connect, &one->uv.tcp, (struct sockaddr *)&address, one_connected);
}

/* Ten thousand at once, of which those of the first half that may have a descriptor each are still
 * connecting. */
static void many_closes(struct trace *trace, enum actor_kind kind)
{
    enum { MANY = 10000, CONNECTING = 300 };
    struct crowd crowd = {.ones = calloc(MANY, sizeof *crowd.ones)};
    struct pair *pair = open_pair(trace, kind);

    note(trace, "ten thousand closes at once: ");
    pair->listener->accepts = 0;
    for (int i = 0; i < MANY; i++) {
        struct one *one = &crowd.ones[i];

        if (kind == ACTOR_TCP)
            uv_tcp_init(&pair->loop, &one->uv.tcp);
        else
            uv_pipe_init(&pair->loop, &one->uv.pipe, 0);
        one->uv.handle.data = &crowd;
        if (i < CONNECTING)
            connect_one(one, kind, pair->listener);
    }
    for (int i = 0; i < MANY; i++)
        uv_close(&crowd.ones[i].uv.handle, one_closed);
    uv_run(&pair->loop, UV_RUN_NOWAIT);
    note(trace, "connected %zu canceled %zu closed %zu | ", crowd.connected, crowd.canceled,
         crowd.closed);
    pair->listener->log[0] = '\0';
    close_pair(pair);
    free(crowd.ones);
}

void stream_body(struct trace *trace, enum actor_kind kind)
{
    ordinary(trace, kind);
    ends(trace, kind);
    reading(trace, kind);
    accepting(trace, kind);
    much(trace, kind);
    phases(trace, kind);
    phases_of_a_poll(trace, kind);
    refusals(trace, kind);
    many_closes(trace, kind);
}

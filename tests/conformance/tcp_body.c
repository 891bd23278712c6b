/*
 * tcp_body.c - streams over a loopback: libuv's tcp.rst and stream.rst.
 *
 * What is compared is what each handle was told, in order; which of two handles is told first is
 * the machine's business, and so is into how many reads a text is cut: bytes in a row are one run.
 */
#include <uv.h>

#include <stdlib.h>
#include <string.h>

#include "tests/conformance/conformance.h"

#define BIG ((size_t)32 << 20)

struct actor {
    uv_tcp_t uv;
    uv_connect_t connect;
    uv_shutdown_t shutdown;
    uv_write_t writes[4];
    struct trace *trace;
    struct actor *peer; /* that it accepts */
    const char *name;
    const char *says; /* when it is connected */
    char log[1024];   /* what it was told */
    char run[128];    /* bytes in a row */
    size_t run_length;
    size_t buffer_size; /* what it gives to be read into */
    size_t total;
    int accepts;
    int reads_left; /* then it stops */
    void (*on_end)(struct actor *actor);
    void (*on_bytes)(struct actor *actor);
    char buffer[65536];
};

static const char *code(ssize_t rc)
{
    static char number[24];

    if (rc < 0)
        return uv_err_name((int)rc);
    snprintf(number, sizeof number, "%d", (int)rc);
    return number;
}

static void add(struct actor *actor, const char *what, const char *how)
{
    size_t length = strlen(actor->log);

    snprintf(actor->log + length, sizeof actor->log - length, " %s%s%s", what,
             how[0] != '\0' ? " " : "", how);
}

static void end_run(struct actor *actor)
{
    if (actor->run_length == 0)
        return;
    actor->run[actor->run_length] = '\0';
    actor->run_length = 0;
    add(actor, actor->run, "");
}

static void tell(struct actor *actor, const char *what, ssize_t rc)
{
    end_run(actor);
    add(actor, what, rc == 0 ? "" : code(rc));
}

static struct actor *actor_new(uv_loop_t *loop, struct trace *trace, const char *name)
{
    struct actor *actor = calloc(1, sizeof *actor);

    actor->trace = trace;
    actor->name = name;
    actor->buffer_size = sizeof actor->buffer;
    actor->reads_left = -1;
    uv_tcp_init(loop, &actor->uv);
    actor->uv.data = actor;
    return actor;
}

static uv_stream_t *stream(struct actor *actor)
{
    return (uv_stream_t *)&actor->uv;
}

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address;

    uv_ip4_addr("127.0.0.1", port, &address);
    return address;
}

static int port_of(struct actor *actor)
{
    struct sockaddr_in address = {0};
    int size = sizeof address;

    uv_tcp_getsockname(&actor->uv, (struct sockaddr *)&address, &size);
    return ntohs(address.sin_port);
}

/* What the actors were told, and their end. */
static void finish(struct trace *trace, uv_loop_t *loop, struct actor **actors, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        end_run(actors[i]);
        note(trace, "%s:%s | ", actors[i]->name, actors[i]->log);
        if (!uv_is_closing((uv_handle_t *)&actors[i]->uv))
            uv_close((uv_handle_t *)&actors[i]->uv, NULL);
    }
    uv_run(loop, UV_RUN_DEFAULT);
    note(trace, "close %d\n", uv_loop_close(loop));
    for (size_t i = 0; i < count; i++)
        free(actors[i]);
}

static void closed(uv_handle_t *handle)
{
    tell(handle->data, "closed", 0);
}

static void close_it(struct actor *actor)
{
    uv_close((uv_handle_t *)&actor->uv, closed);
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct actor *actor = handle->data;

    (void)suggested;
    *buf = uv_buf_init(actor->buffer, (unsigned)actor->buffer_size);
}

static void was_read(uv_stream_t *handle, ssize_t count, const uv_buf_t *buf)
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

static void read_on(struct actor *actor)
{
    int rc = uv_read_start(stream(actor), give_buffer, was_read);

    if (rc < 0)
        tell(actor, "read_start", rc);
}

static void was_written(uv_write_t *req, int status)
{
    tell(req->data, "written", status);
}

static int write_with(struct actor *actor, uv_write_t *req, const char *text)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)text, (unsigned)strlen(text));

    req->data = actor;
    return uv_write(req, stream(actor), &buf, 1, was_written);
}

static int write_text(struct actor *actor, const char *text)
{
    return write_with(actor, &actor->writes[0], text);
}

static int try_text(struct actor *actor, const char *text)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)text, (unsigned)strlen(text));

    return uv_try_write(stream(actor), &buf, 1);
}

static void was_shut(uv_shutdown_t *req, int status)
{
    tell(req->handle->data, "shut", status);
}

static int shut(struct actor *actor)
{
    return uv_shutdown(&actor->shutdown, stream(actor), was_shut);
}

static void was_connected(uv_connect_t *req, int status)
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

static int connect_to(struct actor *actor, int port)
{
    struct sockaddr_in address = loopback(port);

    return uv_tcp_connect(&actor->connect, &actor->uv, (struct sockaddr *)&address, was_connected);
}

static void knocked(uv_stream_t *handle, int status)
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

/* Listen on any port, and accept one, as `peer`. */
static int listen_for(struct actor *actor, struct actor *peer)
{
    struct sockaddr_in address = loopback(0);

    actor->peer = peer;
    actor->accepts = 1;
    uv_tcp_bind(&actor->uv, (struct sockaddr *)&address, 0);
    return uv_listen(stream(actor), 16, knocked);
}

/* A server that accepts one, and a client that connects to it. */
struct pair {
    uv_loop_t loop;
    struct actor *listener;
    struct actor *server;
    struct actor *client;
    struct trace *trace;
};

static struct pair *open_pair(struct trace *trace)
{
    struct pair *pair = calloc(1, sizeof *pair);

    pair->trace = trace;
    uv_loop_init(&pair->loop);
    pair->listener = actor_new(&pair->loop, trace, "listener");
    pair->server = actor_new(&pair->loop, trace, "server");
    pair->client = actor_new(&pair->loop, trace, "client");
    listen_for(pair->listener, pair->server);
    uv_unref((uv_handle_t *)&pair->listener->uv);
    return pair;
}

static void run_pair(struct pair *pair)
{
    connect_to(pair->client, port_of(pair->listener));
    uv_run(&pair->loop, UV_RUN_DEFAULT);
}

static void close_pair(struct pair *pair)
{
    finish(pair->trace, &pair->loop, (struct actor *[]){pair->listener, pair->server, pair->client},
           3);
    free(pair);
}

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

static void ordinary(struct trace *trace)
{
    struct pair *pair = open_pair(trace);

    note(trace, "question and answer: ");
    pair->client->says = "question";
    pair->client->on_bytes = shut_and_go_on;
    pair->client->on_end = close_it;
    pair->server->on_bytes = answer;
    pair->server->on_end = close_it;
    run_pair(pair);
    close_pair(pair);
}

/* Every call before there is a connection, and after. */
static void states(struct trace *trace)
{
    struct pair *pair = open_pair(trace);
    struct sockaddr_in address;
    int size = sizeof address;
    struct actor *client = pair->client;

    note(trace, "new: readable %d writable %d active %d", uv_is_readable(stream(client)),
         uv_is_writable(stream(client)), uv_is_active((uv_handle_t *)&client->uv));
    note(trace, " write %s", code(write_text(client, "x")));
    note(trace, " try %s", code(try_text(client, "x")));
    note(trace, " shutdown %s", code(shut(client)));
    note(trace, " read %s", code(uv_read_start(stream(client), give_buffer, was_read)));
    note(trace, " stop %d", uv_read_stop(stream(client)));
    note(trace, " accept %s", code(uv_accept(stream(client), stream(pair->server))));
    note(trace, " sockname %s",
         code(uv_tcp_getsockname(&client->uv, (struct sockaddr *)&address, &size)));
    note(trace, " peername %s",
         code(uv_tcp_getpeername(&client->uv, (struct sockaddr *)&address, &size)));
    note(trace, " nodelay %d", uv_tcp_nodelay(&client->uv, 1));
    note(trace, " keepalive %d\n", uv_tcp_keepalive(&client->uv, 1, 60));

    note(trace, "connecting: %d", connect_to(client, port_of(pair->listener)));
    note(trace, " again %s", code(connect_to(client, port_of(pair->listener))));
    note(trace, " readable %d writable %d active %d", uv_is_readable(stream(client)),
         uv_is_writable(stream(client)), uv_is_active((uv_handle_t *)&client->uv));
    note(trace, " try %s", code(try_text(client, "x")));
    note(trace, " write %s", code(write_text(client, "early")));
    note(trace, " queue %zu", client->uv.write_queue_size);
    size = sizeof address;
    note(trace, " sockname %s",
         code(uv_tcp_getsockname(&client->uv, (struct sockaddr *)&address, &size)));
    note(trace, " size %d\n", size);
    uv_run(&pair->loop, UV_RUN_NOWAIT);
    uv_run(&pair->loop, UV_RUN_NOWAIT);

    note(trace, "connected: ");
    size = sizeof address;
    uv_tcp_getpeername(&client->uv, (struct sockaddr *)&address, &size);
    note(trace, "peer %d family %d size %d", ntohs(address.sin_port) == port_of(pair->listener),
         address.sin_family == AF_INET, size);
    size = 4;
    note(trace, " cut %s",
         code(uv_tcp_getpeername(&client->uv, (struct sockaddr *)&address, &size)));
    note(trace, " size %d", size);
    note(trace, " queue %zu", client->uv.write_queue_size);
    note(trace, " read again %s", code(uv_read_start(stream(client), give_buffer, was_read)));
    note(trace, " without callbacks %s", code(uv_read_start(stream(client), NULL, NULL)));
    note(trace, " active %d", uv_is_active((uv_handle_t *)&client->uv));
    uv_read_stop(stream(client));
    note(trace, " then %d", uv_is_active((uv_handle_t *)&client->uv));
    note(trace, " try %s", code(try_text(client, "four")));
    note(trace, " keepalive of 0 %s", code(uv_tcp_keepalive(&client->uv, 1, 0)));
    note(trace, " shutdown %d", shut(client));
    note(trace, " again %s", code(shut(client)));
    note(trace, " writable %d", uv_is_writable(stream(client)));
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
    struct sockaddr_in address = loopback(0), elsewhere;
    struct sockaddr_in6 six;
    struct actor *a, *b, *c;
    int port;

    uv_loop_init(&loop);
    a = actor_new(&loop, trace, "a");
    b = actor_new(&loop, trace, "b");
    c = actor_new(&loop, trace, "c");
    uv_ip4_addr("203.0.113.7", 80, &elsewhere); /* nobody's: RFC 5737 */
    uv_ip6_addr("::1", 0, &six);
    note(trace, "bind: elsewhere %s", code(uv_tcp_bind(&c->uv, (struct sockaddr *)&elsewhere, 0)));
    note(trace, " v6 only %s",
         code(uv_tcp_bind(&c->uv, (struct sockaddr *)&address, UV_TCP_IPV6ONLY)));
    note(trace, " ok %s", code(uv_tcp_bind(&a->uv, (struct sockaddr *)&address, 0)));
    note(trace, " again %s", code(uv_tcp_bind(&a->uv, (struct sockaddr *)&address, 0)));
    note(trace, " the other family %s", code(uv_tcp_bind(&a->uv, (struct sockaddr *)&six, 0)));
    port = port_of(a);
    address = loopback(port);
    note(trace, " the same %s", code(uv_tcp_bind(&b->uv, (struct sockaddr *)&address, 0)));
    note(trace, " listen %s", code(uv_listen(stream(a), 1, knocked)));
    note(trace, " %s", code(uv_listen(stream(b), 1, knocked)));
    note(trace, " active %d", uv_is_active((uv_handle_t *)&b->uv));
    note(trace, " one that listens %s", code(uv_tcp_bind(&c->uv, (struct sockaddr *)&address, 0)));
    note(trace, " listen %s", code(uv_listen(stream(c), 1, knocked)));
    note(trace, " port %d", port_of(c));
    note(trace, " connect %s | ", code(connect_to(c, port)));
    uv_unref((uv_handle_t *)&a->uv);
    uv_run(&loop, UV_RUN_DEFAULT);
    finish(trace, &loop, (struct actor *[]){a, b, c}, 3);

    note(trace, "nobody listens: ");
    uv_loop_init(&loop);
    a = actor_new(&loop, trace, "a");
    b = actor_new(&loop, trace, "b");
    address = loopback(0);
    uv_tcp_bind(&b->uv, (struct sockaddr *)&address, 0);
    note(trace, "%d", connect_to(a, port_of(b)));
    note(trace, " write %d | ", write_text(a, "for nobody"));
    uv_run(&loop, UV_RUN_DEFAULT);
    note(trace, "queue %zu ", a->uv.write_queue_size);
    finish(trace, &loop, (struct actor *[]){a, b}, 2);

    note(trace, "texts: ");
    note(trace, "%s", code(uv_ip4_addr("1.2.3", 0, &address)));
    note(trace, " %s", code(uv_ip4_addr("1.2.3.4.5", 0, &address)));
    note(trace, " %s", code(uv_ip4_addr("", 0, &address)));
    note(trace, " %s", code(uv_ip6_addr("::1::", 0, &six)));
    note(trace, " %s", code(uv_ip6_addr("fe80::1%lo", 0, &six)));
    note(trace, " %s\n", code(uv_inet_pton(AF_UNIX, "1.2.3.4", &address)));
}

/* ---- ends ---- */

static void write_and_close(struct actor *actor)
{
    write_text(actor, "bye");
    close_it(actor);
    actor->on_bytes = NULL;
}

static void reset_it(struct actor *actor)
{
    tell(actor, "reset", uv_tcp_close_reset(&actor->uv, closed));
    actor->on_bytes = NULL;
}

static void say_writable(struct actor *actor)
{
    end_run(actor);
    add(actor, "readable", uv_is_readable(stream(actor)) ? "1" : "0");
    add(actor, "writable", uv_is_writable(stream(actor)) ? "1" : "0");
    add(actor, "active", uv_is_active((uv_handle_t *)&actor->uv) ? "1" : "0");
}

static void ends(struct trace *trace)
{
    struct pair *pair = open_pair(trace);

    note(trace, "what is written before closing arrives: ");
    pair->client->says = "go";
    pair->server->on_bytes = write_and_close;
    pair->client->on_end = say_writable;
    run_pair(pair);
    close_pair(pair);

    note(trace, "a reset: ");
    pair = open_pair(trace);
    pair->client->says = "go";
    pair->server->on_bytes = reset_it;
    pair->client->on_end = say_writable;
    run_pair(pair);
    close_pair(pair);

    note(trace, "closed with something unread: ");
    pair = open_pair(trace);
    pair->client->says = "unread";
    pair->server->reads_left = 0;
    pair->server->says = "hello";
    pair->client->on_bytes = NULL;
    pair->client->on_end = say_writable;
    connect_to(pair->client, port_of(pair->listener));
    for (int i = 0; i < 5; i++)
        uv_run(&pair->loop, UV_RUN_NOWAIT);
    close_it(pair->server);
    uv_run(&pair->loop, UV_RUN_DEFAULT);
    close_pair(pair);

    note(trace, "closed while all is open: ");
    pair = open_pair(trace);
    pair->client->reads_left = 0;
    note(trace, "%d", connect_to(pair->client, port_of(pair->listener)));
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

static void reading(struct trace *trace)
{
    struct pair *pair = open_pair(trace);

    note(trace, "buffers of four: ");
    pair->server->says = "0123456789";
    pair->client->buffer_size = 4;
    pair->client->on_bytes = note_run;
    pair->server->on_end = close_it;
    pair->client->on_end = close_it;
    connect_to(pair->client, port_of(pair->listener));
    for (int i = 0; i < 5; i++)
        uv_run(&pair->loop, UV_RUN_NOWAIT);
    close_it(pair->server);
    uv_run(&pair->loop, UV_RUN_DEFAULT);
    close_pair(pair);

    note(trace, "stopped after the second: ");
    pair = open_pair(trace);
    pair->server->says = "0123456789";
    pair->client->buffer_size = 4;
    pair->client->reads_left = 2;
    pair->client->on_bytes = stop_after_some;
    connect_to(pair->client, port_of(pair->listener));
    for (int i = 0; i < 8; i++)
        uv_run(&pair->loop, UV_RUN_NOWAIT);
    add(pair->client, "and on", "");
    pair->client->on_bytes = NULL;
    read_on(pair->client);
    uv_run(&pair->loop, UV_RUN_NOWAIT);
    close_pair(pair);

    note(trace, "closed inside: ");
    pair = open_pair(trace);
    pair->server->says = "0123456789";
    pair->client->buffer_size = 4;
    pair->client->on_bytes = close_inside;
    connect_to(pair->client, port_of(pair->listener));
    for (int i = 0; i < 8; i++)
        uv_run(&pair->loop, UV_RUN_NOWAIT);
    close_pair(pair);

    note(trace, "no room, twice: ");
    pair = open_pair(trace);
    pair->server->says = "0123456789";
    pair->client->buffer_size = 0;
    pair->client->reads_left = 3;
    pair->client->on_end = no_room;
    connect_to(pair->client, port_of(pair->listener));
    for (int i = 0; i < 8; i++)
        uv_run(&pair->loop, UV_RUN_NOWAIT);
    close_pair(pair);
}

/* ---- accepting ---- */

static void accepting(struct trace *trace)
{
    struct actor *actors[5];
    uv_loop_t loop;

    note(trace, "three knock, one is accepted, then another: ");
    uv_loop_init(&loop);
    actors[0] = actor_new(&loop, trace, "listener");
    actors[1] = actor_new(&loop, trace, "server");
    actors[2] = actor_new(&loop, trace, "a");
    actors[3] = actor_new(&loop, trace, "b");
    actors[4] = actor_new(&loop, trace, "c");
    for (int i = 1; i < 5; i++)
        actors[i]->reads_left = 0;
    listen_for(actors[0], actors[1]);
    for (int i = 2; i < 5; i++)
        connect_to(actors[i], port_of(actors[0]));
    for (int i = 0; i < 5; i++)
        uv_run(&loop, UV_RUN_NOWAIT);
    add(actors[0], "accept", code(uv_accept(stream(actors[0]), stream(actors[1]))));
    finish(trace, &loop, actors, 5);

    note(trace, "accepted late: ");
    uv_loop_init(&loop);
    actors[0] = actor_new(&loop, trace, "listener");
    actors[1] = actor_new(&loop, trace, "server");
    actors[2] = actor_new(&loop, trace, "a");
    actors[3] = actor_new(&loop, trace, "b");
    for (int i = 1; i < 4; i++)
        actors[i]->reads_left = 0;
    listen_for(actors[0], NULL);
    for (int i = 2; i < 4; i++)
        connect_to(actors[i], port_of(actors[0]));
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
static void much(struct trace *trace)
{
    struct pair *pair = open_pair(trace);
    char *bytes = calloc(1, BIG);
    uv_buf_t bufs[5];
    uv_timer_t timer;
    int rc;

    note(trace, "much: ");
    pair->server->reads_left = 0;
    connect_to(pair->client, port_of(pair->listener));
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
    note(trace, " queue %d", pair->client->uv.write_queue_size == BIG / 5 * 5);
    note(trace, " try %s", code(try_text(pair->client, "x")));
    note(trace, " write %d", write_with(pair->client, &pair->client->writes[1], "last"));
    note(trace, " queue %d", pair->client->uv.write_queue_size == BIG / 5 * 5 + 4);
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
         pair->client->uv.write_queue_size);
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

static void phases(struct trace *trace)
{
    struct pair *pair = open_pair(trace);
    uv_timer_t timer;
    uv_prepare_t prepare;
    uv_check_t check;

    note(trace, "written in a timer, and in a check: ");
    pair->client->reads_left = 0;
    pair->server->reads_left = 0;
    connect_to(pair->client, port_of(pair->listener));
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

static void phases_of_a_poll(struct trace *trace)
{
    struct pair *pair = open_pair(trace);
    uv_check_t check;

    note(trace, "written when something is read: ");
    pair->client->reads_left = 0;
    pair->server->on_bytes = answer;
    connect_to(pair->client, port_of(pair->listener));
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

void tcp_body(struct trace *trace)
{
    ordinary(trace);
    states(trace);
    refusals(trace);
    ends(trace);
    reading(trace);
    accepting(trace);
    much(trace);
    phases(trace);
    phases_of_a_poll(trace);
}

/*
 * tcp_body.c - what is TCP's own about streams over a loopback: libuv's tcp.rst.
 */
#include "tests/conformance/actor.h"

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

    uv_tcp_getsockname(&actor->uv.tcp, (struct sockaddr *)&address, &size);
    return ntohs(address.sin_port);
}

/* Every call before there is a connection, and after. */
static void states(struct trace *trace)
{
    struct pair *pair = open_pair(trace, ACTOR_TCP);
    struct sockaddr_in address;
    int size = sizeof address;
    struct actor *client = pair->client;

    note(trace, "new: readable %d writable %d active %d", uv_is_readable(stream(client)),
         uv_is_writable(stream(client)), uv_is_active(&client->uv.handle));
    note(trace, " write %s", code(write_text(client, "x")));
    note(trace, " try %s", code(try_text(client, "x")));
    note(trace, " shutdown %s", code(shut(client)));
    note(trace, " read %s", code(uv_read_start(stream(client), give_buffer, was_read)));
    note(trace, " stop %d", uv_read_stop(stream(client)));
    note(trace, " accept %s", code(uv_accept(stream(client), stream(pair->server))));
    note(trace, " sockname %s",
         code(uv_tcp_getsockname(&client->uv.tcp, (struct sockaddr *)&address, &size)));
    note(trace, " peername %s",
         code(uv_tcp_getpeername(&client->uv.tcp, (struct sockaddr *)&address, &size)));
    note(trace, " nodelay %d", uv_tcp_nodelay(&client->uv.tcp, 1));
    note(trace, " keepalive %d\n", uv_tcp_keepalive(&client->uv.tcp, 1, 60));

    note(trace, "connecting: %d", connect_to(client, pair->listener));
    note(trace, " again %s", code(connect_to(client, pair->listener)));
    note(trace, " readable %d writable %d active %d", uv_is_readable(stream(client)),
         uv_is_writable(stream(client)), uv_is_active(&client->uv.handle));
    note(trace, " try %s", code(try_text(client, "x")));
    note(trace, " write %s", code(write_text(client, "early")));
    note(trace, " queue %zu", client->uv.stream.write_queue_size);
    size = sizeof address;
    note(trace, " sockname %s",
         code(uv_tcp_getsockname(&client->uv.tcp, (struct sockaddr *)&address, &size)));
    note(trace, " size %d\n", size);
    uv_run(&pair->loop, UV_RUN_NOWAIT);
    uv_run(&pair->loop, UV_RUN_NOWAIT);

    note(trace, "connected: ");
    size = sizeof address;
    uv_tcp_getpeername(&client->uv.tcp, (struct sockaddr *)&address, &size);
    note(trace, "peer %d family %d size %d", ntohs(address.sin_port) == port_of(pair->listener),
         address.sin_family == AF_INET, size);
    size = 4;
    note(trace, " cut %s",
         code(uv_tcp_getpeername(&client->uv.tcp, (struct sockaddr *)&address, &size)));
    note(trace, " size %d", size);
    note(trace, " queue %zu", client->uv.stream.write_queue_size);
    note(trace, " read again %s", code(uv_read_start(stream(client), give_buffer, was_read)));
    note(trace, " without callbacks %s", code(uv_read_start(stream(client), NULL, NULL)));
    note(trace, " active %d", uv_is_active(&client->uv.handle));
    uv_read_stop(stream(client));
    note(trace, " then %d", uv_is_active(&client->uv.handle));
    note(trace, " try %s", code(try_text(client, "four")));
    note(trace, " keepalive of 0 %s", code(uv_tcp_keepalive(&client->uv.tcp, 1, 0)));
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
    a = actor_new(&loop, trace, ACTOR_TCP, "a");
    b = actor_new(&loop, trace, ACTOR_TCP, "b");
    c = actor_new(&loop, trace, ACTOR_TCP, "c");
    uv_ip4_addr("203.0.113.7", 80, &elsewhere); /* nobody's: RFC 5737 */
    uv_ip6_addr("::1", 0, &six);
    note(trace, "bind: elsewhere %s",
         code(uv_tcp_bind(&c->uv.tcp, (struct sockaddr *)&elsewhere, 0)));
    note(trace, " v6 only %s",
         code(uv_tcp_bind(&c->uv.tcp, (struct sockaddr *)&address, UV_TCP_IPV6ONLY)));
    note(trace, " ok %s", code(uv_tcp_bind(&a->uv.tcp, (struct sockaddr *)&address, 0)));
    note(trace, " again %s", code(uv_tcp_bind(&a->uv.tcp, (struct sockaddr *)&address, 0)));
    note(trace, " the other family %s", code(uv_tcp_bind(&a->uv.tcp, (struct sockaddr *)&six, 0)));
    port = port_of(a);
    address = loopback(port);
    note(trace, " the same %s", code(uv_tcp_bind(&b->uv.tcp, (struct sockaddr *)&address, 0)));
    note(trace, " listen %s", code(uv_listen(stream(a), 1, knocked)));
    note(trace, " %s", code(uv_listen(stream(b), 1, knocked)));
    note(trace, " active %d", uv_is_active(&b->uv.handle));
    note(trace, " one that listens %s",
         code(uv_tcp_bind(&c->uv.tcp, (struct sockaddr *)&address, 0)));
    note(trace, " listen %s", code(uv_listen(stream(c), 1, knocked)));
    note(trace, " port %d", port_of(c));
    note(trace, " connect %s | ", code(connect_to(c, a)));
    uv_unref(&a->uv.handle);
    uv_run(&loop, UV_RUN_DEFAULT);
    finish(trace, &loop, (struct actor *[]){a, b, c}, 3);

    note(trace, "nobody listens: ");
    uv_loop_init(&loop);
    a = actor_new(&loop, trace, ACTOR_TCP, "a");
    b = actor_new(&loop, trace, ACTOR_TCP, "b");
    address = loopback(0);
    uv_tcp_bind(&b->uv.tcp, (struct sockaddr *)&address, 0);
    note(trace, "%d", connect_to(a, b));
    note(trace, " write %d | ", write_text(a, "for nobody"));
    uv_run(&loop, UV_RUN_DEFAULT);
    note(trace, "queue %zu ", a->uv.stream.write_queue_size);
    finish(trace, &loop, (struct actor *[]){a, b}, 2);

    note(trace, "port 0: ");
    uv_loop_init(&loop);
    a = actor_new(&loop, trace, ACTOR_TCP, "a");
    address = loopback(0);
    note(trace, "%s | ",
         code(uv_tcp_connect(&a->connect, &a->uv.tcp, (struct sockaddr *)&address, was_connected)));
    uv_run(&loop, UV_RUN_DEFAULT);
    finish(trace, &loop, (struct actor *[]){a}, 1);

    note(trace, "texts: ");
    note(trace, "%s", code(uv_ip4_addr("1.2.3", 0, &address)));
    note(trace, " %s", code(uv_ip4_addr("1.2.3.4.5", 0, &address)));
    note(trace, " %s", code(uv_ip4_addr("", 0, &address)));
    note(trace, " %s", code(uv_ip6_addr("::1::", 0, &six)));
    note(trace, " %s", code(uv_ip6_addr("fe80::1%lo", 0, &six)));
    note(trace, " %s\n", code(uv_inet_pton(AF_UNIX, "1.2.3.4", &address)));
}

/* ---- a reset ---- */

static void reset_it(struct actor *actor)
{
    tell(actor, "reset", uv_tcp_close_reset(&actor->uv.tcp, closed));
    actor->on_bytes = NULL;
}

static void say_writable(struct actor *actor)
{
    end_run(actor);
    add(actor, "readable", uv_is_readable(stream(actor)) ? "1" : "0");
    add(actor, "writable", uv_is_writable(stream(actor)) ? "1" : "0");
    add(actor, "active", uv_is_active(&actor->uv.handle) ? "1" : "0");
}

static void resets(struct trace *trace)
{
    struct pair *pair = open_pair(trace, ACTOR_TCP);

    note(trace, "a reset: ");
    pair->client->says = "go";
    pair->server->on_bytes = reset_it;
    pair->client->on_end = say_writable;
    run_pair(pair);
    close_pair(pair);
}

void tcp_body(struct trace *trace)
{
    states(trace);
    refusals(trace);
    resets(trace);
    stream_body(trace, ACTOR_TCP);
}

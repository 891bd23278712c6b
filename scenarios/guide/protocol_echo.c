/*
 * 000-8.1: an echo server written as a protocol. Each connection has a protocol of its own, which
 * keeps that connection's state; two clients talk to it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "rondo.h"

struct echo {
    rondo_protocol protocol;
    rondo_transport *transport;
};

static rondo_server *server;
static int instances;

static void connection_made(rondo_protocol *self, rondo_transport *transport)
{
    ((struct echo *)self)->transport = transport;
}

static int data_received(rondo_protocol *self, const void *data, size_t size)
{
    return rondo_transport_write(((struct echo *)self)->transport, data, size);
}

static void connection_lost(rondo_protocol *self, int code)
{
    (void)code;
    free(self);
}

static rondo_protocol *make_echo(void *arg)
{
    static const rondo_protocol_methods methods = {.connection_made = connection_made,
                                                   .data_received = data_received,
                                                   .connection_lost = connection_lost};
    struct echo *echo = malloc(sizeof *echo);

    (void)arg;
    if (echo == NULL)
        return NULL;
    echo->protocol.methods = &methods;
    instances++;
    return &echo->protocol;
}

static void give_up(void *stream)
{
    rondo_stream_free(stream);
}

static int say(rondo_stream *stream, const char *message)
{
    char data[4];

    RONDO_TRY(rondo_sleep(RONDO_MS(100)));
    RONDO_TRY(rondo_stream_write(stream, message, sizeof data));
    RONDO_TRY((int)rondo_stream_readexactly(stream, data, sizeof data));
    printf("echoed %.4s\n", data);
    return 0;
}

static int two_clients(void *arg, rondo_value *out)
{
    rondo_stream *a, *b;

    (void)arg;
    (void)out;
    RONDO_TRY(rondo_open_connection("127.0.0.1", rondo_server_port(server), &a));
    rondo_defer(give_up, a);
    RONDO_TRY(rondo_open_connection("127.0.0.1", rondo_server_port(server), &b));
    rondo_defer(give_up, b);
    RONDO_TRY(say(a, "ping"));
    RONDO_TRY(say(b, "pong"));
    printf("protocols: %d\n", instances);
    rondo_server_close(server);
    return 0;
}

static int async_main(void *arg, rondo_value *out)
{
    rondo_task *clients;
    int rc;

    (void)arg;
    (void)out;
    RONDO_TRY(rondo_create_server(make_echo, NULL, "127.0.0.1", 0, &server));
    clients = rondo_spawn(two_clients, NULL, .name = "clients");
    rc = rondo_server_serve_forever(server);
    printf("Served: %s\n", rondo_err_name(rc));
    rc = rondo_await(clients, NULL);
    if (rc == 0)
        rc = rondo_server_wait_closed(server);
    rondo_unref(clients);
    rondo_server_free(server);
    return rc;
}

RONDO_PROGRAM(protocol_echo, async_main);

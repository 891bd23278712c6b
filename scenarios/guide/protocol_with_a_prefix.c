/*
 * 000-10.5: a protocol of one's own, which prints what it is told and echoes it with a prefix.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "rondo.h"

struct custom {
    rondo_protocol protocol;
    rondo_transport *transport;
};

static rondo_server *server;

static void connection_made(rondo_protocol *self, rondo_transport *transport)
{
    ((struct custom *)self)->transport = transport;
    printf("Custom Protocol Connection Made\n");
}

static int data_received(rondo_protocol *self, const void *data, size_t size)
{
    static char prefix[] = "Echo: ";
    struct iovec answer[] = {{prefix, strlen(prefix)}, {(void *)(uintptr_t)data, size}};

    printf("Data received: %.*s\n", (int)size, (const char *)data);
    return rondo_transport_writelines(((struct custom *)self)->transport, answer, 2);
}

static void connection_lost(rondo_protocol *self, int code)
{
    (void)code;
    free(self);
}

static rondo_protocol *make_custom(void *arg)
{
    static const rondo_protocol_methods methods = {.connection_made = connection_made,
                                                   .data_received = data_received,
                                                   .connection_lost = connection_lost};
    struct custom *custom = malloc(sizeof *custom);

    (void)arg;
    if (custom == NULL)
        return NULL;
    custom->protocol.methods = &methods;
    return &custom->protocol;
}

static void give_up(void *stream)
{
    rondo_stream_free(stream);
}

static int client(void *arg, rondo_value *out)
{
    rondo_stream *stream;
    char data[100];
    ssize_t size;

    (void)arg;
    (void)out;
    RONDO_TRY(rondo_open_connection("127.0.0.1", rondo_server_port(server), &stream));
    rondo_defer(give_up, stream);
    RONDO_TRY(rondo_stream_write(stream, "hi", 2));
    RONDO_TRY(rondo_sleep(RONDO_MS(100)));
    size = rondo_stream_read(stream, data, sizeof data);
    if (size >= 0)
        printf("C> %.*s\n", (int)size, data);
    rondo_server_close(server);
    return size < 0 ? (int)size : 0;
}

static int async_main(void *arg, rondo_value *out)
{
    rondo_task *other;
    int rc;

    (void)arg;
    (void)out;
    RONDO_TRY(rondo_create_server(make_custom, NULL, "127.0.0.1", 0, &server));
    other = rondo_spawn(client, NULL, .name = "client");
    rc = rondo_server_serve_forever(server);
    printf("Served: %s\n", rondo_err_name(rc));
    rc = rondo_await(other, NULL);
    if (rc == 0)
        rc = rondo_server_wait_closed(server);
    rondo_unref(other);
    rondo_server_free(server);
    return rc;
}

RONDO_PROGRAM(protocol_with_a_prefix, async_main);

/*
 * 000-6.3, 000-6.2: a stream echo server, and the stream client against it. The client has its own
 * task, because there is one process; when it is done it stops the server, which would serve for
 * ever.
 */
#include <stdio.h>
#include <string.h>

#include "rondo.h"

static rondo_server *server;

static int handle_echo(rondo_stream *stream, void *arg)
{
    char data[100];
    ssize_t size = rondo_stream_read(stream, data, sizeof data);

    (void)arg;
    if (size < 0)
        return (int)size;
    printf("Received %.*s\n", (int)size, data);
    printf("Send: %.*s\n", (int)size, data);
    RONDO_TRY(rondo_stream_write(stream, data, (size_t)size));
    RONDO_TRY(rondo_stream_drain(stream));
    printf("Close the connection\n");
    return 0; /* which closes it */
}

static int tcp_echo_client(void *arg, rondo_value *out)
{
    const char *message = arg;
    rondo_stream *stream;
    char data[100];
    ssize_t size;

    (void)out;
    RONDO_TRY(rondo_open_connection("127.0.0.1", rondo_server_port(server), &stream));
    printf("C> Send: %s\n", message);
    rondo_stream_write(stream, message, strlen(message));
    size = rondo_stream_read(stream, data, sizeof data);
    if (size >= 0)
        printf("C> Received: %.*s\n", (int)size, data);
    printf("C> Close the connection\n");
    rondo_stream_close(stream);
    size = rondo_stream_wait_closed(stream);
    rondo_stream_free(stream);
    rondo_server_close(server);
    return (int)size;
}

static int async_main(void *arg, rondo_value *out)
{
    static char message[] = "Hello World!";
    rondo_task *client;
    int rc;

    (void)arg;
    (void)out;
    RONDO_TRY(rondo_start_server(handle_echo, NULL, "127.0.0.1", 0, &server));
    printf("Serving\n");
    client = rondo_spawn(tcp_echo_client, message, .name = "client");
    rc = rondo_server_serve_forever(server);
    printf("Served: %s\n", rondo_err_name(rc));
    rc = rondo_await(client, NULL);
    rondo_unref(client);
    rondo_server_free(server);
    return rc;
}

RONDO_PROGRAM(stream_echo, async_main);

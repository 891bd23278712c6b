/*
 * 000-6.2-refused: the stream client where there is no server.
 */
#include <stdio.h>

#include "rondo.h"

static int never_called(rondo_stream *stream, void *arg)
{
    (void)stream;
    (void)arg;
    return 0;
}

/* There has been one, so that the port is one that nobody has. */
static int port_of_nobody(void)
{
    rondo_server *server;
    int port, rc;

    RONDO_TRY(rondo_start_server(never_called, NULL, "127.0.0.1", 0, &server));
    port = rondo_server_port(server);
    rondo_server_close(server);
    rc = rondo_server_wait_closed(server);
    rondo_server_free(server);
    return rc < 0 ? rc : port;
}

static int async_main(void *arg, rondo_value *out)
{
    rondo_stream *stream;
    int port = port_of_nobody();

    (void)arg;
    (void)out;
    RONDO_TRY(port);
    RONDO_TRY(rondo_open_connection("127.0.0.1", port, &stream));
    printf("connected\n");
    rondo_stream_free(stream);
    return 0;
}

RONDO_PROGRAM(stream_client_refused, async_main);

/*
 * 000-6.3-many: five clients at once; the server works a second for each, and it takes one.
 */
#include <stdio.h>

#include "rondo.h"

#define CLIENTS 5

static rondo_server *server;
static int handlers, most;

static int handle(rondo_stream *stream, void *arg)
{
    (void)arg;
    if (++handlers > most)
        most = handlers;
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    handlers--;
    return rondo_stream_write(stream, "done\n", 5);
}

static int client(void *arg, rondo_value *out)
{
    rondo_stream *stream;
    const char *line;
    ssize_t rc;

    (void)arg;
    (void)out;
    RONDO_TRY(rondo_open_connection("127.0.0.1", rondo_server_port(server), &stream));
    rc = rondo_stream_readline(stream, &line);
    if (rc > 0)
        printf("%s", line);
    rondo_stream_free(stream);
    return rc < 0 ? (int)rc : 0;
}

static int async_main(void *arg, rondo_value *out)
{
    rondo_task *clients[CLIENTS];
    int rc;

    (void)arg;
    (void)out;
    RONDO_TRY(rondo_start_server(handle, NULL, "127.0.0.1", 0, &server));
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = rondo_spawn(client, NULL);
    rc = rondo_gather(clients, CLIENTS, 0, NULL);
    rondo_unref_all(clients, CLIENTS);
    rondo_server_free(server);
    printf("%d handlers at a time\n", most);
    return rc;
}

RONDO_PROGRAM(stream_many_clients, async_main);

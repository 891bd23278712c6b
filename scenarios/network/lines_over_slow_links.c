/*
 * A server that answers lines, on one host, and a client on each of two others, 50 ms and 80 ms
 * away. Server and clients are of one module: `count` is a variable of each process.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rondo.h"

#define PORT 7000

static int count; /* of lines that this process has read */

static int answer(rondo_stream *stream, void *arg)
{
    char text[100];
    const char *line;
    ssize_t size;

    (void)arg;
    while ((size = rondo_stream_readline(stream, &line)) > 0) {
        int length = snprintf(text, sizeof text, "%d: %.*s", ++count, (int)size, line);

        RONDO_TRY(rondo_stream_write(stream, text, (size_t)length));
    }
    return (int)size;
}

static int line_server(void *arg, rondo_value *out)
{
    rondo_server *server;
    int rc;

    (void)arg;
    (void)out;
    RONDO_TRY(rondo_start_server(answer, NULL, "0.0.0.0", PORT, &server));
    rc = rondo_server_serve_forever(server);
    rondo_server_free(server);
    return rc;
}

/* Send each of `lines` and wait for what comes back. */
static int ask(rondo_stream *stream, char **lines)
{
    for (; *lines != NULL; lines++) {
        const char *line;
        ssize_t size;

        RONDO_TRY(rondo_stream_write(stream, *lines, strlen(*lines)));
        RONDO_TRY(rondo_stream_write(stream, "\n", 1));
        size = rondo_stream_readline(stream, &line);
        if (size < 0)
            return (int)size;
        count++;
        printf("%.*s", (int)size, line);
    }
    printf("%d answers\n", count);
    return 0;
}

static char **words;

static int line_client(void *arg, rondo_value *out)
{
    rondo_stream *stream;
    int rc;

    (void)arg;
    (void)out;
    RONDO_TRY(rondo_open_connection(words[0], PORT, &stream));
    printf("connected\n");
    rc = ask(stream, words + 1);
    rondo_stream_close(stream);
    rondo_stream_free(stream);
    return rc;
}

static int main_of_client(int argc, char **argv)
{
    (void)argc;
    words = argv + 1;
    return rondo_run(line_client, NULL, NULL) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

RONDO_PROGRAM(line_server, line_server);
RONDO_PROGRAM(line_client, main_of_client);

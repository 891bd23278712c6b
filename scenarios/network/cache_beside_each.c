/*
 * Two processes on each of two hosts: one that asks, and a cache beside it, at a unix socket. The
 * path is one on each host, and whoever asks there is told by its own.
 */
#include <stdio.h>
#include <string.h>

#include "rondo.h"

#define PATH "/run/cache.sock"

static int asked; /* by this host's */

static int answer(rondo_stream *stream, void *arg)
{
    char text[100];
    const char *line;
    ssize_t size;

    (void)arg;
    while ((size = rondo_stream_readline(stream, &line)) > 0) {
        int length = snprintf(text, sizeof text, "question %d\n", ++asked);

        RONDO_TRY(rondo_sleep(RONDO_MS(1)));
        RONDO_TRY(rondo_stream_write(stream, text, (size_t)length));
    }
    return (int)size;
}

static int cache(void *arg, rondo_value *out)
{
    rondo_server *server;
    int rc;

    (void)arg;
    (void)out;
    RONDO_TRY(rondo_start_unix_server(answer, NULL, PATH, &server));
    rc = rondo_server_serve_forever(server);
    rondo_server_free(server);
    return rc;
}

static int ask(rondo_stream *stream)
{
    const char *line;
    ssize_t size;

    for (int i = 0; i < 2; i++) {
        RONDO_TRY(rondo_stream_write(stream, "?\n", 2));
        size = rondo_stream_readline(stream, &line);
        if (size < 0)
            return (int)size;
        printf("%.*s", (int)size, line);
    }
    return 0;
}

static int asks_its_cache(void *arg, rondo_value *out)
{
    rondo_stream *stream;
    int rc;

    (void)arg;
    (void)out;
    RONDO_TRY(rondo_open_unix_connection(PATH, &stream));
    rc = ask(stream);
    rondo_stream_close(stream);
    rondo_stream_free(stream);
    return rc;
}

RONDO_PROGRAM(cache, cache);
RONDO_PROGRAM(asks_its_cache, asks_its_cache);

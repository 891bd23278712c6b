/*
 * 004-3: an echo server, line by line, in a task of its own. It asks whether the end has come
 * before it reads, as the document does: a client that waits for its echo before it ends is seen to
 * send one empty line more, one whose end is there already is not.
 */
#include <stdio.h>
#include <string.h>

#include "rondo.h"

static rondo_server *server;
static rondo_event serving = RONDO_EVENT("serving");

/* Print `size` bytes as Python shows them. */
static void show(const char *verb, const char *data, size_t size)
{
    printf("%s '", verb);
    for (size_t i = 0; i < size; i++)
        printf(data[i] == '\n' ? "\\n" : "%c", data[i]);
    puts("'");
}

static int handle_echo(rondo_stream *stream, void *arg)
{
    const char *line;

    (void)arg;
    while (!rondo_stream_at_eof(stream)) {
        ssize_t size = rondo_stream_readline(stream, &line);

        if (size < 0)
            return (int)size;
        show("received", line, (size_t)size);
        show("send:", line, (size_t)size);
        RONDO_TRY(rondo_stream_write(stream, line, (size_t)size));
        RONDO_TRY(rondo_stream_drain(stream));
    }
    puts("close the connection");
    return 0; /* which closes it */
}

static int tcp_server_task(void *arg, rondo_value *out)
{
    int rc;

    (void)arg;
    (void)out;
    RONDO_TRY(rondo_start_server(handle_echo, NULL, "127.0.0.1", 0, &server));
    puts("serving");
    rondo_event_set(&serving);
    rc = rondo_server_serve_forever(server);
    rondo_server_free(server);
    return rc;
}

/* Waits for the echo of its line, then ends. */
static int client_that_waits(rondo_stream *stream)
{
    const char *line;
    ssize_t size;

    RONDO_TRY(rondo_stream_write(stream, "a\n", 2));
    size = rondo_stream_readline(stream, &line);
    if (size >= 0)
        show("C1>", line, (size_t)size);
    return size < 0 ? (int)size : 0;
}

/* Sends all it has and the end at once, then reads what comes back. */
static int client_that_sends_all(rondo_stream *stream)
{
    static const char lines[] = "a\nb\nlast-without-newline";
    const char *data;
    ssize_t size;

    RONDO_TRY(rondo_stream_write(stream, lines, strlen(lines)));
    RONDO_TRY(rondo_stream_write_eof(stream));
    size = rondo_stream_read_all(stream, &data);
    if (size >= 0)
        show("C2>", data, (size_t)size);
    return size < 0 ? (int)size : 0;
}

static int visit(int (*client)(rondo_stream *stream))
{
    rondo_stream *stream;
    int rc;

    RONDO_TRY(rondo_sleep(RONDO_MS(100)));
    RONDO_TRY(rondo_open_connection("127.0.0.1", rondo_server_port(server), &stream));
    rc = client(stream);
    rondo_stream_free(stream);
    return rc;
}

static int async_main(void *arg, rondo_value *out)
{
    rondo_task *task = rondo_spawn(tcp_server_task, NULL, .name = "server");
    int rc = task == NULL ? RONDO_ENOMEM : rondo_event_wait(&serving);

    (void)arg;
    (void)out;
    if (rc == 0)
        rc = visit(client_that_waits);
    if (rc == 0)
        rc = visit(client_that_sends_all);
    if (rc == 0) {
        rondo_server_close(server); /* the document's serves for ever */
        rc = rondo_await(task, NULL);
    }
    rondo_unref(task);
    return rc == RONDO_ECANCELED ? 0 : rc;
}

RONDO_PROGRAM(line_echo_until_the_end, async_main);

/*
 * wire.h - what the programs of this folder have in common: their arguments, and a question that is
 * asked of another host, with a limit to how long that may take. Messages are lines of text.
 */
#ifndef NETWORK_WIRE_H
#define NETWORK_WIRE_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "rondo.h"

#define LINE_SIZE 128
#define HOSTS_MAX 8
#define HOST_SIZE 64

/* ---- arguments ---- */

static char **arguments;

/* What follows `name` among the arguments, or `otherwise`. */
static inline const char *option(const char *name, const char *otherwise)
{
    for (char **arg = arguments; *arg != NULL; arg++) {
        if (strcmp(*arg, name) == 0 && arg[1] != NULL)
            return arg[1];
    }
    return otherwise;
}

static inline int64_t option_number(const char *name, int64_t otherwise)
{
    const char *text = option(name, NULL);

    return text != NULL ? strtoll(text, NULL, 10) : otherwise;
}

/* Whether `name` is among them: a twin's bug is switched on by one. */
static inline bool is_set(const char *name)
{
    for (char **arg = arguments; *arg != NULL; arg++) {
        if (strcmp(*arg, name) == 0)
            return true;
    }
    return false;
}

/* The hosts that `name` lists, with commas between. Returns: how many. */
static inline size_t option_hosts(const char *name, char hosts[HOSTS_MAX][HOST_SIZE])
{
    const char *text = option(name, "");
    size_t count = 0;

    while (*text != '\0' && count < HOSTS_MAX) {
        size_t length = strcspn(text, ",");

        snprintf(hosts[count++], HOST_SIZE, "%.*s", (int)length, text);
        text += length + (text[length] == ',');
    }
    return count;
}

/* What this host is called. */
static inline int own_name(char name[HOST_SIZE])
{
    size_t size = HOST_SIZE;

    return uv_os_gethostname(name, &size);
}

/* The body of a main, which runs `fn`. */
static inline int run_program(char **argv, rondo_fn fn)
{
    int rc;

    arguments = argv;
    rc = rondo_run(fn, NULL, NULL);
    if (rc < 0)
        fprintf(stderr, "%s\n", rondo_err_name(rc));
    RONDO_ALWAYS("who ends has done what it was to do", rc >= 0);
    return rc < 0;
}

/* ---- lines ---- */

/* Write a line, of at most LINE_SIZE bytes. */
__attribute__((format(printf, 2, 3))) static inline int say(rondo_stream *stream,
                                                            const char *format, ...)
{
    char line[LINE_SIZE];
    va_list list;

    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
    return rondo_stream_write(stream, line, strlen(line));
}

/* Read a line into `line`. Returns: 0; RONDO_EINCOMPLETE at the end; or why there is none. */
static inline int hear(rondo_stream *stream, char line[LINE_SIZE])
{
    const char *text;
    ssize_t size = rondo_stream_readline(stream, &text);

    if (size <= 0 || text[size - 1] != '\n')
        return size < 0 ? (int)size : RONDO_EINCOMPLETE;
    snprintf(line, LINE_SIZE, "%.*s", (int)size, text);
    return 0;
}

/* Connect to who may have yet to start: again and again, as long as there is nobody. */
static inline int dial(const char *host, int port, rondo_stream **stream)
{
    int rc;

    while ((rc = rondo_open_connection(host, port, stream)) == UV_ECONNREFUSED)
        RONDO_TRY(rondo_sleep(RONDO_MS(10)));
    return rc;
}

/* Ask the one question `line` on a connection of its own, and put the answer in its place. */
static inline int ask_now(const char *host, int port, char line[LINE_SIZE])
{
    rondo_stream *stream;
    int rc;

    RONDO_TRY(rondo_open_connection(host, port, &stream));
    rc = rondo_stream_write(stream, line, strlen(line));
    if (rc == 0)
        rc = hear(stream, line);
    rondo_stream_free(stream);
    return rc;
}

/* The same within `limit_ns`. Returns: RONDO_ETIMEDOUT if that is too short: then nobody knows
 * whether the question has been heard. */
static inline int ask(const char *host, int port, int64_t limit_ns, char line[LINE_SIZE])
{
    int rc = 0;

    RONDO_TIMEOUT(rc, limit_ns) {
        rc = ask_now(host, port, line);
    }
    return rc;
}

/* Serve at `port` of every address for ever, each connection with `handle`. What a connection ends
 * with is nobody's business: clients go away. */
static inline int serve_forever(int port, rondo_client_connected handle)
{
    rondo_server *server;
    int rc;

    RONDO_TRY(rondo_start_server(handle, NULL, NULL, port, &server));
    rc = rondo_server_serve_forever(server);
    rondo_server_free(server);
    return rc;
}

#endif

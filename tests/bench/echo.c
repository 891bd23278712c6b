/*
 * echo.c - see echo.h. Writes are tried at once, as whoever wants to be quick does, and copied only
 * where there is no room.
 */
#include "echo.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

/* Used between an allocation and the read that follows, by nobody else. */
static char space[65536];

static void give_space(uv_handle_t *handle, size_t hint, uv_buf_t *buffer)
{
    (void)handle;
    (void)hint;
    *buffer = uv_buf_init(space, sizeof space);
}

/* ---- server ---- */

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

struct reply {
    uv_write_t write;
    char bytes[];
};

static void has_written(uv_write_t *write, int status)
{
    (void)status;
    free(write);
}

/* What could not be written at once. */
static void write_later(uv_stream_t *stream, const char *bytes, size_t size)
{
    struct reply *reply = malloc(sizeof *reply + size);
    uv_buf_t buffer = uv_buf_init(reply->bytes, (unsigned)size);

    memcpy(reply->bytes, bytes, size);
    if (uv_write(&reply->write, stream, &buffer, 1, has_written) != 0)
        free(reply);
}

static void echo(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    uv_buf_t said;
    int written;

    if (size < 0) {
        uv_close((uv_handle_t *)stream, free_handle);
        return;
    }
    said = uv_buf_init(buffer->base, (unsigned)size);
    written = uv_try_write(stream, &said, 1);
    written = written < 0 ? 0 : written;
    if (written < size)
        write_later(stream, buffer->base + written, (size_t)(size - written));
}

static void welcome(uv_stream_t *server, int status)
{
    uv_tcp_t *tcp = malloc(sizeof *tcp);

    CHECK(status == 0);
    uv_tcp_init(server->loop, tcp);
    CHECK(uv_accept(server, (uv_stream_t *)tcp) == 0);
    uv_tcp_nodelay(tcp, 1);
    uv_read_start((uv_stream_t *)tcp, give_space, echo);
}

int echo_listen(uv_loop_t *loop, struct echo_server *server, int port)
{
    struct sockaddr_in address;
    int size = sizeof address;

    uv_tcp_init(loop, &server->tcp);
    uv_ip4_addr("0.0.0.0", port, &address);
    CHECK(uv_tcp_bind(&server->tcp, (const struct sockaddr *)&address, 0) == 0);
    CHECK(uv_listen((uv_stream_t *)&server->tcp, 1024, welcome) == 0);
    uv_tcp_getsockname(&server->tcp, (struct sockaddr *)&address, &size);
    return ntohs(address.sin_port);
}

/* ---- client ---- */

static void ask(struct asker *asker);

static void time_to_ask(uv_timer_t *timer)
{
    ask(timer->data);
}

/* One trip more, or the end. */
static void go_on(struct asker *asker)
{
    if (asker->trips == 0) {
        uv_close((uv_handle_t *)&asker->timer, NULL);
        uv_close((uv_handle_t *)&asker->tcp, NULL);
    } else if (asker->pause_ms > 0) {
        uv_timer_start(&asker->timer, time_to_ask, asker->pause_ms, 0);
    } else {
        ask(asker);
    }
}

static void hear(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    struct asker *asker = stream->data;

    (void)buffer;
    CHECK(size >= 0);
    asker->there += (size_t)size;
    if (asker->there < ECHO_SIZE)
        return;
    asker->there = 0;
    asker->trips--;
    go_on(asker);
}

static void ask(struct asker *asker)
{
    static char message[ECHO_SIZE];
    uv_buf_t buffer = uv_buf_init(message, sizeof message);

    CHECK(uv_try_write((uv_stream_t *)&asker->tcp, &buffer, 1) == ECHO_SIZE);
}

static void connected(uv_connect_t *connect, int status)
{
    struct asker *asker = connect->data;

    CHECK(status == 0);
    uv_tcp_nodelay(&asker->tcp, 1);
    uv_read_start((uv_stream_t *)&asker->tcp, give_space, hear);
    go_on(asker);
}

void echo_ask(uv_loop_t *loop, struct asker *asker, const char *host, int port, size_t trips,
              uint64_t pause_ms)
{
    struct sockaddr_in address;

    uv_ip4_addr(host, port, &address);
    uv_tcp_init(loop, &asker->tcp);
    uv_timer_init(loop, &asker->timer);
    asker->tcp.data = asker->timer.data = asker->connect.data = asker;
    asker->trips = trips;
    asker->pause_ms = pause_ms;
    asker->there = 0;
    CHECK(uv_tcp_connect(&asker->connect, &asker->tcp, (const struct sockaddr *)&address,
                         connected) == 0);
}

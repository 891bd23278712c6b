/*
 * 000-10.5-transport: a transport that no library has, under a stream that knows nothing of it.
 * What is written comes back after a second, and so does the end.
 */
#include <stdio.h>
#include <string.h>

#include "rondo.h"

struct echo_chamber {
    rondo_transport transport;
    char held[100];
    size_t size;
    bool closing;
};

static void sound(void *arg)
{
    struct echo_chamber *chamber = arg;

    rondo_protocol_data_received(chamber->transport.protocol, chamber->held, chamber->size);
    chamber->size = 0;
}

static int chamber_write(rondo_transport *self, const void *data, size_t size)
{
    struct echo_chamber *chamber = (struct echo_chamber *)self;

    if (size > sizeof chamber->held - chamber->size)
        return RONDO_ELIMIT;
    if (chamber->size == 0 &&
        rondo_call_later(rondo_get_running_loop(), RONDO_S(1), sound, chamber) == NULL)
        return RONDO_ENOMEM;
    memcpy(chamber->held + chamber->size, data, size);
    chamber->size += size;
    return 0;
}

static void silence(void *arg)
{
    struct echo_chamber *chamber = arg;

    rondo_protocol_eof_received(chamber->transport.protocol);
}

static int chamber_write_eof(rondo_transport *self)
{
    return rondo_call_later(rondo_get_running_loop(), RONDO_S(1), silence, self) != NULL
               ? 0
               : RONDO_ENOMEM;
}

static void is_closed(void *arg)
{
    struct echo_chamber *chamber = arg;

    rondo_protocol_connection_lost(chamber->transport.protocol, 0);
}

static void chamber_close(rondo_transport *self)
{
    struct echo_chamber *chamber = (struct echo_chamber *)self;

    if (!chamber->closing)
        rondo_call_soon(rondo_get_running_loop(), is_closed, chamber);
    chamber->closing = true;
}

static bool chamber_is_closing(const rondo_transport *self)
{
    return ((const struct echo_chamber *)self)->closing;
}

static const rondo_transport_methods chamber_methods = {
    .write = chamber_write,
    .write_eof = chamber_write_eof,
    .close = chamber_close,
    .is_closing = chamber_is_closing,
};

static void give_up(void *stream)
{
    rondo_stream_free(stream);
}

static int async_main(void *arg, rondo_value *out)
{
    static const char message[] = "over a custom transport\n";
    static struct echo_chamber chamber;
    rondo_stream *stream = rondo_stream_new();
    const char *line;
    ssize_t size;
    int rc;

    (void)arg;
    (void)out;
    if (stream == NULL)
        return RONDO_ENOMEM;
    rondo_defer(give_up, stream);
    chamber = (struct echo_chamber){.transport = {&chamber_methods, rondo_stream_protocol(stream)}};
    rondo_protocol_connection_made(rondo_stream_protocol(stream), &chamber.transport);
    RONDO_TRY(rondo_stream_write(stream, message, strlen(message)));
    RONDO_TRY((int)rondo_stream_readline(stream, &line));
    printf("%s", line);
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    RONDO_TRY(rondo_stream_write_eof(stream));
    size = rondo_stream_readline(stream, &line);
    printf("at its end: %d bytes\n", (int)size);
    rondo_stream_close(stream);
    rc = rondo_stream_wait_closed(stream);
    printf("closed: %d\n", rc);
    return rc;
}

RONDO_PROGRAM(transport_of_ones_own, async_main);

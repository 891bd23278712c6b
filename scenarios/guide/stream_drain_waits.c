/*
 * 000-7.flow: whoever writes more than the other side reads waits in drain(), as long as that
 * takes: here until it begins to read, after five seconds.
 */
#include <stdio.h>

#include "rondo.h"

#define CHUNK ((size_t)1 << 20)

static char chunk[CHUNK];

/* Read nothing for five seconds, then everything. */
static int read_late(rondo_stream *stream, void *arg)
{
    size_t *total = arg;
    ssize_t size;

    RONDO_TRY(rondo_sleep(RONDO_S(5)));
    while ((size = rondo_stream_read(stream, chunk, sizeof chunk)) > 0)
        *total += (size_t)size;
    return (int)size;
}

static int async_main(void *arg, rondo_value *out)
{
    static size_t total;
    rondo_server *server;
    rondo_stream *stream;
    int rc = 0;

    (void)arg;
    (void)out;
    RONDO_TRY(rondo_start_server(read_late, &total, "127.0.0.1", 0, &server));
    RONDO_TRY(rondo_open_connection("127.0.0.1", rondo_server_port(server), &stream));
    printf("writes\n");
    for (int i = 0; i < 32 && rc == 0; i++) {
        rc = rondo_stream_write(stream, chunk, sizeof chunk);
        if (rc == 0)
            rc = rondo_stream_drain(stream);
    }
    printf("has written\n");
    rondo_stream_free(stream);
    rondo_server_close(server);
    if (rc == 0)
        rc = rondo_server_wait_closed(server);
    rondo_server_free(server);
    printf("%zu bytes were read\n", total);
    return rc;
}

RONDO_PROGRAM(stream_drain_waits, async_main);

/*
 * 000-8.2-bounds: a server that takes what one read gives for the message that the client wrote.
 * TCP keeps no boundaries: a message may come in pieces. The twin reads as many bytes as a message
 * has.
 */
#include <string.h>

#include "rondo.h"

static const char message[] = "pay 100 to bob\n";
static const size_t size = sizeof message - 1;

struct bank {
    rondo_server *server;
    bool exact;
};

static int serve(rondo_stream *stream, void *arg)
{
    const struct bank *bank = arg;
    char data[64];
    ssize_t count = bank->exact ? rondo_stream_readexactly(stream, data, size)
                                : rondo_stream_read(stream, data, sizeof data);

    RONDO_ALWAYS("a message is whole", count == (ssize_t)size && memcmp(data, message, size) == 0);
    return rondo_stream_write(stream, "ok\n", 3);
}

static int run_bank(bool exact)
{
    static struct bank bank;
    rondo_stream *stream;
    const char *answer;
    int rc;

    bank = (struct bank){.exact = exact};
    RONDO_TRY(rondo_start_server(serve, &bank, "127.0.0.1", 0, &bank.server));
    rc = rondo_open_connection("127.0.0.1", rondo_server_port(bank.server), &stream);
    if (rc == 0) {
        rc = rondo_stream_write(stream, message, size);
        if (rc == 0)
            rc = (int)rondo_stream_readline(stream, &answer);
        rondo_stream_free(stream);
    }
    rondo_server_free(bank.server);
    return rc;
}

static int one_read(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return run_bank(false);
}

static int exactly(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return run_bank(true);
}

RONDO_PROGRAM(one_read_is_a_message, one_read);
RONDO_PROGRAM(as_many_bytes_are_a_message, exactly);

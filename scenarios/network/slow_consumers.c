/*
 * One publisher and many who listen, of whom one is slow. Each has a queue of its own that holds so
 * much and no more: who lets it run full is sent away. So a slow one holds up neither the publisher
 * nor the others, nor does what waits for it grow.
 *
 * --in-turn: the publisher sends to one after the other, and waits until each has room.
 * --no-limit: the queues hold whatever comes.
 */
#include "wire.h"

enum { PORT = 7600, CONSUMERS_MAX = 8, QUEUE_SIZE = 16, MESSAGES = 200, MESSAGE_SIZE = 32000 };

#define PERIOD RONDO_MS(20)

/* ---- the publisher ---- */

static struct consumer {
    rondo_stream *stream; /* NULL: a free place */
    rondo_queue queue;    /* of message numbers */
} consumers[CONSUMERS_MAX];

/* A line of MESSAGE_SIZE bytes that begins with its number. */
static int send_message(rondo_stream *stream, int64_t number)
{
    static char message[MESSAGE_SIZE];
    int length = snprintf(message, sizeof message, "%d ", (int)number);

    memset(message + length, '.', sizeof message - (size_t)length);
    message[sizeof message - 1] = '\n';
    RONDO_TRY(rondo_stream_write(stream, message, sizeof message));
    return rondo_stream_drain(stream);
}

static int send_what_comes(struct consumer *consumer)
{
    rondo_value number;

    for (;;) {
        RONDO_TRY(rondo_queue_get(&consumer->queue, &number));
        RONDO_TRY(send_message(consumer->stream, number.as.i));
    }
}

static int serve_consumer(rondo_stream *stream, void *arg)
{
    struct consumer *consumer = consumers;
    int rc;

    (void)arg;
    while (consumer < consumers + CONSUMERS_MAX && consumer->stream != NULL)
        consumer++;
    if (consumer == consumers + CONSUMERS_MAX)
        return 0; /* too many */
    *consumer =
        (struct consumer){.stream = stream,
                          .queue = RONDO_QUEUE("messages", is_set("--no-limit") ? 0 : QUEUE_SIZE)};
    rc = send_what_comes(consumer);
    rondo_queue_clear(&consumer->queue);
    consumer->stream = NULL;
    return rc == RONDO_ECANCELED ? rc : 0;
}

static int publish(struct consumer *consumer, int number)
{
    if (consumer->stream == NULL)
        return 0;
    if (is_set("--in-turn")) {
        int rc = send_message(consumer->stream, number);

        return rc == RONDO_ECANCELED ? rc : 0;
    }
    if (rondo_queue_put_nowait(&consumer->queue, number) == RONDO_EQUEUEFULL) {
        RONDO_SOMETIMES("a slow one is sent away", true);
        rondo_queue_shutdown(&consumer->queue, true);
    }
    RONDO_ALWAYS("what waits for one is bounded",
                 rondo_queue_qsize(&consumer->queue) <= QUEUE_SIZE);
    return 0;
}

static int publish_all(void)
{
    int64_t next_ns = rondo_loop_time(NULL);

    for (int number = 0; number < MESSAGES; number++) {
        next_ns += PERIOD;
        RONDO_TRY(rondo_sleep(next_ns - rondo_loop_time(NULL)));
        RONDO_ALWAYS("nobody holds up the publisher",
                     rondo_loop_time(NULL) - next_ns <= RONDO_MS(100));
        for (size_t i = 0; i < CONSUMERS_MAX; i++)
            RONDO_TRY(publish(&consumers[i], number));
    }
    return 0;
}

static int publisher(void *arg, rondo_value *out)
{
    rondo_server *server;
    int rc;

    (void)arg;
    (void)out;
    RONDO_TRY(rondo_start_server(serve_consumer, NULL, NULL, PORT, &server));
    rc = publish_all();
    for (size_t i = 0; i < CONSUMERS_MAX; i++)
        rondo_queue_shutdown(&consumers[i].queue, false);
    rondo_server_close(server);
    if (rc == 0)
        rc = rondo_server_wait_closed(server);
    rondo_server_free(server);
    return rc;
}

/* ---- who listens ---- */

/* Hear messages until there are no more, and take `rest_ns` over each. Returns: the number of the
 * last, or why not. */
static int listen_to(rondo_stream *stream, int64_t rest_ns)
{
    int last = -1;

    for (;;) {
        const char *message;
        ssize_t size = rondo_stream_readline(stream, &message);
        int number;

        if (size <= 0)
            return size < 0 ? (int)size : last;
        number = (int)strtol(message, NULL, 10);
        RONDO_ALWAYS("messages come whole and without a gap",
                     size == MESSAGE_SIZE && (last < 0 || number == last + 1));
        last = number;
        if (rest_ns > 0)
            RONDO_TRY(rondo_sleep(rest_ns));
    }
}

static int consumer(void *arg, rondo_value *out)
{
    bool slow = is_set("--slow");
    rondo_stream *stream;
    int last;

    (void)arg;
    (void)out;
    RONDO_TRY(dial(option("--publisher", "127.0.0.1"), PORT, &stream));
    last = listen_to(stream, slow ? RONDO_MS(200) : 0);
    rondo_stream_free(stream);
    if (!slow)
        RONDO_EVENTUALLY("a quick one hears the last message", last == MESSAGES - 1);
    return last < 0 ? last : 0;
}

static int publisher_main(int argc, char **argv)
{
    (void)argc;
    return run_program(argv, publisher);
}

static int consumer_main(int argc, char **argv)
{
    (void)argc;
    return run_program(argv, consumer);
}

RONDO_PROGRAM(publisher, publisher_main);
RONDO_PROGRAM(consumer, consumer_main);

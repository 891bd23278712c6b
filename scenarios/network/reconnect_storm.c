/*
 * Many clients that lose a server at one time, and must not come back at one time. Each waits
 * before it tries again, up to twice as long after each failure, and how long of that is chance
 * ("full jitter"); a clock alone would bring them all back together, as often as they fail.
 *
 * What is checked is how many the server sees come in a tenth of a second, and that in the end all
 * are there.
 *
 * --no-jitter: each waits all of its time.
 */
#include "wire.h"

enum { PORT = 7700, COMING_MAX = 15 };

#define WINDOW     RONDO_MS(100)
#define DELAY      RONDO_S(1) /* the first; */
#define DELAY_MOST RONDO_S(4) /* and the longest */
#define LASTS      RONDO_S(30)

/* ---- the server ---- */

static int64_t came_ns[COMING_MAX]; /* the last so many, in a ring */
static size_t came;

static int serve(rondo_stream *stream, void *arg)
{
    int64_t now = rondo_loop_time(NULL);
    char line[LINE_SIZE];

    (void)arg;
    RONDO_ALWAYS("not too many come at a time",
                 came < COMING_MAX || now - came_ns[came % COMING_MAX] > WINDOW);
    came_ns[came++ % COMING_MAX] = now;
    while (hear(stream, line) == 0)
        RONDO_TRY(say(stream, "%s", line));
    return 0;
}

static int server(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return serve_forever(PORT, serve);
}

/* ---- a client ---- */

static int64_t chance(int64_t most)
{
    uint64_t number;

    if (uv_random(NULL, NULL, &number, sizeof number, 0, NULL) != 0)
        return most;
    return (int64_t)(number % (uint64_t)(most + 1));
}

/* How long to wait after so many failures in a row. */
static int64_t delay_after(int failures)
{
    int64_t most = DELAY;

    while (--failures > 0 && most < DELAY_MOST)
        most *= 2;
    return is_set("--no-jitter") ? most : chance(most);
}

static bool is_connected;

/* Connect, and stay until that ends. Returns: whether there was a connection, or
 * RONDO_ECANCELED. */
static int stay_connected(void)
{
    char line[LINE_SIZE];
    rondo_stream *stream = NULL;
    int rc = 0;

    RONDO_TIMEOUT(rc, RONDO_S(1)) {
        rc = rondo_open_connection(option("--server", "127.0.0.1"), PORT, &stream);
    }
    while (rc == 0) {
        RONDO_TIMEOUT(rc, RONDO_S(1)) {
            rc = say(stream, "still there?\n");
            if (rc == 0)
                rc = hear(stream, line);
        }
        is_connected = rc == 0;
        if (rc == 0)
            rc = rondo_sleep(RONDO_MS(250));
    }
    is_connected = false;
    rondo_stream_free(stream);
    return rc == RONDO_ECANCELED ? rc : stream != NULL;
}

static int come_back_always(void *arg, rondo_value *out)
{
    int failures = 1; /* who has just been switched on waits, too: so has everybody else */

    (void)arg;
    (void)out;
    for (;;) {
        int rc = rondo_sleep(delay_after(failures));

        if (rc == 0)
            rc = stay_connected();
        RONDO_TRY(rc);
        failures = rc > 0 ? 1 : failures + 1;
    }
}

static int client(void *arg, rondo_value *out)
{
    rondo_task *task = rondo_spawn(come_back_always, NULL);
    int rc = rondo_sleep(LASTS);

    (void)arg;
    (void)out;
    RONDO_ALWAYS("in the end all are connected", is_connected);
    rondo_cancel(task, NULL);
    (void)!rondo_await(task, NULL);
    rondo_unref(task);
    return rc;
}

static int server_main(int argc, char **argv)
{
    (void)argc;
    return run_program(argv, server);
}

static int client_main(int argc, char **argv)
{
    (void)argc;
    return run_program(argv, client);
}

RONDO_PROGRAM(server, server_main);
RONDO_PROGRAM(client, client_main);

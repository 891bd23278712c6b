/*
 * A pool of connections: who has a question takes one that is free, or opens one if there are few,
 * or waits. Who gives up on an answer must not give the connection back: the answer is still to
 * come, and would be the next one's.
 *
 * --give-back-always: it is given back all the same.
 */
#include "wire.h"

enum { PORT = 7300, POOL_SIZE = 3, TASKS = 6, QUESTIONS = 8 };

/* ---- the server ---- */

static int answer(rondo_stream *stream, void *arg)
{
    char line[LINE_SIZE];

    (void)arg;
    while (hear(stream, line) == 0) {
        RONDO_TRY(rondo_sleep(RONDO_MS(5)));
        if (say(stream, "%s", line) < 0)
            break;
    }
    return 0;
}

static int server(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return serve_forever(PORT, answer);
}

/* ---- the pool ---- */

static rondo_semaphore places = RONDO_SEMAPHORE("places", POOL_SIZE);
static rondo_stream *idle[POOL_SIZE];
static int idle_count, open_count;

/* Take a connection that is idle, or open one. Requires: a place. */
static int pool_take(rondo_stream **stream)
{
    if (idle_count > 0) {
        *stream = idle[--idle_count];
        return 0;
    }
    RONDO_TRY(rondo_open_connection(option("--server", "127.0.0.1"), PORT, stream));
    open_count++;
    RONDO_ALWAYS("the pool has no more connections than places", open_count <= POOL_SIZE);
    return 0;
}

/* Give `stream` back, whose last question ended with `rc`. */
static void pool_give(rondo_stream *stream, int rc)
{
    if (rc == 0 || (rc == RONDO_ETIMEDOUT && is_set("--give-back-always"))) {
        idle[idle_count++] = stream;
        return;
    }
    open_count--;
    rondo_stream_free(stream);
}

/* ---- who asks ---- */

static int ask_by(rondo_stream *stream, int who, int what)
{
    char line[LINE_SIZE];
    int rc = 0, about_who, about_what;

    RONDO_TIMEOUT(rc, RONDO_MS(150)) {
        rc = say(stream, "%d %d\n", who, what);
        if (rc == 0)
            rc = hear(stream, line);
    }
    if (rc == 0 && sscanf(line, "%d %d", &about_who, &about_what) != 2)
        rc = RONDO_EUSER;
    if (rc == 0)
        RONDO_ALWAYS("an answer is to the question that was asked",
                     about_who == who && about_what == what);
    return rc;
}

static int ask_with_place(int who, int what)
{
    rondo_stream *stream;
    int rc = 0;

    RONDO_TIMEOUT(rc, RONDO_MS(300)) {
        rc = pool_take(&stream);
    }
    RONDO_TRY(rc);
    rc = ask_by(stream, who, what);
    pool_give(stream, rc);
    return rc;
}

static int ask_all(void *arg, rondo_value *out)
{
    const int *who = arg;

    (void)out;
    for (int what = 0; what < QUESTIONS;) {
        int rc = 0;

        RONDO_PERMIT(rc, &places) {
            rc = ask_with_place(*who, what);
        }
        if (rc == RONDO_ECANCELED)
            return rc;
        RONDO_SOMETIMES("a question is asked again", rc < 0);
        what += rc == 0;
        RONDO_TRY(rondo_sleep(RONDO_MS(10)));
    }
    return 0;
}

static int application(void *arg, rondo_value *out)
{
    static int numbers[TASKS];
    rondo_task *tasks[TASKS];
    int rc;

    (void)arg;
    (void)out;
    for (int i = 0; i < TASKS; i++) {
        numbers[i] = i;
        tasks[i] = rondo_spawn(ask_all, &numbers[i]);
    }
    rc = rondo_gather(tasks, TASKS, 0, NULL);
    rondo_unref_all(tasks, TASKS);
    while (idle_count > 0)
        rondo_stream_free(idle[--idle_count]);
    RONDO_EVENTUALLY("every question is answered", rc == 0);
    return rc;
}

static int server_main(int argc, char **argv)
{
    (void)argc;
    return run_program(argv, server);
}

static int application_main(int argc, char **argv)
{
    (void)argc;
    return run_program(argv, application);
}

RONDO_PROGRAM(server, server_main);
RONDO_PROGRAM(application, application_main);

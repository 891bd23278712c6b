/*
 * Somebody who asks every 100 ms, and who answers: what weather does to either shows in when an
 * answer comes, by whose clock, or that none does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rondo.h"

#define PORT     7000
#define INTERVAL RONDO_MS(100)

static char **words; /* argv, behind the program's name */

/* ---- who answers ---- */

/* Every line is `work_ms` of work, and then sent back; whoever is gone needs no answer. */
static int answer(rondo_stream *stream, void *work_ms)
{
    const char *line;
    ssize_t size;

    while ((size = rondo_stream_readline(stream, &line)) > 0) {
        rondo_busy(RONDO_MS(atoi(work_ms)));
        RONDO_TRY(rondo_stream_write(stream, line, (size_t)size));
    }
    return 0;
}

/* Arguments: how much work a line is in ms, and what it is ("leader"), if anything. */
static int serve(void *arg, rondo_value *out)
{
    rondo_server *server;
    int rc;

    (void)arg;
    (void)out;
    if (words[1] != NULL)
        rondo_role(words[1]);
    RONDO_TRY(rondo_start_server(answer, words[0], "0.0.0.0", PORT, &server));
    rc = rondo_server_serve_forever(server);
    rondo_server_free(server);
    return rc;
}

/* ---- who asks ---- */

/* What the monotonic clock of this host shows. */
static long long clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Ask once, over a connection that is made if there is none. Returns: 0, or why there is no answer;
 * the connection is then gone. */
static int ask(rondo_stream **stream)
{
    const char *line;
    ssize_t size;

    if (*stream == NULL)
        RONDO_TRY(rondo_open_connection(words[0], PORT, stream));
    RONDO_TRY(rondo_stream_write(*stream, "?\n", 2));
    size = rondo_stream_readline(*stream, &line);
    if (size > 0)
        return 0;
    rondo_stream_free(*stream);
    *stream = NULL;
    return size < 0 ? (int)size : RONDO_EINCOMPLETE;
}

/* Arguments: whom, how often, and how many ms an answer may take, if it matters. */
static int ping(void *arg, rondo_value *out)
{
    rondo_stream *stream = NULL;

    (void)arg;
    (void)out;
    for (int i = 1; i <= atoi(words[1]); i++) {
        long long start = clock_ms();
        int rc = ask(&stream);

        if (words[2] != NULL)
            RONDO_ALWAYS("in time", clock_ms() - start <= atoi(words[2]));
        if (rc == 0)
            printf("%d after %lld ms\n", i, clock_ms() - start);
        else
            printf("%d: %s\n", i, rondo_err_name(rc));
        RONDO_TRY(rondo_sleep(INTERVAL));
    }
    rondo_stream_free(stream);
    return 0;
}

/* ---- who looks at the calendar ---- */

/* Arguments: how often. */
static int date(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    for (int i = atoi(words[0]); i > 0; i--) {
        char text[32];
        time_t now = time(NULL);

        strftime(text, sizeof text, "%F %T", gmtime(&now));
        puts(text);
        RONDO_TRY(rondo_sleep(RONDO_S(1)));
    }
    return 0;
}

/* ---- who computes ---- */

#define THREADS 4

static int compute(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    rondo_busy(RONDO_MS(100));
    puts("done");
    return 0;
}

/* 100 ms of work in each of four threads at once. */
static int compute_together(void *arg, rondo_value *out)
{
    rondo_executor *executor = rondo_executor_new(NULL, THREADS);
    rondo_future *futures[THREADS];

    (void)arg;
    (void)out;
    for (int i = 0; i < THREADS; i++)
        futures[i] = rondo_run_in_executor(NULL, executor, compute, NULL);
    for (int i = 0; i < THREADS; i++) {
        RONDO_TRY(rondo_await(futures[i], NULL));
        rondo_unref(futures[i]);
    }
    rondo_executor_shutdown(executor, false);
    return 0;
}

static int main_of(char **argv, rondo_fn body)
{
    words = argv + 1;
    return rondo_run(body, NULL, NULL) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int main_of_server(int argc, char **argv)
{
    (void)argc;
    return main_of(argv, serve);
}

static int main_of_pinger(int argc, char **argv)
{
    (void)argc;
    return main_of(argv, ping);
}

static int main_of_date(int argc, char **argv)
{
    (void)argc;
    return main_of(argv, date);
}

RONDO_PROGRAM(server, main_of_server);
RONDO_PROGRAM(pinger, main_of_pinger);
RONDO_PROGRAM(date, main_of_date);
RONDO_PROGRAM(compute, compute_together);

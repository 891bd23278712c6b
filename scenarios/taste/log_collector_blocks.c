/*
 * 004-4, 004-4-thread: a collector of log lines. Connections put lines into a queue and say "ok";
 * two workers take them out and insert them into a database.
 *
 * The database is modelled by how long an insert takes, half a second, for which the driver blocks
 * whoever calls it, as the document's does (psycopg2). In the document that is the loop; in the
 * second program it is a thread.
 *
 * The document's program stores the constant 'log test' in place of the line; this one the line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "rondo.h"

enum { CLIENTS = 4, WORKERS = 2, ROWS_MAX = 16 };

static rondo_queue lines = RONDO_QUEUE("lines", 0);
static rondo_server *server;

/* ---- the database ---- */

#define INSERT_MS 500

static struct {
    uv_mutex_t mutex; /* two threads insert at a time */
    char rows[ROWS_MAX][32];
    int count, empty;
} logs;

/* Blocks the thread until `line` is stored. */
static int database_insert(void *arg, rondo_value *out)
{
    const char *line = arg;

    (void)out;
    uv_sleep(INSERT_MS);
    uv_mutex_lock(&logs.mutex);
    snprintf(logs.rows[logs.count++], sizeof logs.rows[0], "%s", line);
    if (*line == '\0')
        logs.empty++;
    uv_mutex_unlock(&logs.mutex);
    return 0;
}

/* ---- the collector ---- */

/* Requires: as long as it lives, `line` is one line with or without its end. */
static char *stripped(const char *line)
{
    size_t size = strcspn(line, "\n");
    char *copy = malloc(size + 1);

    if (copy != NULL) {
        memcpy(copy, line, size);
        copy[size] = '\0';
    }
    return copy;
}

static int handle(rondo_stream *stream, void *arg)
{
    const char *line;

    (void)arg;
    while (!rondo_stream_at_eof(stream)) {
        char *message;

        RONDO_TRY((int)rondo_stream_readline(stream, &line));
        message = stripped(line);
        if (message == NULL)
            return RONDO_ENOMEM;
        RONDO_TRY(rondo_queue_put_nowait(&lines, (void *)message));
        RONDO_TRY(rondo_stream_write(stream, "ok", 2));
        RONDO_TRY(rondo_stream_drain(stream));
    }
    return 0;
}

static int insert_here(void *line)
{
    return database_insert(line, NULL);
}

static int insert_in_a_thread(void *line)
{
    return rondo_to_thread(database_insert, line, NULL);
}

struct worker {
    int (*insert)(void *line);
};

static int consume(void *arg, rondo_value *out)
{
    const struct worker *self = arg;

    (void)out;
    for (;;) {
        rondo_value line;
        int rc;

        RONDO_TRY(rondo_queue_get(&lines, &line));
        rc = self->insert(line.as.p);
        free(line.as.p);
        RONDO_TRY(rc);
        rondo_queue_task_done(&lines);
    }
}

/* ---- its clients ---- */

/* Sends one line, and returns how long it took until that was "ok", in ms. */
static int client(void *arg, rondo_value *out)
{
    int64_t begin = rondo_loop_time(NULL);
    rondo_stream *stream;
    char answer[2];
    int rc;

    (void)arg;
    RONDO_TRY(rondo_open_connection("127.0.0.1", rondo_server_port(server), &stream));
    rc = rondo_stream_write(stream, "something has happened\n", 23);
    if (rc == 0)
        rc = (int)rondo_stream_readexactly(stream, answer, sizeof answer);
    rondo_stream_free(stream);
    return rc < 0 ? rc : rondo_return(out, (rondo_loop_time(NULL) - begin) / RONDO_MS(1));
}

static int send_four_lines(void)
{
    rondo_result answers[CLIENTS];
    rondo_task *clients[CLIENTS];
    int rc;

    for (int i = 0; i < CLIENTS; i++)
        clients[i] = rondo_spawn(client, NULL);
    rc = rondo_gather(clients, CLIENTS, 0, answers);
    for (int i = 0; i < CLIENTS && rc == 0; i++)
        printf("ok after %.1f s\n", (double)answers[i].value.as.i / 1e3);
    rondo_unref_all(clients, CLIENTS);
    return rc;
}

static int collect(void *arg, rondo_value *out)
{
    rondo_task *workers[WORKERS];
    int64_t begin = rondo_loop_time(NULL);
    int rc;

    (void)out;
    RONDO_TRY(rondo_start_server(handle, NULL, "127.0.0.1", 0, &server));
    for (int i = 0; i < WORKERS; i++)
        workers[i] = rondo_spawn(consume, arg, .name = i == 0 ? "worker-1" : "worker-2");
    rc = send_four_lines();
    rondo_server_close(server);
    if (rc == 0)
        rc = rondo_server_wait_closed(server);
    if (rc == 0)
        rc = rondo_queue_join(&lines);
    printf("%d rows, %d of them empty, after %.2f s\n", logs.count, logs.empty,
           (double)(rondo_loop_time(NULL) - begin) / 1e9);
    for (int i = 0; i < WORKERS; i++)
        rondo_cancel(workers[i], NULL);
    rondo_unref_all(workers, WORKERS);
    rondo_server_free(server);
    return rc;
}

static int run(int (*insert)(void *line))
{
    struct worker worker = {insert};
    int rc;

    if (uv_mutex_init(&logs.mutex) != 0)
        return 1;
    rc = rondo_run(collect, &worker, NULL);
    rondo_queue_clear(&lines);
    uv_mutex_destroy(&logs.mutex);
    return rc < 0;
}

static int blocks_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return run(insert_here);
}

static int in_a_thread_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return run(insert_in_a_thread);
}

RONDO_PROGRAM(log_collector_blocks, blocks_main);
RONDO_PROGRAM(log_collector_in_a_thread, in_a_thread_main);

/*
 * bench_echo.c - rondo-bench-echo: an echo server of the core, by protocols and by streams, beside
 * one of plain C on libuv; on the real loopback, with one client, in turn, round after round.
 *
 * A server is a child process. What counts is requests a second by the wall clock, as its clients
 * see them, and the CPU time that the server takes for one; what else the machine does touches the
 * first, and hardly the second.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "echo.h"
#include "measure.h"
#include "rondo.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))
#define ROUNDS_MAX      101
#define CONNECTIONS_MAX 64
#define REQUESTS        ((size_t)32000) /* in one measurement */

/* ---- servers ---- */

static void tell(int to, int port)
{
    CHECK(write(to, &port, sizeof port) == sizeof port);
}

static void serve_libuv(int to)
{
    struct echo_server server;
    uv_loop_t loop;

    uv_loop_init(&loop);
    tell(to, echo_listen(&loop, &server, 0));
    uv_run(&loop, UV_RUN_DEFAULT);
}

struct echo_protocol {
    rondo_protocol base;
    rondo_transport *transport;
};

static void made(rondo_protocol *self, rondo_transport *transport)
{
    ((struct echo_protocol *)self)->transport = transport;
}

static int received(rondo_protocol *self, const void *data, size_t size)
{
    return rondo_transport_write(((struct echo_protocol *)self)->transport, data, size);
}

static void lost(rondo_protocol *self, int code)
{
    (void)code;
    free(self);
}

static rondo_protocol *make_protocol(void *arg)
{
    static const rondo_protocol_methods methods = {.connection_made = made,
                                                   .data_received = received,
                                                   .connection_lost = lost};
    struct echo_protocol *protocol = malloc(sizeof *protocol);

    (void)arg;
    protocol->base.methods = &methods;
    return &protocol->base;
}

static int by_protocols(void *arg, rondo_value *out)
{
    rondo_server *server;

    (void)out;
    RONDO_TRY(rondo_create_server(make_protocol, NULL, "127.0.0.1", 0, &server));
    tell(*(int *)arg, rondo_server_port(server));
    return rondo_server_serve_forever(server);
}

static int serve_stream(rondo_stream *stream, void *arg)
{
    char data[4096];
    ssize_t size;

    (void)arg;
    while ((size = rondo_stream_read(stream, data, sizeof data)) > 0) {
        RONDO_TRY(rondo_stream_write(stream, data, (size_t)size));
        RONDO_TRY(rondo_stream_drain(stream));
    }
    return (int)size;
}

static int by_streams(void *arg, rondo_value *out)
{
    rondo_server *server;

    (void)out;
    RONDO_TRY(rondo_start_server(serve_stream, NULL, "127.0.0.1", 0, &server));
    tell(*(int *)arg, rondo_server_port(server));
    return rondo_server_serve_forever(server);
}

static void serve_protocols(int to)
{
    CHECK(rondo_run(by_protocols, &to, NULL) == 0);
}

static void serve_streams(int to)
{
    CHECK(rondo_run(by_streams, &to, NULL) == 0);
}

static const struct {
    const char *name;
    void (*serve)(int to);
} servers[] = {{"plain libuv", serve_libuv},
               {"rondo, protocols", serve_protocols},
               {"rondo, streams", serve_streams}};

#define SERVERS COUNT_OF(servers)

/* ---- one measurement ---- */

struct figure {
    double a_second; /* requests, by the wall clock */
    double cpu_ns;   /* of the server, for one */
};

static pid_t start(size_t server, int *port)
{
    int ends[2];
    pid_t child;

    CHECK(pipe(ends) == 0);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        close(ends[0]);
        servers[server].serve(ends[1]);
        _exit(1);
    }
    close(ends[1]);
    CHECK(read(ends[0], port, sizeof *port) == sizeof *port);
    close(ends[0]);
    return child;
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu_of(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
           (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
}

/* So many requests of the server by so many connections, each of which waits for its answer. */
static struct figure ask(size_t server, size_t connections, size_t requests)
{
    static struct asker askers[CONNECTIONS_MAX];
    struct rusage usage;
    uv_loop_t loop;
    double begin;
    int port = 0;
    pid_t child = start(server, &port);
    struct figure figure;

    uv_loop_init(&loop);
    begin = seconds();
    for (size_t i = 0; i < connections; i++)
        echo_ask(&loop, &askers[i], "127.0.0.1", port, requests / connections, 0);
    uv_run(&loop, UV_RUN_DEFAULT);
    figure.a_second = (double)requests / (seconds() - begin);
    CHECK(uv_loop_close(&loop) == 0);
    kill(child, SIGKILL);
    CHECK(wait4(child, NULL, 0, &usage) == child);
    figure.cpu_ns = cpu_of(&usage) * 1e9 / (double)requests;
    return figure;
}

/* ---- rows ---- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static double median(double *list, size_t count)
{
    qsort(list, count, sizeof *list, by_size);
    return list[count / 2];
}

/* What the rounds have shown of a server; ratios are to the first one, of the same round. */
struct series {
    double a_second[ROUNDS_MAX];
    double cpu_ns[ROUNDS_MAX];
    double faster[ROUNDS_MAX];
    double dearer[ROUNDS_MAX];
};

static void note(struct series *series, size_t round, struct figure figure, struct figure base)
{
    series->a_second[round] = figure.a_second;
    series->cpu_ns[round] = figure.cpu_ns;
    series->faster[round] = figure.a_second / base.a_second;
    series->dearer[round] = figure.cpu_ns / base.cpu_ns;
}

static void print_series(struct series *series, size_t connections, const char *name, size_t rounds,
                         FILE *json)
{
    double a_second = median(series->a_second, rounds), cpu_ns = median(series->cpu_ns, rounds);
    double faster = median(series->faster, rounds), dearer = median(series->dearer, rounds);

    printf("echo, %2zu connection%s  %-16s  %7.0f requests a second (%.2f)  %6.0f ns of the "
           "server's CPU each (%.2f)\n",
           connections, connections == 1 ? ", " : "s,", name, a_second, faster, cpu_ns, dearer);
    if (json != NULL)
        fprintf(json,
                "{\"table\":\"echo\",\"row\":\"%zu connections, %s\",\"operation\":\"request\","
                "\"rounds\":%zu,\"a_second\":%.0f,\"a_second_ratio_millis\":%.0f,"
                "\"server_ps\":%.0f,\"server_ratio_millis\":%.0f}\n",
                connections, name, rounds, a_second, faster * 1e3, cpu_ns * 1e3, dearer * 1e3);
}

/* All servers in every round, in turn. */
static void measure_row(size_t connections, size_t requests, size_t rounds, FILE *json)
{
    static struct series series[SERVERS];

    for (size_t round = 0; round < rounds; round++) {
        struct figure base = {0};

        for (size_t i = 0; i < SERVERS; i++) {
            struct figure figure = ask(i, connections, requests);

            base = i == 0 ? figure : base;
            note(&series[i], round, figure, base);
        }
    }
    for (size_t i = 0; i < SERVERS; i++)
        print_series(&series[i], connections, servers[i].name, rounds, json);
}

int main(int argc, char **argv)
{
    static const size_t connections[] = {1, 8, 64};
    struct measure_options options;
    FILE *json;

    if (!measure_options_read(&options, argc, argv) || !measure_json_open(&options, &json))
        return 2;
    if (options.rounds > ROUNDS_MAX)
        options.rounds = ROUNDS_MAX;
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < COUNT_OF(connections) && measure_wants(&options, "echo", false); i++)
        measure_row(connections[i], REQUESTS / options.divisor, options.rounds, json);
    return json == NULL || fclose(json) == 0 ? 0 : 2;
}

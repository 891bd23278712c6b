/*
 * bench_net.c - rondo-bench-net: the simulated network. Plain libuv programs, a process a host, in
 * a world without a trace and in production order; beside a world that does nothing but step, and
 * beside fewer hosts. Then an hour of a thousand hosts.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/check.h"
#include "echo.h"
#include "measure.h"
#include "world/net.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))
#define MS              INT64_C(1000000)
#define SECOND          (1000 * MS)
#define PORT            7000

/* ---- worlds ---- */

struct bench {
    struct world world;
    struct chance chance;
    struct trace *trace;
    struct place *places; /* a host each */
    size_t count;
};

struct place {
    struct bench *bench;
    struct host *host;
    char name[16];
    char address[24];
    struct asker *askers;
    size_t asker_count;
    size_t trips; /* of each, and the pause before each */
    uint64_t pause_ms;
};

static struct address address_of(size_t i)
{
    return address_v4(10, 0, (uint8_t)(i >> 8), (uint8_t)i, 0);
}

static void add_place(struct bench *bench, size_t i)
{
    struct place *place = &bench->places[i];
    struct address address = address_of(i + 1);

    place->bench = bench;
    snprintf(place->name, sizeof place->name, "host%zu", i);
    snprintf(place->address, sizeof place->address, "10.0.%u.%u", address.ip[14], address.ip[15]);
    place->host = host_add(&bench->world, place->name);
    host_address(place->host, &address);
}

/* A world of `count` hosts, a millisecond from each to each, of which `steps` steps are made. */
static void bench_open(struct bench *bench, size_t count, uint64_t steps)
{
    struct link_spec link = {.latency_ns = MS, .mtu = 1500};

    *bench = (struct bench){.trace = trace_new(), .count = count};
    bench->places = must_alloc((count + 1) * sizeof *bench->places);
    chance_init(&bench->chance);
    bench->chance.open = 0;
    trace_mute(bench->trace, true);
    world_init(&bench->world, &bench->chance, bench->trace);
    bench->world.steps_max = steps;
    link_set_default(&bench->world, &link);
    for (size_t i = 0; i < count; i++)
        add_place(bench, i);
}

static void bench_close(struct bench *bench)
{
    world_close(&bench->world);
    for (size_t i = 0; i < bench->count; i++)
        free(bench->places[i].askers);
    free(bench->places);
    chance_clear(&bench->chance);
    trace_free(bench->trace);
}

/* ---- programs ---- */

/* Echoes, and asks others, each the next ones of the hosts. */
static int peer_main(void *context)
{
    struct place *place = context;
    struct bench *bench = place->bench;
    struct echo_server server;
    uv_loop_t loop;

    uv_loop_init(&loop);
    echo_listen(&loop, &server, PORT);
    for (size_t i = 0; i < place->asker_count; i++) {
        size_t next = ((size_t)(place - bench->places) + 1 + i) % bench->count;

        echo_ask(&loop, &place->askers[i], bench->places[next].address, PORT, place->trips,
                 place->pause_ms);
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    return 0;
}

static void start(struct bench *bench, size_t i, size_t askers, size_t trips, uint64_t pause_ms)
{
    struct place *place = &bench->places[i];
    struct process_spec spec = {.name = place->name,
                                .main = peer_main,
                                .context = place,
                                .host = place->host};

    place->askers = must_alloc((askers + 1) * sizeof *place->askers);
    place->asker_count = askers;
    place->trips = trips;
    place->pause_ms = pause_ms;
    spec.start_ns = askers > 0 ? MS : 0; /* whom it asks listens before that is there */
    world_spawn(&bench->world, &spec);
}

/* ---- rows ---- */

/* Every other host asks the next one, without a pause, until there were so many steps. */
static void events(size_t hosts, size_t steps)
{
    struct bench bench;

    bench_open(&bench, hosts, steps);
    for (size_t i = 0; i < hosts; i++)
        start(&bench, i, i % 2, SIZE_MAX, 0);
    CHECK(world_run(&bench.world) == WORLD_SPENT);
    bench_close(&bench);
}

static void events_10(size_t count)
{
    events(10, count);
}

static void events_100(size_t count)
{
    events(100, count);
}

static void events_1000(size_t count)
{
    events(1000, count);
}

/* One asks another, so often, and then nothing can happen any more. */
static void trips(size_t count)
{
    struct bench bench;

    bench_open(&bench, 2, UINT64_MAX);
    start(&bench, 0, 0, 0, 0);
    start(&bench, 1, 1, count, 0);
    CHECK(world_run(&bench.world) == WORLD_QUIET);
    CHECK(bench.places[1].askers[0].trips == 0);
    bench_close(&bench);
}

/* An event of the agenda that enters itself again. */
struct ticker {
    struct event event;
    struct world *world;
};

static void tick(struct event *event)
{
    struct ticker *ticker = container_of(event, struct ticker, event);

    world_at(ticker->world, event, ticker->world->now_ns + MS);
}

static int wait_main(void *context)
{
    (void)context;
    thread_block(WORLD_NEVER, NULL);
    return 0;
}

static void steps(size_t count)
{
    struct process_spec spec = {.name = "nobody", .main = wait_main};
    struct bench bench;
    struct ticker ticker;

    bench_open(&bench, 0, count);
    ticker = (struct ticker){.event.happen = tick, .world = &bench.world};
    world_spawn(&bench.world, &spec);
    world_at(&bench.world, &ticker.event, MS);
    CHECK(world_run(&bench.world) == WORLD_SPENT);
    bench_close(&bench);
}

static const struct row rows[] = {
    {"event, 10 hosts, beside a bare step", "event", 200000, .work = {events_10, steps},
     .rate = true},
    {"event, 100 hosts, beside 10", "event", 200000, .work = {events_100, events_10}, .rate = true},
    {"event, 1000 hosts, beside 10", "event", 400000, .work = {events_1000, events_10},
     .rate = true},
    {"round trip of 64 bytes, beside a bare step", "round trip", 100000, .work = {trips, steps}},
};

static const struct table table = {"network", {"simulated", "beside"}, NULL, rows, COUNT_OF(rows)};

/* ---- an hour ---- */

#define HOUR_HOSTS       ((size_t)1000)
#define HOUR_CONNECTIONS ((size_t)100) /* that each of them opens */
#define HOUR_PAUSE_S     60            /* between a connection's messages */

static double seconds_on(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Of this process, at most, in megabytes. */
static long memory_mb(void)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[200];
    long kb = 0;

    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
        if (sscanf(line, "VmHWM: %ld kB", &kb) == 1)
            break;
    }
    if (status != NULL)
        fclose(status);
    return kb / 1024;
}

/* Each host has connections to the next hundred, and says something on each every minute. */
static void hour(const struct measure_options *options, FILE *json)
{
    size_t scale = options->divisor > 1 ? 10 : 1, left = 0;
    size_t hosts = HOUR_HOSTS / scale, each = HOUR_CONNECTIONS / scale;
    double wall = seconds_on(CLOCK_MONOTONIC), cpu = seconds_on(CLOCK_PROCESS_CPUTIME_ID);
    struct bench bench;

    bench_open(&bench, hosts, UINT64_MAX);
    for (size_t i = 0; i < hosts; i++)
        start(&bench, i, each, 3600 / HOUR_PAUSE_S, HOUR_PAUSE_S * UINT64_C(1000));
    CHECK(world_run(&bench.world) == WORLD_QUIET);
    for (size_t i = 0; i < hosts * each; i++)
        left += bench.places[i / each].askers[i % each].trips;
    CHECK(left == 0);
    wall = seconds_on(CLOCK_MONOTONIC) - wall;
    cpu = seconds_on(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    printf("\nan hour: %zu hosts, %zu connections, a message on each every %d s: %" PRId64
           " s of virtual time, %" PRIu64 " events, %.1f s of CPU, %.1f s of wall time, at most "
           "%ld MB\n",
           hosts, hosts * each, HOUR_PAUSE_S, bench.world.now_ns / SECOND, bench.world.steps, cpu,
           wall, memory_mb());
    if (json != NULL)
        fprintf(json,
                "{\"table\":\"network\",\"row\":\"an hour\",\"hosts\":%zu,\"connections\":%zu,"
                "\"events\":%" PRIu64 ",\"cpu_ms\":%.0f,\"wall_ms\":%.0f,\"mb\":%ld}\n",
                hosts, hosts * each, bench.world.steps, cpu * 1e3, wall * 1e3, memory_mb());
    bench_close(&bench);
}

int main(int argc, char **argv)
{
    struct measure_options options;
    FILE *json;
    int status;

    if (!measure_options_read(&options, argc, argv))
        return 2;
    status = measure(&table, &options);
    if (status != 0 || options.once != NULL || !measure_wants(&options, "an hour", true))
        return status;
    if (!measure_json_open(&options, &json))
        return 2;
    hour(&options, json);
    return json == NULL || fclose(json) == 0 ? 0 : 2;
}

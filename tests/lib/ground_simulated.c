/*
 * ground_simulated.c - see ground.h: the test program is the one process of a world, and all its
 * tests run in it, one after the other, on the clock of that world.
 *
 * RONDO_ADVERSARIAL_SEEDS=1-50 plays it fifty times, each time with the orders that libuv's
 * documentation leaves open drawn from another seed (sim/uv/order.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <uv.h>

#include "base/check.h"
#include "tests/lib/ground.h"
#include "tests/lib/simulated.h"
#include "world/names.h"

const char *const ground_name = "simulated";
const enum ground_clock ground_clock = CLOCK_EXACT;
int64_t ground_ms = RONDO_MS(1);
bool ground_is_faithful = true;

struct call {
    int (*tests)(void *arg);
    void *arg;
    int failures;
};

static void do_nothing(uv_work_t *work)
{
    (void)work;
}

/* The process keeps its default loop and its threads to its end: no test is to blame for them. */
static void warm_up(void)
{
    uv_work_t work;

    uv_queue_work(uv_default_loop(), &work, do_nothing, NULL);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    uv_os_setenv("RONDO_DEBUG", "");
    uv_os_unsetenv("RONDO_DEBUG"); /* that it is unset is remembered */
}

static void run_tests(void *arg)
{
    struct call *call = arg;

    warm_up();
    call->failures = call->tests(call->arg);
}

void ground_work(struct ground *ground, int64_t ns)
{
    (void)ground;
    thread_block(world_current()->now_ns + ns, "work");
}

bool ground_limit_loopback(uint64_t bytes_per_s)
{
    struct host *host = host_of(process_current());

    link_set(host, host, &(struct link_spec){.bytes_per_s = bytes_per_s});
    return true;
}

bool ground_set_name(const char *name, const char *const *figures, size_t count, int64_t latency_ns)
{
    struct address addresses[NAME_ADDRESSES_MAX];
    struct world *world = world_current();

    for (size_t i = 0; i < count; i++) {
        uint8_t ip[4];

        uv_inet_pton(AF_INET, figures[i], ip);
        addresses[i] = address_v4(ip[0], ip[1], ip[2], ip[3], 0);
    }
    name_set(world, name, world->now_ns, addresses, count);
    name_serve(world, name, &(struct name_service){.latency_ns = latency_ns});
    return true;
}

bool ground_knows_localhost(void)
{
    return true;
}

void ground_after_fork(const struct ground *ground)
{
    (void)ground; /* the child has a world of its own, which is a copy */
}

/* Play with `chance`. Returns: the number of tests that failed. */
static int play(int (*tests)(void *arg), void *arg, struct chance *chance)
{
    struct call call = {.tests = tests, .arg = arg, .failures = -1};

    if (run_simulated_by(chance, run_tests, &call, UINT64_MAX) != WORLD_ENDED)
        fputs("a test waits for ever: the last that runs\n", stderr);
    return call.failures;
}

static int play_faithfully(int (*tests)(void *arg), void *arg)
{
    struct chance chance;
    int failures;

    chance_init(&chance);
    failures = play(tests, arg, &chance);
    chance_clear(&chance);
    return failures;
}

/* In a child: play in an order of libuv's that `seed` draws, its words going to `out`. */
static void play_child(int (*tests)(void *arg), void *arg, uint64_t seed, FILE *out)
{
    struct chance chance;
    int failures;

    dup2(fileno(out), STDOUT_FILENO);
    dup2(fileno(out), STDERR_FILENO);
    ground_is_faithful = false;
    chance_init(&chance);
    chance.open = 1u << FAMILY_uv;
    chance_from_seed(&chance, seed);
    failures = play(tests, arg, &chance);
    fflush(NULL);
    _exit(failures != 0);
}

static void copy_to_stdout(FILE *from)
{
    int c;

    rewind(from);
    while ((c = fgetc(from)) != EOF)
        putchar(c);
}

/* Returns: whether a test failed, which says what it has to say then. */
static bool play_seed(int (*tests)(void *arg), void *arg, uint64_t seed)
{
    FILE *out = tmpfile();
    int status;
    pid_t pid;

    CHECK(out != NULL);
    fflush(NULL);
    pid = fork();
    CHECK(pid >= 0);
    if (pid == 0)
        play_child(tests, arg, seed, out);
    CHECK(waitpid(pid, &status, 0) == pid);
    if (status != 0) {
        copy_to_stdout(out);
        printf("that was seed %llu, status %d\n", (unsigned long long)seed, status);
    }
    fclose(out);
    return status != 0;
}

int ground_run(int (*tests)(void *arg), void *arg)
{
    const char *seeds = getenv("RONDO_ADVERSARIAL_SEEDS");
    unsigned long long first, last;
    int failures = 0;

    if (seeds == NULL)
        return play_faithfully(tests, arg);
    CHECK(sscanf(seeds, "%llu-%llu", &first, &last) == 2);
    for (; first <= last; first++)
        failures += play_seed(tests, arg, first);
    printf("%s: %d failed\n", seeds, failures);
    return failures;
}

/*
 * ground_real.c - see ground.h: the machine's own libuv and clock.
 *
 * That clock promises only never to be early. How late it is depends on the machine, and may
 * disturb the order of two things that are nothing to each other but a few milliseconds apart. So a
 * millisecond of a play takes several here; and a program whose tests failed is played again, more
 * slowly still. What is wrong in itself is wrong at any pace.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <uv.h>

#include "base/check.h"
#include "tests/lib/ground.h"
#include "tests/lib/machine.h"

const char *const ground_name = "real";
const enum ground_clock ground_clock = CLOCK_REAL;
int64_t ground_ms;
bool ground_is_faithful = true;

void ground_work(struct ground *ground, int64_t ns)
{
    (void)ground;
    uv_sleep((unsigned)((ns + RONDO_MS(1) - 1) / RONDO_MS(1)));
}

bool ground_limit_loopback(uint64_t bytes_per_s)
{
    (void)bytes_per_s;
    return false;
}

bool ground_set_name(const char *name, const char *const *figures, size_t count, int64_t latency_ns)
{
    (void)name;
    (void)figures;
    (void)count;
    (void)latency_ns;
    return false;
}

bool ground_knows_localhost(void)
{
    return machine_knows_localhost();
}

void ground_after_fork(const struct ground *ground)
{
    (void)ground;
    CHECK(uv_loop_fork(uv_default_loop()) == 0);
}

/* Play in a process of its own. Returns: the number of tests that failed, or -1. */
static int play(int (*tests)(void *arg), void *arg)
{
    int status;
    pid_t pid;

    fflush(NULL);
    pid = fork();
    CHECK(pid >= 0);
    if (pid == 0)
        exit(tests(arg));
    CHECK(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int ground_run(int (*tests)(void *arg), void *arg)
{
    static const int paces[] = {4, 16, 64}; /* milliseconds to one of a play */
    int failures = 0;

    signal(SIGPIPE, SIG_IGN); /* as rondo-live has it */
    for (size_t i = 0; i < sizeof paces / sizeof paces[0]; i++) {
        ground_ms = RONDO_MS(paces[i]);
        failures = play(tests, arg);
        if (failures == 0)
            return 0;
        printf("%s at %d ms to one of a play\n", failures < 0 ? "crashed" : "failed", paces[i]);
    }
    return failures;
}

/*
 * ground_manual.c - see ground.h: a loop without libuv, on a clock that is a number.
 */
#include "base/alloc.h"
#include "tests/lib/ground.h"
#include "tests/lib/manual_loop.h"

#include <stdlib.h>

const char *const ground_name = "manual";
const enum ground_clock ground_clock = CLOCK_BY_HAND;
int64_t ground_ms = RONDO_MS(1);
bool ground_is_faithful = true;

void ground_open(struct ground *ground)
{
    struct manual_loop *manual = must_alloc(sizeof *manual);

    manual_loop_init(manual);
    *ground = (struct ground){.loop = &manual->loop, .own = manual};
}

void ground_close(struct ground *ground, bool loop_is_open)
{
    if (loop_is_open)
        rondo_loop_close(ground->loop);
    free(ground->own);
}

void ground_work(struct ground *ground, int64_t ns)
{
    ((struct manual_loop *)ground->own)->now_ns += ns;
}

int ground_iterations(const struct ground *ground)
{
    return ((struct manual_loop *)ground->own)->iterations;
}

const struct observer *ground_observer(void)
{
    return NULL;
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
    return false;
}

void ground_after_fork(const struct ground *ground)
{
    (void)ground;
}

int ground_run(int (*tests)(void *arg), void *arg)
{
    return tests(arg);
}

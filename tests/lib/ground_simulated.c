/*
 * ground_simulated.c - see ground.h: the test program is the one process of a world, and all its
 * tests run in it, one after the other, on the clock of that world.
 */
#include <stdio.h>
#include <uv.h>

#include "run/arena.h"
#include "tests/lib/ground.h"
#include "world/world.h"

const char *const ground_name = "simulated";
const enum ground_clock ground_clock = CLOCK_EXACT;
int64_t ground_ms = RONDO_MS(1);

struct call {
    int (*tests)(void *arg);
    void *arg;
    const struct alloc_source *source; /* in place in the process */
    const struct alloc_source *outer;
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

static int process_main(void *context)
{
    struct call *call = context;

    warm_up();
    call->failures = call->tests(call->arg);
    return 0;
}

static void enter(void *context)
{
    struct call *call = context;

    call->outer = alloc_replace(call->source);
}

static void leave(void *context)
{
    struct call *call = context;

    call->source = alloc_replace(call->outer);
}

void ground_work(struct ground *ground, int64_t ns)
{
    (void)ground;
    thread_block(world_current()->now_ns + ns, "work");
}

void ground_after_fork(const struct ground *ground)
{
    (void)ground; /* the child has a world of its own, which is a copy */
}

int ground_run(int (*tests)(void *arg), void *arg)
{
    struct arena *arena = arena_new(0);
    struct call call = {.tests = tests, .arg = arg, .source = arena_source(arena), .failures = -1};
    struct process_spec spec = {
        .name = "tests", .main = process_main, .context = &call, .enter = enter, .leave = leave};
    struct trace *events = trace_new();
    struct chance chance;
    struct world world;
    enum world_end end;

    chance_init(&chance);
    world_init(&world, &chance, events);
    world.steps_max = UINT64_MAX;
    world_spawn(&world, &spec);
    end = world_run(&world);
    if (end != WORLD_ENDED)
        fputs("a test waits for ever: the last that runs\n", stderr);
    world_close(&world);
    chance_clear(&chance);
    trace_free(events);
    arena_free(arena);
    return call.failures;
}

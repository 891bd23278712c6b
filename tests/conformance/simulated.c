/*
 * simulated.c - the bodies on the simulated libuv: each in a process of a world of its own, with
 * memory of its own, as sim/run would run it.
 *
 * `struct trace` is here the text that a body notes; the world's own trace, which has the same tag,
 * is only handed from one of its functions to the next.
 */
#include "run/arena.h"
#include "tests/conformance/conformance.h"
#include "world/world.h"

struct call {
    void (*body)(struct trace *trace);
    struct trace *trace;
    struct arena *arena;
    const struct alloc_source *outer;
};

static int process_main(void *context)
{
    const struct call *call = context;

    call->body(call->trace);
    return 0;
}

static void enter(void *context)
{
    struct call *call = context;

    call->outer = alloc_replace(arena_source(call->arena));
}

static void leave(void *context)
{
    alloc_replace(((struct call *)context)->outer);
}

static void say_how_it_ended(struct trace *trace, enum world_end end)
{
    if (end == WORLD_QUIET)
        note(trace, "WAITS FOR EVER\n");
    else if (end == WORLD_SPENT)
        note(trace, "GOES ROUND AND ROUND\n");
}

static void call_in_a_process(void (*body)(struct trace *), struct trace *trace)
{
    struct call call = {.body = body, .trace = trace, .arena = arena_new(0)};
    struct process_spec spec = {
        .name = "body", .main = process_main, .context = &call, .enter = enter, .leave = leave};
    struct trace *events = trace_new();
    struct chance chance;
    struct world world;

    chance_init(&chance);
    world_init(&world, &chance, events);
    world_spawn(&world, &spec);
    say_how_it_ended(trace, world_run(&world));
    world_close(&world);
    chance_clear(&chance);
    trace_free(events);
    arena_free(call.arena);
}

int main(void)
{
    return conformance_run(call_in_a_process);
}

/*
 * simulated.c - see simulated.h.
 */
#include "tests/lib/simulated.h"

#include "run/arena.h"

struct call {
    void (*body)(void *arg);
    void *arg;
    const struct alloc_source *source; /* in place in the process, which may replace it */
    const struct alloc_source *outer;
};

static int process_main(void *context)
{
    struct call *call = context;

    call->body(call->arg);
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

enum world_end run_simulated_by(struct chance *chance, void (*body)(void *arg), void *arg,
                                uint64_t steps_max)
{
    struct arena *arena = arena_new(0);
    struct call call = {.body = body, .arg = arg, .source = arena_source(arena)};
    struct process_spec spec = {
        .name = "body", .main = process_main, .context = &call, .enter = enter, .leave = leave};
    struct trace *events = trace_new();
    struct world world;
    enum world_end end;

    world_init(&world, chance, events);
    if (steps_max > 0)
        world.steps_max = steps_max;
    world_spawn(&world, &spec);
    end = world_run(&world);
    world_close(&world);
    trace_free(events);
    arena_free(arena);
    return end;
}

enum world_end run_simulated(void (*body)(void *arg), void *arg, uint64_t steps_max)
{
    struct chance chance;
    enum world_end end;

    chance_init(&chance);
    end = run_simulated_by(&chance, body, arg, steps_max);
    chance_clear(&chance);
    return end;
}

/*
 * simulated.c - the bodies on the simulated libuv: each in a process of a world of its own, with
 * memory of its own, as sim/run would run it.
 *
 * `struct trace` is here the text that a body notes; the world's own has the same tag.
 */
#include "tests/lib/simulated.h"
#include "tests/conformance/conformance.h"

struct call {
    void (*body)(struct trace *trace);
    struct trace *trace;
};

static void call_body(void *arg)
{
    const struct call *call = arg;

    call->body(call->trace);
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
    struct call call = {.body = body, .trace = trace};

    say_how_it_ended(trace, run_simulated(call_body, &call, 0));
}

int main(void)
{
    return conformance_run(call_in_a_process, true);
}

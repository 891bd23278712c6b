/*
 * ground_uv.c - what the simulated and the real ground share: core's own loop on a uv loop.
 */
#include <stdlib.h>
#include <uv.h>

#include "base/alloc.h"
#include "base/check.h"
#include "tests/lib/ground.h"

/* Counts iterations: the prepare phase comes just before ours, once each time. A loop that looks
 * whether it is stuck makes an empty one. */
struct counter {
    uv_prepare_t prepare;
    const rondo_loop *loop;
    int iterations;
};

static void count(uv_prepare_t *prepare)
{
    struct counter *counter = prepare->data;

    counter->iterations += !list_empty(&counter->loop->ready) ||
                           !list_empty(&counter->loop->batch) ||
                           deadlines_count(&counter->loop->deadlines) > 0;
}

void ground_open(struct ground *ground)
{
    struct counter *counter = must_alloc(sizeof *counter);

    *ground = (struct ground){.loop = rondo_loop_new(), .own = counter};
    CHECK(ground->loop != NULL);
    CHECK(uv_prepare_init(uv_default_loop(), &counter->prepare) == 0);
    counter->prepare.data = counter;
    counter->loop = ground->loop;
    uv_prepare_start(&counter->prepare, count);
    uv_unref((uv_handle_t *)&counter->prepare);
}

static void closed(uv_handle_t *handle)
{
    free(handle->data);
}

void ground_close(struct ground *ground, bool loop_is_open)
{
    uv_close((uv_handle_t *)&((struct counter *)ground->own)->prepare, closed);
    if (loop_is_open)
        rondo_loop_close(ground->loop);
    uv_run(uv_default_loop(), UV_RUN_NOWAIT);
}

int ground_iterations(const struct ground *ground)
{
    return ((struct counter *)ground->own)->iterations;
}

static void ignore(void *self, const struct observed *event)
{
    (void)self;
    (void)event;
}

static size_t production_order(void *self, const struct observed_choice *choice)
{
    (void)self;
    (void)choice;
    return 0;
}

static bool in_production_order(void *self)
{
    (void)self;
    return false;
}

static bool give_up(void *self)
{
    (void)self;
    return true;
}

const struct observer *ground_observer(void)
{
    static const struct observer gives_up = {.wanted = OBSERVED_USUAL,
                                             .event = ignore,
                                             .pick = production_order,
                                             .any_order = in_production_order,
                                             .stuck = give_up};

    return &gives_up;
}

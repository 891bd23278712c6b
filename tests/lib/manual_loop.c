/*
 * manual_loop.c - see manual_loop.h.
 */
#include "tests/lib/manual_loop.h"

#include <string.h>

#define GRAIN_NS RONDO_MS(1)

static int64_t manual_now(void *self)
{
    return ((struct manual_loop *)self)->now_ns;
}

static int64_t manual_loop_time(void *self)
{
    return ((struct manual_loop *)self)->now_ns / GRAIN_NS * GRAIN_NS;
}

static void manual_arm(void *self, int64_t when_ns)
{
    ((struct manual_loop *)self)->armed_ns = when_ns;
}

/* Time moves here: to the first whole millisecond at or after what was armed. */
static void jump(struct manual_loop *manual)
{
    if (manual->armed_ns > manual->now_ns)
        manual->now_ns = (manual->armed_ns + GRAIN_NS - 1) / GRAIN_NS * GRAIN_NS;
}

void manual_loop_iterate(struct manual_loop *manual)
{
    manual->armed_ns = RONDO_FOREVER;
    manual->iterations++;
    loop_iterate(&manual->loop);
}

static int manual_turn(void *self)
{
    struct manual_loop *manual = self;

    if (manual->armed_ns == RONDO_FOREVER)
        return RONDO_EDEADLOCK;
    jump(manual);
    manual_loop_iterate(manual);
    return 0;
}

static void manual_close(void *self)
{
    (void)self; /* the test owns the memory */
}

static const struct loop_port manual_port = {
    manual_now, manual_loop_time, manual_arm, manual_turn, manual_close, NULL, NULL,
};

void manual_loop_init(struct manual_loop *manual)
{
    memset(manual, 0, sizeof *manual);
    manual->armed_ns = RONDO_FOREVER;
    loop_init(&manual->loop, &manual_port, manual);
}

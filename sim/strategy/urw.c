/*
 * urw.c - URW: the uniform random walk (Zhao, Wolff, Mathur, Roychoudhury: Selectively Uniform
 * Concurrency Testing, ASPLOS 2025).
 *
 * A task is as likely to be next as it has turns before it: left / sum of all left. Were the counts
 * exact, and nobody ever blocked, every interleaving would come as often as any other, while a
 * plain random walk lets short tasks be done before long ones have begun. The counts are of one
 * random walk; those of tasks that are yet to be spawned are counted with whoever spawns them.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "strategy/kinds.h"
#include "strategy/remaining.h"

struct urw {
    struct strategy strategy;
    struct cast cast;
    struct remaining remaining;
};

static struct strategy *open_urw(void)
{
    return must_alloc(sizeof(struct urw));
}

static void close_urw(struct strategy *strategy)
{
    struct urw *urw = (struct urw *)strategy;

    cast_clear(&urw->cast);
    remaining_clear(&urw->remaining);
    free(urw);
}

static bool begin_urw(struct strategy *strategy)
{
    struct urw *urw = (struct urw *)strategy;

    cast_begin(&urw->cast, &strategy->stream);
    remaining_begin(&urw->remaining, strategy->profile, REMAINING_ALL);
    return true;
}

static size_t decide_urw(struct strategy *strategy, const struct choice *choice)
{
    struct urw *urw = (struct urw *)strategy;
    size_t i;

    if (cast_look(&urw->cast, choice) == 0)
        return strategy_draw(strategy, choice);
    while (remaining_meet(&urw->remaining, &urw->cast))
        continue;
    i = choice->bound > 1 ? remaining_draw(&urw->remaining, &urw->cast, &strategy->stream) : 0;
    remaining_take(&urw->remaining, urw->cast.turns[i].actor);
    cast_take(&urw->cast, i);
    return i;
}

const struct strategy_kind strategy_urw = {.name = "urw",
                                           .help = "interleavings, each about as likely",
                                           .fair = true,
                                           .profiles = true,
                                           .open = open_urw,
                                           .begin = begin_urw,
                                           .decide = decide_urw,
                                           .close = close_urw};

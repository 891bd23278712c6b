/*
 * pos.c - POS: partial order sampling (Yuan, Yang, Gu: Partial Order Aware Concurrency Sampling,
 * CAV 2018).
 *
 * Every pending turn has a random priority; the highest that is possible is taken. Then its task's
 * next turn gets a new one, and so does each pending turn that races with what was taken: same
 * object, and one of the two changes it. What does not race keeps its order, so runs differ in what
 * matters, and one order of what does comes about as often as another. No parameters.
 *
 * Every turn from one suspension to the next races with every other (cast.h): at that grain this is
 * a random walk.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "strategy/cast.h"
#include "strategy/kinds.h"

struct pos {
    struct strategy strategy;
    struct cast cast;
};

static struct strategy *open_pos(void)
{
    return must_alloc(sizeof(struct pos));
}

static void close_pos(struct strategy *strategy)
{
    struct pos *pos = (struct pos *)strategy;

    cast_clear(&pos->cast);
    free(pos);
}

static bool begin_pos(struct strategy *strategy)
{
    cast_begin(&((struct pos *)strategy)->cast, &strategy->stream);
    return true;
}

static size_t decide_pos(struct strategy *strategy, const struct choice *choice)
{
    struct cast *cast = &((struct pos *)strategy)->cast;
    size_t best;

    if (cast_look(cast, choice) == 0)
        return strategy_draw(strategy, choice);
    best = cast_highest(cast);
    cast_take_drawing(cast, best);
    return best;
}

const struct strategy_kind strategy_pos = {.name = "pos",
                                           .help = "partial orders, each about as likely",
                                           .open = open_pos,
                                           .begin = begin_pos,
                                           .decide = decide_pos,
                                           .close = close_pos};

/*
 * pos.c - POS: partial order sampling (Yuan, Yang, Gu: Partial Order Aware Concurrency Sampling,
 * CAV 2018).
 *
 * Every pending turn has a random priority; the highest that is possible is taken. Then its task's
 * next turn gets a new one, and so does each pending turn that races with what was taken: same
 * object, and one of the two changes it. What does not race keeps its order, so runs differ in what
 * matters, and one order of what does comes about as often as another. No parameters.
 *
 * A turn from one suspension to the next says what it resumes from, not what it touches; it is
 * taken to race with every other such turn. At the grain of awaits this is then a random walk.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "strategy/cast.h"
#include "strategy/kinds.h"

struct pos {
    struct strategy strategy;
    struct cast cast;
    uint64_t *priorities; /* of the next turn, by actor */
    size_t known;
    size_t capacity;
};

static struct strategy *open_pos(void)
{
    return must_alloc(sizeof(struct pos));
}

static void close_pos(struct strategy *strategy)
{
    struct pos *pos = (struct pos *)strategy;

    cast_clear(&pos->cast);
    free(pos->priorities);
    free(pos);
}

static bool begin_pos(struct strategy *strategy)
{
    struct pos *pos = (struct pos *)strategy;

    cast_begin(&pos->cast);
    pos->known = 0;
    return true;
}

static void meet(struct pos *pos)
{
    if (pos->cast.count > pos->capacity) {
        pos->capacity = pos->cast.count * 2;
        pos->priorities = must_resize(pos->priorities, pos->capacity * sizeof *pos->priorities);
    }
    while (pos->known < pos->cast.count)
        pos->priorities[pos->known++] = chance_draw(&pos->strategy.stream);
}

static bool race(const struct operation *a, const struct operation *b)
{
    if (!a->point || !b->point)
        return !a->point && !b->point;
    return a->object == b->object && (a->writes || b->writes);
}

static size_t decide_pos(struct strategy *strategy, const struct choice *choice)
{
    struct pos *pos = (struct pos *)strategy;
    size_t count = cast_look(&pos->cast, choice), best = 0;
    const struct turn *turns = pos->cast.turns;

    if (count == 0)
        return strategy_draw(strategy, choice);
    meet(pos);
    for (size_t i = 1; i < count; i++) {
        if (pos->priorities[turns[i].actor] > pos->priorities[turns[best].actor])
            best = i;
    }
    for (size_t i = 0; i < count; i++) {
        if (i == best || race(&turns[i].operation, &turns[best].operation))
            pos->priorities[turns[i].actor] = chance_draw(&strategy->stream);
    }
    cast_take(&pos->cast, best);
    return best;
}

const struct strategy_kind strategy_pos = {.name = "pos",
                                           .help = "partial orders, each about as likely",
                                           .open = open_pos,
                                           .begin = begin_pos,
                                           .decide = decide_pos,
                                           .close = close_pos};

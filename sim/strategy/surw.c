/*
 * surw.c - SURW: the selectively uniform random walk (Zhao, Wolff, Mathur, Roychoudhury:
 * Selectively Uniform Concurrency Testing, ASPLOS 2025).
 *
 * Of one shared object, another in each run, the turns that are about it come in a uniformly drawn
 * order, whatever else there is: a task is drawn, as likely as it has such turns left, and the
 * others may do anything but those until it has taken one. The rest goes by random priorities. An
 * object is as likely as it has turns, among those that are changed and that half of the tasks
 * touch; if there is none, those that two touch; if there is none of these either, the order of all
 * turns is drawn.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "strategy/kinds.h"
#include "strategy/remaining.h"

/* Turns in a row of the chosen task that are not about the object, before another is chosen: it may
 * be waiting, in circles, for one of those that are held. */
#define PATIENCE 20

struct surw {
    struct strategy strategy;
    struct cast cast;
    struct remaining remaining;
    size_t object; /* number in the profile, or REMAINING_ALL */
    size_t chosen; /* the actor whose turn about the object is next, or CAST_NONE */
    size_t alone;  /* turns in a row that it took of other kinds */
};

static struct strategy *open_surw(void)
{
    return must_alloc(sizeof(struct surw));
}

static void close_surw(struct strategy *strategy)
{
    struct surw *surw = (struct surw *)strategy;

    cast_clear(&surw->cast);
    remaining_clear(&surw->remaining);
    free(surw);
}

/* ---- the object ---- */

/* Whether `actors` tasks or more touch it, and it is changed. */
static bool is_shared(const struct profile_object *object, size_t actors)
{
    return object->written && object->actors >= actors;
}

/* One of the objects that `actors` tasks share, as likely as it has turns, or REMAINING_ALL. */
static size_t draw_shared(struct surw *surw, size_t actors)
{
    const struct profile *profile = surw->strategy.profile;
    size_t sum = 0, at, i = 0;

    for (size_t j = 0; j < profile->object_count; j++)
        sum += is_shared(&profile->objects[j], actors) ? profile->objects[j].turns : 0;
    if (sum == 0)
        return REMAINING_ALL;
    at = chance_below(&surw->strategy.stream, sum);
    while (!is_shared(&profile->objects[i], actors) || at >= profile->objects[i].turns) {
        at -= is_shared(&profile->objects[i], actors) ? profile->objects[i].turns : 0;
        i++;
    }
    return i;
}

static size_t draw_object(struct surw *surw)
{
    size_t half = surw->strategy.profile->cast.count / 2;
    size_t object = half > 2 ? draw_shared(surw, half) : REMAINING_ALL;

    return object != REMAINING_ALL ? object : draw_shared(surw, 2);
}

static bool begin_surw(struct strategy *strategy)
{
    struct surw *surw = (struct surw *)strategy;

    cast_begin(&surw->cast, &strategy->stream);
    surw->object = draw_object(surw);
    surw->chosen = CAST_NONE;
    remaining_begin(&surw->remaining, strategy->profile, surw->object);
    return true;
}

static bool is_about_object(const struct surw *surw, const struct turn *turn)
{
    return surw->object == REMAINING_ALL ||
           (turn->operation.point &&
            turn->operation.object == surw->strategy.profile->objects[surw->object].object);
}

/* ---- a turn ---- */

/* A task that the chosen one has spawned may be chosen in its place: its turns were counted there.
 */
static void hand_on(struct surw *surw, size_t child)
{
    const size_t *left = surw->remaining.left;
    size_t sum = left[child] + left[surw->chosen];

    if (sum > 0 && chance_below(&surw->strategy.stream, sum) < left[child])
        surw->chosen = child;
}

static void meet(struct surw *surw)
{
    const struct cast *cast = &surw->cast;

    while (remaining_meet(&surw->remaining, cast)) {
        size_t actor = surw->remaining.known - 1;

        if (surw->chosen != CAST_NONE && cast->actors[actor].parent == surw->chosen)
            hand_on(surw, actor);
    }
}

/* Choose the actor of one of the turns that are possible, as likely as it has turns about the
 * object left. */
static void choose_actor(struct surw *surw)
{
    size_t i = remaining_draw(&surw->remaining, &surw->cast, &surw->strategy.stream);

    surw->chosen = surw->cast.turns[i].actor;
    surw->alone = 0;
}

/* The turn with the highest priority, of those that are the chosen one's or not about the object;
 * the number of turns if there is none. */
static size_t highest(const struct surw *surw)
{
    const struct actor *actors = surw->cast.actors;
    const struct turn *turns = surw->cast.turns;
    size_t count = surw->cast.turn_count, best = count;

    for (size_t i = 0; i < count; i++) {
        if (best != count && actors[turns[i].actor].priority < actors[turns[best].actor].priority)
            continue;
        if (surw->chosen == CAST_NONE || surw->chosen == turns[i].actor ||
            !is_about_object(surw, &turns[i]))
            best = i;
    }
    return best;
}

/* Whether the chosen one, and nobody else, has been going for long. */
static bool is_stuck(struct surw *surw, size_t best)
{
    if (surw->cast.turn_count == 1 || surw->cast.turns[best].actor != surw->chosen)
        surw->alone = 0;
    return ++surw->alone > PATIENCE;
}

/* When nothing is possible but turns about the object of tasks that are not chosen, another is. */
static size_t pick(struct surw *surw)
{
    size_t best = highest(surw);

    if (best < surw->cast.turn_count && !is_stuck(surw, best))
        return best;
    choose_actor(surw);
    return highest(surw);
}

static size_t decide_surw(struct strategy *strategy, const struct choice *choice)
{
    struct surw *surw = (struct surw *)strategy;
    const struct turn *turn;
    size_t best;

    if (cast_look(&surw->cast, choice) == 0)
        return strategy_draw(strategy, choice);
    meet(surw);
    if (surw->chosen == CAST_NONE)
        choose_actor(surw);
    best = pick(surw);
    turn = &surw->cast.turns[best];
    surw->cast.actors[turn->actor].priority = chance_draw(&strategy->stream);
    if (is_about_object(surw, turn)) {
        remaining_take(&surw->remaining, turn->actor);
        surw->chosen = CAST_NONE;
    }
    cast_take(&surw->cast, best);
    return best;
}

const struct strategy_kind strategy_surw = {
    .name = "surw",
    .help = "one shared object a run: orders of what is done to it, each about as likely",
    .profiles = true,
    .open = open_surw,
    .begin = begin_surw,
    .decide = decide_surw,
    .close = close_surw};

/*
 * pct.c - PCT(d): probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte: A
 * Randomized Scheduler with Probabilistic Guarantees of Finding Bugs, ASPLOS 2010).
 *
 * Tasks have priorities in a random order; who has the highest of those that can run runs. At d - 1
 * decisions, drawn from the k that a run takes, whoever is about to run falls below all others. A
 * bug that d ordering constraints are enough for, among n tasks, shows in at least one run of
 * n k^(d-1). Decisions with one option do not count (section 4.1).
 *
 * k is measured: what the profile took, and whatever was the most since. A task that only spins,
 * waiting for one with a lower priority, would spin for ever; a run that is far longer than k walks
 * at random from there on, where nothing was promised anyway. No wait costs a task its place: it
 * would lose the order that the bound is about.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "strategy/cast.h"
#include "strategy/kinds.h"
#include "strategy/profile.h"

#define DEPTH_MAX 10

/* Decisions beyond twice the horizon before a run is taken for one that spins. */
#define SPIN 1000

struct pct {
    struct strategy strategy;
    struct cast cast;
    size_t horizon;   /* the most decisions that a run took */
    size_t decisions; /* of this run */
    size_t changes[DEPTH_MAX - 1];
};

static struct strategy *open_pct(void)
{
    return must_alloc(sizeof(struct pct));
}

static void close_pct(struct strategy *strategy)
{
    struct pct *pct = (struct pct *)strategy;

    cast_clear(&pct->cast);
    free(pct);
}

static bool begin_pct(struct strategy *strategy)
{
    struct pct *pct = (struct pct *)strategy;

    if (pct->horizon < strategy->profile->decisions)
        pct->horizon = strategy->profile->decisions;
    cast_begin(&pct->cast, &strategy->stream);
    pct->decisions = 0;
    for (unsigned i = 0; i + 1 < strategy->kind->parameter; i++)
        pct->changes[i] = chance_below(&strategy->stream, pct->horizon > 0 ? pct->horizon : 1);
    return true;
}

/* Whether this run has left the horizon far behind. */
static bool is_lost(const struct pct *pct)
{
    return pct->decisions > 2 * pct->horizon + SPIN;
}

static size_t decide_pct(struct strategy *strategy, const struct choice *choice)
{
    struct pct *pct = (struct pct *)strategy;
    size_t best;

    if (cast_look(&pct->cast, choice) == 0 || is_lost(pct))
        return strategy_draw(strategy, choice);
    best = cast_highest(&pct->cast);
    if (choice->bound > 1) {
        for (unsigned i = 0; i + 1 < strategy->kind->parameter; i++) {
            if (pct->changes[i] == pct->decisions)
                pct->cast.actors[pct->cast.turns[best].actor].priority = i; /* below all draws */
        }
        best = cast_highest(&pct->cast);
        pct->decisions++;
    }
    cast_take(&pct->cast, best);
    return best;
}

static void end_pct(struct strategy *strategy, const struct run_end *end)
{
    struct pct *pct = (struct pct *)strategy;

    (void)end;
    if (!is_lost(pct) && pct->decisions > pct->horizon)
        pct->horizon = pct->decisions;
}

#define PCT(d, text)                                                                        \
    {                                                                                       \
        .name = "pct" #d, .help = text, .parameter = (d), .profiles = true, .learns = true, \
        .open = open_pct, .begin = begin_pct, .decide = decide_pct, .end = end_pct,         \
        .close = close_pct                                                                  \
    }

const struct strategy_kind strategy_pct3 =
    PCT(3, "random priorities, 2 changes of them: short bugs in long runs");
const struct strategy_kind strategy_pct10 = PCT(10, "random priorities, 9 changes of them");

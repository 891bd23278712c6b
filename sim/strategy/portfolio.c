/*
 * portfolio.c - a share of the schedules for each of several strategies: the default.
 *
 * None is best everywhere. What needs one task to stay behind for long, a random walk never finds
 * and a uniform one at once; PCT is the other way round among tasks that wait for one another all
 * the time; a rule about two places finds in ten schedules what others need thousands for. Shares
 * are by what was measured on the programs of scenarios/known-bugs; which strategy a schedule is
 * for is drawn from seed and number, so that any share of a search has all of them. One profile
 * serves all.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "strategy/kinds.h"

static const struct share {
    const struct strategy_kind *kind;
    size_t percent;
} shares[] = {
    {&strategy_uniform, 25}, {&strategy_surw, 25}, {&strategy_urw, 15},  {&strategy_pos, 15},
    {&strategy_rff, 15},     {&strategy_pct3, 3},  {&strategy_pct10, 2},
};

#define MEMBERS (sizeof shares / sizeof *shares)

struct portfolio {
    struct strategy strategy;
    struct strategy *members[MEMBERS]; /* NULL until there is a schedule for them */
    struct strategy *member;           /* whose this schedule is */
};

static struct strategy *open_portfolio(void)
{
    return must_alloc(sizeof(struct portfolio));
}

static void close_portfolio(struct strategy *strategy)
{
    struct portfolio *portfolio = (struct portfolio *)strategy;

    for (size_t i = 0; i < MEMBERS; i++) {
        if (portfolio->members[i] == NULL)
            continue;
        portfolio->members[i]->profile = NULL; /* it was lent */
        strategy_close(portfolio->members[i]);
    }
    free(portfolio);
}

static size_t draw_member(struct strategy *strategy)
{
    size_t at = chance_below(&strategy->stream, 100), i = 0;

    while (at >= shares[i].percent)
        at -= shares[i++].percent;
    return i;
}

static bool begin_portfolio(struct strategy *strategy)
{
    struct portfolio *portfolio = (struct portfolio *)strategy;
    size_t i = draw_member(strategy);

    if (portfolio->members[i] == NULL) {
        /* A seed of its own, or its first draw would be the one that has chosen it. */
        portfolio->members[i] = strategy_open(shares[i].kind, ~strategy->seed);
        portfolio->members[i]->profile = strategy->profile;
    }
    portfolio->member = portfolio->members[i];
    strategy_begin(portfolio->member, strategy->schedule);
    strategy->fair = portfolio->member->fair;
    return true;
}

static size_t decide_portfolio(struct strategy *strategy, const struct choice *choice)
{
    struct strategy *member = ((struct portfolio *)strategy)->member;

    return member->kind->decide(member, choice);
}

static void end_portfolio(struct strategy *strategy, const struct run_end *end)
{
    strategy_end(((struct portfolio *)strategy)->member, end);
}

const struct strategy_kind strategy_portfolio = {.name = "portfolio",
                                                 .help = "a share of the schedules for each",
                                                 .profiles = true,
                                                 .learns = true,
                                                 .open = open_portfolio,
                                                 .begin = begin_portfolio,
                                                 .decide = decide_portfolio,
                                                 .end = end_portfolio,
                                                 .close = close_portfolio};

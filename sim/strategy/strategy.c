/*
 * strategy.c - see strategy.h: the list, and what all share.
 */
#include "strategy/strategy.h"

#include <stdio.h>
#include <string.h>

#include "strategy/kinds.h"
#include "strategy/profile.h"

static const struct strategy_kind *const kinds[] = {
    &strategy_portfolio, &strategy_uniform, &strategy_dfs,    &strategy_ties,   &strategy_pct3,
    &strategy_pct10,     &strategy_pos,     &strategy_urw,    &strategy_surw,   &strategy_rff,
    &strategy_delay,     &strategy_delay1,  &strategy_delay2, &strategy_delay3, &strategy_dpor,
};

#define KINDS (sizeof kinds / sizeof *kinds)

unsigned strategy_families(void)
{
    return 1u << FAMILY_sched | 1u << FAMILY_process | 1u << FAMILY_thread | 1u << FAMILY_net |
           1u << FAMILY_weather | 1u << FAMILY_random;
}

unsigned strategy_opens(const struct strategy_kind *kind)
{
    return kind->families != 0 ? kind->families : strategy_families();
}

const struct strategy_kind *strategy_find(const char *name)
{
    for (size_t i = 0; i < KINDS; i++) {
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    }
    return NULL;
}

const struct strategy_kind *strategy_at(size_t i)
{
    return i < KINDS ? kinds[i] : NULL;
}

struct strategy *strategy_open(const struct strategy_kind *kind, uint64_t seed)
{
    struct strategy *strategy = kind->open();

    strategy->kind = kind;
    strategy->seed = seed;
    return strategy;
}

void strategy_close(struct strategy *strategy)
{
    profile_free(strategy->profile);
    strategy->kind->close(strategy);
}

/* How rare faults are in this run: what lies at its beginning is met by those that have them often,
 * what lies a thousand chances later by those that hardly do. */
static void draw_rarity(struct strategy *strategy)
{
    static const unsigned rarities[] = {0, 0, 0, 0, 2, 4, 6, 8};

    strategy->faults = strategy->stream ^ UINT64_C(0x6661756c7473);
    strategy->rarity =
        rarities[chance_below(&strategy->faults, sizeof rarities / sizeof *rarities)];
}

bool strategy_begin(struct strategy *strategy, size_t schedule)
{
    uint64_t number = schedule + 1;

    strategy->schedule = schedule;
    strategy->stream = strategy->seed ^ chance_draw(&number);
    draw_rarity(strategy);
    strategy->measuring = strategy->kind->profiles && strategy->profile == NULL;
    strategy->fair = strategy->kind->fair || strategy->measuring;
    if (strategy->measuring) {
        strategy->profile = profile_new();
        return true;
    }
    strategy->exhausted = strategy->kind->begin != NULL && !strategy->kind->begin(strategy);
    return !strategy->exhausted;
}

void strategy_touch(struct strategy *strategy, const struct touch *touch)
{
    if (strategy->kind->touch != NULL && !strategy->measuring)
        strategy->kind->touch(strategy, touch);
}

void strategy_end(struct strategy *strategy, const struct run_end *end)
{
    strategy->outcomes += end->new_outcome;
    strategy->findings += end->finding;
    strategy->cuts += end->cut;
    if (!strategy->measuring && strategy->kind->end != NULL)
        strategy->kind->end(strategy, end);
}

char *strategy_covered(const struct strategy *strategy, char *text, size_t size)
{
    text[0] = '\0';
    if (strategy->kind->covered != NULL)
        strategy->kind->covered(strategy, text, size);
    return text;
}

void strategy_covered_all(const struct strategy *strategy, char *text, size_t size)
{
    if (strategy->cuts > 0)
        snprintf(text, size, "explored all orders but for %zu that did not end", strategy->cuts);
    else if (strategy->outcomes == 1)
        snprintf(text, size, "explored all orders: there is one outcome");
    else
        snprintf(text, size, "explored all %zu outcomes", strategy->outcomes);
}

static size_t draw_fault(struct strategy *strategy)
{
    return strategy->rarity != 0 && chance_draw(&strategy->faults) >> (64 - strategy->rarity) == 0;
}

static size_t decide(void *self, const struct choice *choice)
{
    struct strategy *strategy = self;
    size_t value;

    if (choice->family == FAMILY_alloc && !strategy->kind->ends)
        return draw_fault(strategy);
    if (!strategy->measuring)
        return strategy->kind->decide(strategy, choice);
    value = strategy_draw(strategy, choice);
    profile_take(strategy->profile, choice, value);
    return value;
}

struct chance_decider strategy_decider(struct strategy *strategy)
{
    return (struct chance_decider){decide, strategy};
}

size_t strategy_draw(struct strategy *strategy, const struct choice *choice)
{
    return choice->bound > 1 ? chance_below(&strategy->stream, choice->bound) : 0;
}

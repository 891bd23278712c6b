/*
 * uniform.c - the random walk: at each choice every option is as likely as the others.
 *
 * No parameters and no promises. An interleaving comes with the product of 1 / options along its
 * way, so what needs one task to stay behind for long comes hardly ever (Thomson, Donaldson, Betts:
 * Concurrency Testing Using Controlled Schedulers, TOPC 2016). At the grain of awaits, where runs
 * are short, it is the best there is for its price.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "strategy/kinds.h"

static struct strategy *open_uniform(void)
{
    return must_alloc(sizeof(struct strategy));
}

static void close_uniform(struct strategy *strategy)
{
    free(strategy);
}

const struct strategy_kind strategy_uniform = {.name = "uniform",
                                               .help = "any option, each as likely",
                                               .fair = true,
                                               .open = open_uniform,
                                               .decide = strategy_draw,
                                               .close = close_uniform};

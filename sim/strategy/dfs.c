/*
 * dfs.c - every order there is, depth first: the last decision that has another value to try takes
 * it, and what came after is forgotten.
 *
 * Godefroid: Model Checking for Programming Languages using VeriSoft, POPL 1997. No state is kept
 * but the way to where we are: a run begins at the beginning and follows it. It is the oracle of
 * all others, and grows as the factorial of what can change places, so it is for what is small; a
 * program that can go round and round keeps it in its first circle.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "strategy/kinds.h"

struct turn {
    uint32_t value;
    uint32_t bound;
};

struct dfs {
    struct strategy strategy;
    struct turn *way; /* decisions from the first of a run */
    size_t length;
    size_t capacity;
    size_t at; /* of the run, on the way */
    bool begun;
};

static struct dfs *dfs_of(const struct strategy *strategy)
{
    return (struct dfs *)(uintptr_t)strategy;
}

static struct strategy *open_dfs(void)
{
    return must_alloc(sizeof(struct dfs));
}

static void close_dfs(struct strategy *strategy)
{
    free(dfs_of(strategy)->way);
    free(strategy);
}

static bool begin(struct strategy *strategy)
{
    struct dfs *dfs = dfs_of(strategy);

    dfs->at = 0;
    if (!dfs->begun) {
        dfs->begun = true;
        return true;
    }
    while (dfs->length > 0) {
        struct turn *last = &dfs->way[dfs->length - 1];

        if (++last->value < last->bound)
            return true;
        dfs->length--;
    }
    return false;
}

static void append(struct dfs *dfs, size_t bound)
{
    dfs->way = must_room(dfs->way, &dfs->capacity, dfs->length + 1, sizeof *dfs->way);
    dfs->way[dfs->length++] = (struct turn){0, (uint32_t)bound};
}

/* A bound that was another the last time is a program that is not the same twice, which the runs
 * that are repeated will show; the value only has to fit. */
static size_t decide(struct strategy *strategy, const struct choice *choice)
{
    struct dfs *dfs = dfs_of(strategy);

    if (choice->bound == 1)
        return 0;
    if (dfs->at == dfs->length)
        append(dfs, choice->bound);
    return dfs->way[dfs->at++].value % choice->bound;
}

static void covered(const struct strategy *strategy, char *text, size_t size)
{
    if (strategy->exhausted)
        strategy_covered_all(strategy, text, size);
}

const struct strategy_kind strategy_dfs = {.name = "dfs",
                                           .help = "every order, depth first",
                                           .learns = true,
                                           .ends = true,
                                           .open = open_dfs,
                                           .begin = begin,
                                           .decide = decide,
                                           .covered = covered,
                                           .close = close_dfs};

/* Fair, since what is ready runs in production order. */
const struct strategy_kind strategy_ties = {.name = "ties",
                                            .help = "every order of timers due together",
                                            .fair = true,
                                            .learns = true,
                                            .ends = true,
                                            .families = 1u << FAMILY_timer,
                                            .open = open_dfs,
                                            .begin = begin,
                                            .decide = decide,
                                            .covered = covered,
                                            .close = close_dfs};

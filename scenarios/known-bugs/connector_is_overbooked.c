/*
 * aiohttp #4936: the limit of a connector. A connection that is given back wakes a waiter; before
 * that one runs, a newcomer finds the place free and takes it: one more than the limit.
 */
#include "zoo.h"

#define LIMIT 1

static int in_use;
static struct line waiters;

static int take_connection(void)
{
    while (in_use == LIMIT) {
        RONDO_TRY(line_wait(&waiters));
        if (!fixed)
            break; /* it was woken, so there is a place */
    }
    in_use++;
    RONDO_ALWAYS("the_limit_is_kept", in_use <= LIMIT);
    return 0;
}

static int fetch(void)
{
    RONDO_TRY(take_connection());
    hop();
    in_use--;
    line_wake(&waiters);
    return 0;
}

static void run(void)
{
    CAST({"ann", fetch}, {"bob", fetch}, {"cid", fetch});
}

TWINS(run);

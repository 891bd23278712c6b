/*
 * sqlspec #346: two tasks make the pool at the same time; the second replaces the first, and the
 * one that nobody knows any more is never closed.
 */
#include "zoo.h"

static rondo_future *making;
static int made, pool; /* which one is the pool; 0: none yet */

static int provide_pool(void)
{
    int mine;

    if (pool != 0)
        return 0;
    if (fixed && making != NULL)
        return rondo_shield(making, NULL);
    if (fixed)
        making = rondo_create_future(NULL);
    mine = ++made;
    hop(); /* connects */
    pool = mine;
    rondo_set_result(making, 0);
    return 0;
}

static int query(void)
{
    hop();
    return provide_pool();
}

static void run(void)
{
    int closed;

    CAST({"ann", query}, {"bob", query});
    closed = pool != 0;
    RONDO_ALWAYS("every_pool_is_closed", made == closed);
    rondo_unref(making);
}

TWINS(run);

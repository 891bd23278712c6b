/*
 * asyncpg #320: a pool that one task initialises is taken for initialised by another, which finds
 * no connection in it.
 */
#include "zoo.h"

static bool initializing, initialized;
static int connections;
static struct line waiters;

static int initialize(void)
{
    if (initialized || (initializing && !fixed))
        return 0;
    if (initializing)
        return line_wait(&waiters);
    initializing = true;
    hop();
    connections = 1;
    initialized = true;
    line_wake_all(&waiters);
    return 0;
}

static int query(void)
{
    RONDO_TRY(initialize());
    RONDO_ALWAYS("the_pool_has_connections", connections > 0);
    return 0;
}

static void run(void)
{
    CAST({"ann", query}, {"bob", query});
}

TWINS(run);

/*
 * aiohttp #1623, PR 861: a connect that fails, or is cancelled, after it has been counted is never
 * counted off: slot by slot the connector starves.
 */
#include "zoo.h"

#define LIMIT 1

static int in_use;
static struct line waiters;

static void release(void)
{
    in_use--;
    line_wake(&waiters);
}

static int take_connection(void)
{
    int rc;

    while (in_use == LIMIT)
        RONDO_TRY(line_wait(&waiters));
    in_use++;
    rc = hop(); /* the handshake */
    if (rc < 0 && fixed)
        release();
    return rc;
}

static int fetch(void)
{
    RONDO_TRY(take_connection());
    release();
    return 0;
}

static int cancel_first(void)
{
    rondo_cancel(the("first"), NULL);
    return 0;
}

static void run(void)
{
    CAST({"first", fetch}, {"second", fetch}, {"canceller", cancel_first});
}

TWINS(run);

/*
 * aiohttp, change 12497: the connector is closed while a connect waits for the name of its host;
 * the connect goes on with what is not there any more.
 */
#include "zoo.h"

static int names[4];
static int *cache = names;

static int take_connection(void)
{
    if (cache == NULL)
        return RONDO_ESHUTDOWN;
    RONDO_TRY(hop()); /* the lookup */
    if (fixed && cache == NULL)
        return RONDO_ESHUTDOWN;
    RONDO_ALWAYS("the_cache_is_there", cache != NULL);
    cache[0]++;
    return 0;
}

static int fetch(void)
{
    int rc = take_connection();

    return rc == RONDO_ESHUTDOWN ? 0 : rc;
}

static int close_connector(void)
{
    hop();
    cache = NULL;
    return 0;
}

static void run(void)
{
    CAST({"client", fetch}, {"closer", close_connector});
}

TWINS(run);

/*
 * cpython bpo-23812: asyncio.Queue. put_nowait() hands the item to the getter that waits; if that
 * one is cancelled before it runs, the item goes with it.
 */
#include "zoo.h"

static struct line getters;
static int queued, got;

static int get(void)
{
    while (queued == 0) {
        RONDO_TRY(line_wait(&getters));
        if (!fixed)
            queued++; /* the item came with the wake-up */
    }
    queued--;
    got++;
    return 0;
}

static void put_nowait(void)
{
    bool waits = getters.count > 0 && !rondo_done(getters.places[0]);

    if (fixed || !waits)
        queued++;
    line_wake(&getters);
}

static int produce(void)
{
    put_nowait();
    return 0;
}

static int cancel_getter(void)
{
    rondo_cancel(the("getter"), NULL);
    return 0;
}

static void run(void)
{
    CAST({"getter", get}, {"producer", produce}, {"canceller", cancel_getter});
    RONDO_ALWAYS("the_item_is_somewhere", got + queued == 1);
}

TWINS(run);

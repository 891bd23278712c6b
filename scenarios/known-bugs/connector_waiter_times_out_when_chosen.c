/*
 * aiohttp #9670: the connector chooses a waiter at the instant at which that one times out; it goes
 * away, and nobody else is chosen: the rest waits for ever beside a free connection.
 */
#include "zoo.h"

static bool busy;
static struct line waiters;

static void release(void)
{
    busy = false;
    line_wake(&waiters);
}

static int take_connection(void)
{
    rondo_future *place;
    int rc = 0;

    if (busy || line_waits(&waiters)) {
        place = line_join(&waiters);
        rc = rondo_await(place, NULL);
        if (rc < 0 && !rondo_cancelled(place) && fixed)
            release(); /* it was chosen: let somebody else be */
        line_leave(&waiters, place);
    }
    if (rc == 0)
        busy = true;
    return rc;
}

static int fetch(void)
{
    RONDO_TRY(take_connection());
    hop();
    release();
    return 0;
}

static int hold(void)
{
    RONDO_TRY(take_connection());
    RONDO_TRY(rondo_sleep(RONDO_MS(1)));
    release();
    return 0;
}

static int fetch_in_time(void)
{
    int rc = 0;

    RONDO_TIMEOUT(rc, RONDO_MS(1)) {
        rc = fetch();
    }
    return rc == RONDO_ETIMEDOUT ? 0 : rc;
}

static void run(void)
{
    CAST({"holder", hold}, {"hasty", fetch_in_time}, {"patient", fetch});
}

TWINS(run);

/*
 * aiocache #222: "is there a pool? else make one" with an await in between: two tasks both find
 * none, and each makes one.
 */
#include "zoo.h"

static rondo_lock making = RONDO_LOCK("making");
static bool have_pool;
static int made;

static int get_pool(void)
{
    int rc = 0;

    if (have_pool)
        return 0;
    if (fixed)
        RONDO_TRY(rondo_lock_acquire(&making));
    if (!fixed || !have_pool) {
        rc = hop(); /* connecting */
        made++;
        have_pool = true;
    }
    if (fixed)
        rondo_lock_release(&making);
    return rc;
}

static int get(void)
{
    RONDO_TRY(get_pool());
    RONDO_ALWAYS("there_is_one_pool", made == 1);
    return 0;
}

static void run(void)
{
    CAST({"reader", get}, {"writer", get});
}

TWINS(run);

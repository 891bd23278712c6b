/*
 * anyio #1170: CapacityLimiter. A release wakes a waiter but keeps no token for it;
 * acquire_nowait() of another task takes it before the waiter runs, and then both have it.
 */
#include "zoo.h"

static int free_tokens = 1, borrowers;
static struct line waiters;

static bool acquire_nowait(void)
{
    if (free_tokens == 0)
        return false;
    free_tokens--;
    borrowers++;
    return true;
}

static int acquire(void)
{
    if (acquire_nowait())
        return 0;
    RONDO_TRY(line_wait(&waiters));
    if (!fixed)
        free_tokens--;
    borrowers++;
    return 0;
}

/* The mended one keeps the token for whom it wakes. */
static void release(void)
{
    bool woke = line_wake(&waiters);

    borrowers--;
    if (!woke || !fixed)
        free_tokens++;
}

static int use(void)
{
    RONDO_TRY(acquire());
    RONDO_ALWAYS("a_token_has_one_borrower", borrowers == 1);
    hop();
    release();
    return 0;
}

static int try_to_use(void)
{
    hop();
    if (!acquire_nowait())
        return 0;
    RONDO_ALWAYS("a_token_has_one_borrower", borrowers == 1);
    hop();
    release();
    return 0;
}

static void run(void)
{
    CAST({"ann", use}, {"bob", use}, {"cid", try_to_use});
}

TWINS(run);

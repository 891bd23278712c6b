/*
 * asyncpg #467, #547 (bpo-37658): wait_for(pool.acquire()). The deadline strikes when the acquire
 * has just succeeded: the caller gives up, and nobody gives the connection back.
 */
#include "zoo.h"

static rondo_semaphore pool = RONDO_SEMAPHORE("connections", 1);

static int acquire(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return rondo_semaphore_acquire(&pool);
}

/* Whatever ends the wait from outside stands for the deadline. */
static int acquire_in_time(void)
{
    rondo_task *acquiring = rondo_spawn(acquire, NULL, .name = "acquire");
    int rc = rondo_shield(acquiring, NULL), late;

    if (rc == RONDO_ECANCELED && rondo_cancel(acquiring, NULL))
        late = rondo_await(acquiring, NULL);
    else
        late = rondo_future_result(acquiring, NULL);
    if (rc < 0 && late == 0 && fixed)
        rondo_semaphore_release(&pool);
    rondo_unref(acquiring);
    return rc;
}

static int query(void)
{
    RONDO_TRY(acquire_in_time());
    hop();
    rondo_semaphore_release(&pool);
    return 0;
}

static int strike(void)
{
    hop();
    rondo_cancel(the("hasty"), NULL);
    return 0;
}

static void run(void)
{
    CAST({"patient", query}, {"hasty", query}, {"deadline", strike});
    CAST({"late", query});
}

TWINS(run);

/*
 * cpython gh-86766 (bpo-42600): wait_for(condition.wait()). Cancelled, it cancels the inner wait
 * but does not stay until that has its lock again: the block around it gives back a lock that
 * another task holds, or nobody does.
 */
#include "zoo.h"

static rondo_lock lock = RONDO_LOCK("guard");
static struct line waiters;
static int inside; /* how many are between an acquire and its release */

static int acquire(void)
{
    int rc;

    while ((rc = rondo_lock_acquire(&lock)) == RONDO_ECANCELED) {
    }
    inside++;
    RONDO_ALWAYS("one_is_inside", inside == 1);
    return rc;
}

static void release(void)
{
    int rc = rondo_lock_release(&lock);

    inside--;
    RONDO_ALWAYS("what_is_given_back_is_held", rc == 0);
}

static int condition_wait(void *arg, rondo_value *out)
{
    int rc;

    (void)arg;
    (void)out;
    release();
    rc = line_wait(&waiters);
    RONDO_TRY(acquire());
    return rc;
}

static int wait_with_a_limit(void)
{
    rondo_task *waiting;
    int rc;

    RONDO_TRY(rondo_lock_acquire(&lock));
    inside++;
    waiting = rondo_spawn(condition_wait, NULL, .name = "condition.wait");
    rc = rondo_shield(waiting, NULL);
    if (rc == RONDO_ECANCELED && rondo_cancel(waiting, NULL) && fixed) {
        while (!rondo_done(waiting))
            rc = rondo_shield(waiting, NULL);
    }
    release();
    rondo_unref(waiting);
    return rc;
}

static int use(void)
{
    RONDO_TRY(acquire());
    hop();
    release();
    return 0;
}

static int strike(void)
{
    hop();
    line_wake_all(&waiters); /* so that it ends, if the cancel comes too early */
    rondo_cancel(the("waiter"), NULL);
    return 0;
}

static void run(void)
{
    CAST({"waiter", wait_with_a_limit}, {"user", use}, {"canceller", strike});
}

TWINS(run);

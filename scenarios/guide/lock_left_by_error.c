/*
 * 000-7.4-scope: a block with a lock gives it back however it is left: by a failure, and by a
 * cancellation in the middle of a wait.
 */
#include <stdio.h>

#include "rondo.h"

static const char *truth(bool value)
{
    return value ? "True" : "False";
}

static int fail_inside(rondo_lock *lock)
{
    int rc;

    RONDO_LOCKED(rc, lock) {
        return rondo_fail(RONDO_EUSER, "inside the block");
    }
    return rc;
}

static int hold_for_long(void *lock, rondo_value *out)
{
    int rc;

    (void)out;
    RONDO_LOCKED(rc, (rondo_lock *)lock) {
        RONDO_TRY(rondo_sleep(RONDO_S(10)));
    }
    return rc;
}

static int cancel_inside(rondo_lock *lock)
{
    rondo_task *task = rondo_spawn(hold_for_long, lock, .name = "holder");
    int rc = rondo_sleep(RONDO_S(1));

    if (rc == 0) {
        printf("held: %s\n", truth(rondo_lock_locked(lock)));
        rondo_cancel(task, NULL);
        rc = rondo_await(task, NULL);
    }
    rondo_unref(task);
    return rc;
}

static int async_main(void *arg, rondo_value *out)
{
    static rondo_lock lock = RONDO_LOCK("lock");
    int rc;

    (void)arg;
    (void)out;
    rc = fail_inside(&lock);
    if (rc != RONDO_EUSER)
        return rc;
    printf("locked after exception: %s\n", truth(rondo_lock_locked(&lock)));
    rc = cancel_inside(&lock);
    if (rc != RONDO_ECANCELED)
        return rc;
    printf("locked after cancel: %s\n", truth(rondo_lock_locked(&lock)));
    return 0;
}

RONDO_PROGRAM(lock_left_by_error, async_main);

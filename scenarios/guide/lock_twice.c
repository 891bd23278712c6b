/*
 * 000-7.4-selfdead: the smallest circle: a lock is not re-entrant, so a task that takes it twice
 * waits for itself.
 */
#include <stdio.h>

#include "rondo.h"

static int async_main(void *arg, rondo_value *out)
{
    static rondo_lock lock = RONDO_LOCK("L");
    int rc;

    (void)arg;
    (void)out;
    RONDO_LOCKED(rc, &lock) {
        RONDO_LOCKED(rc, &lock) {
            puts("never reached");
        }
    }
    return rc;
}

RONDO_PROGRAM(lock_twice, async_main);

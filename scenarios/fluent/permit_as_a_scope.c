/*
 * 002-3: `with (await semaphore)` was a block with a permit, until Python 3.9. In C that block is
 * RONDO_PERMIT; acquiring gives a code, which is no scope and cannot be mistaken for one.
 */
#include "rondo.h"

#include <stdio.h>

static rondo_semaphore semaphore = RONDO_SEMAPHORE("downloads", 1);

static const char *state(void)
{
    return rondo_semaphore_locked(&semaphore) ? "locked" : "free";
}

static int main_coroutine(void *arg, rondo_value *out)
{
    int rc = 0;

    (void)arg;
    (void)out;
    RONDO_PERMIT(rc, &semaphore) {
        printf("in the block: %s\n", state());
    }
    printf("after it: %s\n", state());
    return rc;
}

RONDO_PROGRAM(permit_as_a_scope, main_coroutine);

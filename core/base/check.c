/*
 * check.c - see check.h.
 */
#include "base/check.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

static void (*dumps[CHECK_DUMPS_MAX])(void);

volatile bool check_failing;

void check_on_failure(void (*dump)(void))
{
    for (size_t i = 0; i < CHECK_DUMPS_MAX; i++) {
        if (dumps[i] == dump)
            return;
        if (dumps[i] == NULL) {
            dumps[i] = dump;
            return;
        }
    }
    CHECK_NEVER("too many dump functions");
}

void check_failed(const char *expression, const char *file, int line)
{
    static int failing; /* a dump that itself fails must not start again */

    /* Not to stderr: that may be a simulated process's, which nobody reads any more. */
    dprintf(2, "rondo: broken invariant: %s at %s:%d\n", expression, file, line);
    check_failing = true;
    if (failing++ == 0) {
        for (size_t i = 0; i < CHECK_DUMPS_MAX && dumps[i] != NULL; i++)
            dumps[i]();
    }
    abort();
}

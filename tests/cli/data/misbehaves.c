/*
 * misbehaves.c - programs that a harness must survive and name.
 */
#include <stdio.h>
#include <stdlib.h>

#include "rondo.h"

/* The C library's own state outlives a run, so the second run prints something else. */
static int differs(void *arg, rondo_value *out)
{
    printf("%d\n", rand());
    return 0;
}

/* Suspends, but never ends. */
static int goes_round(void *arg, rondo_value *out)
{
    for (;;)
        RONDO_TRY(rondo_sleep(0));
}

/* Never suspends. */
static int burns(void *arg, rondo_value *out)
{
    for (volatile unsigned i = 0;; i++)
        continue;
    return 0;
}

static int fails(void *arg, rondo_value *out)
{
    return rondo_fail(RONDO_ETIMEDOUT, "too late");
}

static int exits(int argc, char **argv)
{
    printf("argument %s", argc > 1 ? argv[1] : "none");
    exit(7);
}

/* What one run leaves in globals and on the heap must not be there in the next. */
static int counts(void *arg, rondo_value *out)
{
    static int runs;
    int *leak = malloc(1000 * sizeof *leak);

    printf("run %d, heap %s\n", ++runs, leak != NULL ? "there" : "spent");
    return 0;
}

RONDO_PROGRAM(differs, differs);
RONDO_PROGRAM(goes_round, goes_round);
RONDO_PROGRAM(burns, burns);
RONDO_PROGRAM(fails, fails);
RONDO_PROGRAM(exits, exits);
RONDO_PROGRAM(counts, counts);

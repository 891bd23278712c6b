/*
 * misbehaves.c - programs that a harness must survive and name.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "rondo.h"

/* The C library's own state outlives a run, so the second run prints something else. */
static int differs(void *arg, rondo_value *out)
{
    printf("%ld\n", lrand48());
    return 0;
}

/* Plain C: its clocks are virtual, its chance is the same in every run. */
static int plain_c(int argc, char **argv)
{
    time_t start = time(NULL);
    struct timespec now;
    int first = rand();
    unsigned drawn[2] = {0};

    sleep(90);
    usleep(1500);
    clock_gettime(CLOCK_REALTIME, &now);
    srand(1);
    if (getentropy(&drawn[0], sizeof drawn[0]) != 0 ||
        getrandom(&drawn[1], sizeof drawn[1], 0) != sizeof drawn[1])
        return 1;
    printf("%ld s later, chance %s %08x %08x, input %s\n", (long)(now.tv_sec - start),
           rand() == first ? "the same" : "another", drawn[0], drawn[1],
           getchar() == EOF ? "none" : "some");
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

static int crashes(void *arg, rondo_value *out)
{
    volatile uintptr_t nowhere = 16;

    *(volatile int *)nowhere = 1;
    return 0;
}

static int deeper(int depth)
{
    volatile char frame[1024];

    frame[0] = (char)depth;
    return depth > 1000000 ? 0 : deeper(depth + 1) + frame[0];
}

static int overflows(void *arg, rondo_value *out)
{
    return deeper(0) < 0;
}

static int overflows_in_a_task(void *arg, rondo_value *out)
{
    rondo_task *task = rondo_spawn(overflows, NULL, .name = "deep"); /* here */
    int rc = rondo_await(task, NULL);

    rondo_unref(task);
    return rc;
}

static int aborts(void *arg, rondo_value *out)
{
    abort();
}

static int asserts(void *arg, rondo_value *out)
{
#undef NDEBUG
#include <assert.h>
    assert(7 == 8);
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

/* A way out that the C library knows nothing of. */
static int leaves(void *arg, rondo_value *out)
{
    printf("gone\n");
    _exit(3);
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
RONDO_PROGRAM(crashes, crashes);
RONDO_PROGRAM(overflows, overflows);
RONDO_PROGRAM(overflows_in_a_task, overflows_in_a_task);
RONDO_PROGRAM(aborts, aborts);
RONDO_PROGRAM(asserts, asserts);
RONDO_PROGRAM(fails, fails);
RONDO_PROGRAM(exits, exits);
RONDO_PROGRAM(counts, counts);
RONDO_PROGRAM(plain_c, plain_c);
RONDO_PROGRAM(leaves, leaves);

/*
 * cpython PR 128475, aiohappyeyeballs PR 142: staggered_race(). A failed attempt starts the next;
 * if another has won meanwhile, and has cancelled all that there were, the new one is cancelled by
 * nobody and outlives the race.
 */
#include "zoo.h"

static rondo_task *third;
static bool failed, won;
static struct line connecting, failing;

static int attempt(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return line_wait(&connecting); /* to an address that never answers */
}

static int fail(void)
{
    int rc = line_wait(&failing);

    if (!failed)
        return rc;
    if (!won || !fixed)
        third = rondo_spawn(attempt, NULL, .name = "third");
    return 0;
}

static int win(void)
{
    hop();
    failed = true; /* the network answers both at once */
    line_wake_all(&failing);
    hop();
    won = true;
    rondo_cancel(the("first"), NULL);
    rondo_cancel(third, NULL);
    return 0;
}

static void run(void)
{
    int rc;

    CAST({"first", fail}, {"second", win});
    rc = rondo_await(third, NULL);
    (void)rc;
    rondo_unref(third);
}

TWINS(run);

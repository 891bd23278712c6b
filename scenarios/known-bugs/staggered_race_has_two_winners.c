/*
 * cpython gh-128479: staggered_race(). The winner cancels the others; one whose connection is there
 * already keeps it, and wins too.
 */
#include "zoo.h"

static struct line connecting;
static bool connected;
static int winner = -1;

static int race(int index, const char *rival)
{
    int rc = connected ? hop() : line_wait(&connecting);

    if ((rc < 0 && !connected) || (fixed && winner >= 0))
        return rc;
    RONDO_ALWAYS("there_is_one_winner", winner < 0);
    winner = index;
    rondo_cancel(the(rival), NULL);
    return 0;
}

static int try_v6(void)
{
    return race(6, "v4");
}

static int try_v4(void)
{
    return race(4, "v6");
}

static int network(void)
{
    hop();
    connected = true;
    line_wake_all(&connecting);
    return 0;
}

static void run(void)
{
    CAST({"v6", try_v6}, {"v4", try_v4}, {"network", network});
}

TWINS(run);

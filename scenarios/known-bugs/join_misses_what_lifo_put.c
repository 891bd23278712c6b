/*
 * python/asyncio #235: LifoQueue and PriorityQueue put in a way of their own, which does not count
 * the item as unfinished: join() returns before the work is done.
 */
#include "zoo.h"

static int items, counted, done;
static struct line getters, joiners;

static void put(void)
{
    items++;
    if (fixed)
        counted++;
    line_wake(&getters);
}

static int join(void)
{
    while (counted > 0)
        RONDO_TRY(line_wait(&joiners));
    return 0;
}

static int produce(void)
{
    put();
    put();
    RONDO_TRY(join());
    RONDO_ALWAYS("join_waits_for_the_work", done == 2);
    return 0;
}

static int work(void)
{
    while (done < 2) {
        while (items == 0)
            RONDO_TRY(line_wait(&getters));
        items--;
        hop();
        done++;
        counted -= counted > 0;
        if (counted == 0)
            line_wake_all(&joiners);
    }
    return 0;
}

static void run(void)
{
    CAST({"producer", produce}, {"worker", work});
}

TWINS(run);

/*
 * cpython gh-83055: asyncio.Queue. A get makes room and wakes the putter that has waited longest;
 * before it runs, a newcomer puts: items leave in another order than they were put in.
 */
#include "zoo.h"

static struct line putters, getters;
static bool full;
static int content, began, last;

static int put(void)
{
    int ticket = ++began;

    while (full || (fixed && putters.count > 0)) {
        RONDO_TRY(line_wait(&putters));
        if (fixed)
            break; /* it kept its place until it ran, so nobody can have come between */
    }
    full = true;
    content = ticket;
    line_wake(&getters);
    return 0;
}

static int get_three(void)
{
    for (int i = 0; i < 3; i++) {
        while (!full)
            RONDO_TRY(line_wait(&getters));
        RONDO_ALWAYS("who_puts_first_is_first", content == last + 1);
        last = content;
        full = false;
        line_wake(&putters);
    }
    return 0;
}

static void run(void)
{
    CAST({"ann", put}, {"bob", put}, {"cid", put}, {"getter", get_three});
}

TWINS(run);

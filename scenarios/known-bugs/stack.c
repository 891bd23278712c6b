/*
 * stack (SCTBench, CS): "something was pushed once" is taken for "something is there": the second
 * thread pops what is not on the stack.
 */
#include "threads.h"

enum { ITEMS = 10 };

static rondo_lock lock = RONDO_LOCK("stack");
static int stack[ITEMS], top;
static bool pushed;

static int push_all(int number)
{
    int at;

    (void)number;
    for (int i = 0; i < ITEMS; i++) {
        LOCK(&lock);
        at = RONDO_READ(top);
        RONDO_WRITE(stack[at], i);
        RONDO_WRITE(top, at + 1);
        RONDO_WRITE(pushed, true);
        UNLOCK(&lock);
    }
    return 0;
}

static int pop_all(int number)
{
    (void)number;
    for (int i = 0; i < ITEMS; i++) {
        LOCK(&lock);
        if (fixed ? RONDO_READ(top) > 0 : RONDO_READ(pushed)) {
            RONDO_ALWAYS("something_is_there", RONDO_READ(top) > 0);
            RONDO_WRITE(top, RONDO_READ(top) - 1);
        }
        UNLOCK(&lock);
    }
    return 0;
}

static void run(int size)
{
    (void)size;
    start("pusher", push_all, 1);
    start("popper", pop_all, 1);
    join();
}

TWINS(run)

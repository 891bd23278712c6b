/*
 * wronglock (SCTBench, CS): one thread changes the data under its lock, the others under another.
 */
#include "threads.h"

static rondo_lock right = RONDO_LOCK("right"), wrong = RONDO_LOCK("wrong");
static int data;

static int add_and_look(int number)
{
    int before;

    (void)number;
    LOCK(&right);
    before = RONDO_READ(data);
    RONDO_WRITE(data, before + 1);
    RONDO_ALWAYS("nobody_else_adds", RONDO_READ(data) == before + 1);
    UNLOCK(&right);
    return 0;
}

static int add(int number)
{
    rondo_lock *lock = fixed ? &right : &wrong;
    int before;

    (void)number;
    LOCK(lock);
    before = RONDO_READ(data);
    RONDO_WRITE(data, before + 1);
    UNLOCK(lock);
    return 0;
}

/* wronglock has seven others, wronglock_3 three. */
static void run(int others)
{
    start("right", add_and_look, 1);
    start("wrong", add, others);
    join();
}

TWINS_OF(run, 3)
TWINS_OF(run, 7)

/*
 * leaves_things_behind.c - a task whose failure nobody looks at, a coroutine that nobody awaits, a
 * future that nobody lets go. The twin is tidy.
 */
#include "rondo.h"

static int deliver(void *arg, rondo_value *out)
{
    (void)out;
    RONDO_TRY(rondo_sleep(RONDO_MS(5)));
    return arg != NULL ? 0 : rondo_fail(RONDO_EUSER, "no such street");
}

static int careless(void *arg, rondo_value *out)
{
    rondo_future *receipt = rondo_create_future(NULL);
    rondo_task *task = rondo_spawn(deliver, NULL, .name = "courier");
    int rc;

    (void)arg, (void)out;
    RONDO_COROUTINE(second, deliver, receipt);
    (void)second;
    rc = rondo_sleep(RONDO_MS(10));
    rondo_unref(task);
    return rc;
}

static int tidy(void *arg, rondo_value *out)
{
    rondo_future *receipt = rondo_create_future(NULL);
    rondo_task *task = rondo_spawn(deliver, NULL, .name = "courier");
    int rc, failure = rondo_await(task, NULL);

    (void)arg, (void)out;
    RONDO_COROUTINE(second, deliver, receipt);
    rc = rondo_await_coroutine(&second, NULL);
    rondo_unref(task);
    rondo_unref(receipt);
    return failure == RONDO_EUSER ? rc : failure;
}

RONDO_PROGRAM(careless, careless);
RONDO_PROGRAM(tidy, tidy);

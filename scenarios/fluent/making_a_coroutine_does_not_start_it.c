/*
 * 002-2-prime: a coroutine that has been made has not been started, and nothing starts it but
 * whoever awaits it or hands it to the loop.
 */
#include <stdio.h>

#include "rondo.h"

static bool started;

static int work(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    started = true;
    return 0;
}

static int async_main(void *arg, rondo_value *out)
{
    RONDO_COROUTINE(made, work, arg);

    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    puts(started ? "started by itself" : "not started by being created");
    RONDO_TRY(rondo_await_coroutine(&made, out));
    puts(started ? "started" : "still not started");
    return 0;
}

RONDO_PROGRAM(making_a_coroutine_does_not_start_it, async_main);

/*
 * 000-2.3: five seconds of waiting and five of computing, each as five coroutines at once and as
 * five plain calls in turn. Waits overlap, computing does not: there is one thread.
 *
 * Computing is a blocking uv_sleep(), which takes its second of the virtual clock and lets nobody
 * else run meanwhile, as computing does.
 */
#include <stdio.h>
#include <uv.h>

#include "rondo.h"

static int wait_a_second(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return rondo_sleep(RONDO_S(1));
}

static int compute_a_second(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    uv_sleep(1000); /* computes: never suspends */
    return 0;
}

static int five_at_once(rondo_fn work)
{
    rondo_task *tasks[5];
    int rc;

    for (int i = 0; i < 5; i++)
        tasks[i] = rondo_spawn(work, NULL);
    rc = rondo_gather(tasks, 5, 0, NULL);
    rondo_unref_all(tasks, 5);
    return rc;
}

static int five_in_turn(rondo_fn work)
{
    for (int i = 0; i < 5; i++)
        RONDO_TRY(work(NULL, NULL));
    return 0;
}

static int measure(const char *what, rondo_fn work)
{
    uint64_t start = uv_hrtime();

    RONDO_TRY(five_at_once(work));
    printf("%s 5 x 1 s -> %.0f s\n", what, (double)(uv_hrtime() - start) / 1e9);
    return 0;
}

static int async_main(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    RONDO_TRY(measure("io", wait_a_second));
    return measure("cpu", compute_a_second);
}

static int waits_at_once(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return five_at_once(wait_a_second);
}

static int waits_in_turn(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return five_in_turn(wait_a_second);
}

static int computes_at_once(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return five_at_once(compute_a_second);
}

static int computes_in_turn(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return five_in_turn(compute_a_second);
}

RONDO_PROGRAM(wait_or_compute, async_main);
RONDO_PROGRAM(waits_at_once, waits_at_once);
RONDO_PROGRAM(waits_in_turn, waits_in_turn);
RONDO_PROGRAM(computes_at_once, computes_at_once);
RONDO_PROGRAM(computes_in_turn, computes_in_turn);

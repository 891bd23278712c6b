/*
 * 002-1-nopre: two tasks add to one number, a thousand times each, and work a millisecond between
 * reading it and writing it back. Threads would lose additions; a coroutine is not suspended where
 * it does not wait. The work is modelled by uv_sleep, which takes time and never suspends.
 */
#include "rondo.h"

#include <stdio.h>
#include <uv.h>

static int x;

static int add_a_thousand(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    for (int i = 0; i < 1000; i++) {
        int seen = x;

        uv_sleep(1);
        x = seen + 1;
    }
    return 0;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    uint64_t start = uv_hrtime();
    rondo_task *tasks[2];
    int rc;

    (void)arg;
    (void)out;
    for (int i = 0; i < 2; i++)
        tasks[i] = rondo_spawn(add_a_thousand, NULL);
    rc = rondo_gather(tasks, 2, 0, NULL);
    rondo_unref_all(tasks, 2);
    printf("x %d t %.1f\n", x, (double)(uv_hrtime() - start) / 1e9);
    return rc;
}

RONDO_PROGRAM(no_preemption_between_awaits, main_coroutine);

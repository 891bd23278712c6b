/*
 * 003-25-gil: three seconds of computing, in a coroutine and then in a thread, each beside a task
 * that beats three times, a second apart. Computing is modelled by uv_sleep: it takes time and lets
 * nobody else run on its thread.
 */
#include "rondo.h"

#include <stdio.h>
#include <uv.h>

static int compute(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    uv_sleep(3000);
    return 0;
}

static int compute_in_a_thread(void *arg, rondo_value *out)
{
    return rondo_to_thread(compute, arg, out);
}

static int beat(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    for (int i = 0; i < 3; i++) {
        printf("beat %d\n", i);
        RONDO_TRY(rondo_sleep(RONDO_S(1)));
    }
    return 0;
}

static int beside_a_beat(const char *name, rondo_fn fn)
{
    rondo_task *task = rondo_spawn(beat, NULL);
    int rc;

    puts(name);
    rc = fn(NULL, NULL);
    if (rc == 0)
        rc = rondo_await(task, NULL);
    rondo_unref(task);
    return rc;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    RONDO_TRY(beside_a_beat("inline", compute));
    return beside_a_beat("thread", compute_in_a_thread);
}

RONDO_PROGRAM(computing_in_a_thread, main_coroutine);

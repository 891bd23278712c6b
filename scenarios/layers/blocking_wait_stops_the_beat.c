/*
 * 003-5: a blocking wait stops the whole program, a wait of the loop does not. A task that beats
 * twice, half a second apart, runs beside each: it starts after the first, during the second.
 */
#include "rondo.h"

#include <stdio.h>
#include <uv.h>

static int blocking_io(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    uv_sleep(1000); /* blocks the whole program */
    return 0;
}

static int non_blocking_io(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return rondo_sleep(RONDO_S(1)); /* does not block the loop */
}

static int beat(void *label, rondo_value *out)
{
    (void)out;
    for (int i = 0; i < 2; i++) {
        printf("%s beat %d\n", (const char *)label, i);
        RONDO_TRY(rondo_sleep(RONDO_MS(500)));
    }
    return 0;
}

static int beat_beside(rondo_fn io, char *label)
{
    rondo_task *task = rondo_spawn(beat, label);
    int rc = io(NULL, NULL);

    if (rc == 0)
        rc = rondo_await(task, NULL);
    rondo_unref(task);
    return rc;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    RONDO_TRY(beat_beside(blocking_io, "blocking"));
    return beat_beside(non_blocking_io, "non_blocking");
}

RONDO_PROGRAM(blocking_wait_stops_the_beat, main_coroutine);

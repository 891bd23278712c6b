/*
 * 000-10.6: a beat every second, and a component that blocks the loop for five: the beat that was
 * due at 1 s comes at 5.5 s, when the loop has its thread back.
 */
#include <stdio.h>
#include <uv.h>

#include "rondo.h"

static int beat(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    for (int i = 0; i < 4; i++) {
        printf("beat %d\n", i);
        RONDO_TRY(rondo_sleep(RONDO_S(1)));
    }
    return 0;
}

static int rude(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    RONDO_TRY(rondo_sleep(RONDO_MS(500)));
    uv_sleep(5000); /* blocks the loop */
    puts("rude done");
    return 0;
}

static int async_main(void *arg, rondo_value *out)
{
    rondo_task *tasks[2];
    int rc;

    (void)arg;
    (void)out;
    tasks[0] = rondo_spawn(beat, NULL, .name = "beat");
    tasks[1] = rondo_spawn(rude, NULL, .name = "rude");
    rc = rondo_gather(tasks, 2, 0, NULL);
    rondo_unref_all(tasks, 2);
    return rc;
}

RONDO_PROGRAM(rude_component_stalls_all, async_main);

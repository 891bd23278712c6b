/*
 * 000-4.1a: a coroutine that simulates a wait. Alone it prints its two lines, two seconds apart;
 * beside it, another task runs in the middle of the wait.
 */
#include <stdio.h>

#include "rondo.h"

static int fetch_data(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    puts("Start fetching");
    RONDO_TRY(rondo_sleep(RONDO_S(2))); /* simulates a wait that does not block */
    puts("Data fetched");
    return 0;
}

static int another(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    puts("another task runs");
    return 0;
}

static int fetch_beside_another(void *arg, rondo_value *out)
{
    rondo_task *tasks[2];
    int rc;

    (void)arg;
    (void)out;
    tasks[0] = rondo_spawn(fetch_data, NULL, .name = "fetch_data");
    tasks[1] = rondo_spawn(another, NULL, .name = "another");
    rc = rondo_gather(tasks, 2, 0, NULL);
    rondo_unref_all(tasks, 2);
    return rc;
}

RONDO_PROGRAM(fetch_leaves_the_loop_free, fetch_data);
RONDO_PROGRAM(fetch_beside_another, fetch_beside_another);

/*
 * 004-c23-cost: two tasks give way to each other twenty thousand times each. What a switch costs is
 * a matter of the real clock; on the virtual one it costs nothing.
 */
#include "rondo.h"

#include <stdio.h>

static int switches;

static int give_way(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    for (int i = 0; i < 20000; i++) {
        RONDO_TRY(rondo_sleep(0));
        switches++;
    }
    return 0;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    rondo_task *tasks[2];
    int rc;

    (void)arg;
    (void)out;
    for (int i = 0; i < 2; i++)
        tasks[i] = rondo_spawn(give_way, NULL);
    rc = rondo_gather(tasks, 2, 0, NULL);
    rondo_unref_all(tasks, 2);
    printf("%d switches done\n", switches);
    return rc;
}

RONDO_PROGRAM(forty_thousand_switches, main_coroutine);

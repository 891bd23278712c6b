/*
 * 001-c40: three tasks of two seconds say when they begin and when they end. At its sleep each
 * gives way to the next; in which order they come back at the same instant is chance.
 */
#include "rondo.h"

#include <stdio.h>

static int task(void *arg, rondo_value *out)
{
    const int *id = arg;

    (void)out;
    printf("start %d\n", *id);
    RONDO_TRY(rondo_sleep(RONDO_S(2)));
    printf("end %d\n", *id);
    return 0;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    static int ids[] = {0, 1, 2};
    rondo_task *tasks[3];
    int rc;

    (void)arg;
    (void)out;
    for (int i = 0; i < 3; i++)
        tasks[i] = rondo_spawn(task, &ids[i]);
    rc = rondo_gather(tasks, 3, 0, NULL);
    rondo_unref_all(tasks, 3);
    return rc;
}

RONDO_PROGRAM(three_sleeps_begin_and_end, main_coroutine);

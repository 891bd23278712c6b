/*
 * 001-2: the same three tasks as coroutines, gathered. They sleep at the same time, and the whole
 * takes two seconds.
 */
#include "rondo.h"

#include <stdio.h>

static int task(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    RONDO_TRY(rondo_sleep(RONDO_S(2)));
    puts("hello");
    return 0;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    rondo_task *tasks[3];
    int rc;

    (void)arg;
    (void)out;
    for (int i = 0; i < 3; i++)
        tasks[i] = rondo_spawn(task, NULL);
    rc = rondo_gather(tasks, 3, 0, NULL);
    rondo_unref_all(tasks, 3);
    return rc;
}

RONDO_PROGRAM(hello_thrice_together, main_coroutine);

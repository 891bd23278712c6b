/*
 * 003-13: a semaphore with two permits lets five workers of one second through, two at a time. Who
 * of two that end at the same instant speaks first is chance.
 */
#include "rondo.h"

#include <stdio.h>

static rondo_semaphore semaphore = RONDO_SEMAPHORE("workers", 2);

static int worker(void *arg, rondo_value *out)
{
    const int *id = arg;
    int rc = 0;

    (void)out;
    RONDO_PERMIT(rc, &semaphore) {
        printf("工作者 %d 开始\n", *id);
        RONDO_TRY(rondo_sleep(RONDO_S(1)));
        printf("工作者 %d 完成\n", *id);
    }
    return rc;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    static int ids[] = {0, 1, 2, 3, 4};
    rondo_task *tasks[5];
    int rc;

    (void)arg;
    (void)out;
    for (int i = 0; i < 5; i++)
        tasks[i] = rondo_spawn(worker, &ids[i]);
    rc = rondo_gather(tasks, 5, 0, NULL);
    rondo_unref_all(tasks, 5);
    return rc;
}

RONDO_PROGRAM(five_workers_two_permits, main_coroutine);

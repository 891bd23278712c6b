/*
 * 003-12: a lock lets one coroutine at a time into the protected second; three take three seconds.
 */
#include "rondo.h"

#include <stdio.h>

static rondo_lock lock = RONDO_LOCK("resource");

static int protected_resource(void *arg, rondo_value *out)
{
    const char *name = arg;
    int rc = 0;

    (void)out;
    RONDO_LOCKED(rc, &lock) {
        printf("%s 获得了锁\n", name);
        RONDO_TRY(rondo_sleep(RONDO_S(1))); /* in place of work */
        printf("%s 释放了锁\n", name);
    }
    return rc;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    static char *const names[] = {"协程1", "协程2", "协程3"};
    rondo_task *tasks[3];
    int rc;

    (void)arg;
    (void)out;
    for (int i = 0; i < 3; i++)
        tasks[i] = rondo_spawn(protected_resource, names[i]);
    rc = rondo_gather(tasks, 3, 0, NULL);
    rondo_unref_all(tasks, 3);
    return rc;
}

RONDO_PROGRAM(three_coroutines_one_lock, main_coroutine);

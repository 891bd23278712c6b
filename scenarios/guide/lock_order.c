/*
 * 000-7.4-ordered: 000-7.4-circular with one order of locks for all: the second task stops at the
 * first lock, holding nothing, and no circle can close.
 */
#include <stdio.h>

#include "rondo.h"

struct job {
    const char *name;
    rondo_lock *first;
    rondo_lock *second;
};

static int take_both(void *arg, rondo_value *out)
{
    const struct job *job = arg;
    int rc;

    (void)out;
    RONDO_LOCKED(rc, job->first) {
        printf("%s has first\n", job->name);
        RONDO_TRY(rondo_sleep(RONDO_S(1)));
        RONDO_LOCKED(rc, job->second) {
            printf("%s has both\n", job->name);
        }
    }
    return rc;
}

static int async_main(void *arg, rondo_value *out)
{
    static rondo_lock a = RONDO_LOCK("A");
    static rondo_lock b = RONDO_LOCK("B");
    static struct job jobs[] = {{"t1", &a, &b}, {"t2", &a, &b}};
    rondo_task *tasks[2];
    int rc;

    (void)arg;
    (void)out;
    for (int i = 0; i < 2; i++)
        tasks[i] = rondo_spawn(take_both, &jobs[i], .name = jobs[i].name);
    rc = rondo_gather(tasks, 2, 0, NULL);
    rondo_unref_all(tasks, 2);
    return rc;
}

RONDO_PROGRAM(lock_order, async_main);

/*
 * 000-7.3-lock: two tasks want one lock; the second waits in line until the first has released it.
 */
#include <stdio.h>

#include "rondo.h"

struct job {
    rondo_lock *lock;
    const char *name;
};

static int locked_task(void *arg, rondo_value *out)
{
    const struct job *job = arg;
    int rc;

    (void)out;
    RONDO_LOCKED(rc, job->lock) {
        printf("%s has the lock\n", job->name);
        rc = rondo_sleep(RONDO_S(1));
    }
    if (rc == 0)
        printf("%s released the lock\n", job->name);
    return rc;
}

static int async_main(void *arg, rondo_value *out)
{
    static rondo_lock lock = RONDO_LOCK("lock");
    static struct job jobs[] = {{&lock, "First"}, {&lock, "Second"}};
    rondo_task *tasks[2];
    int rc;

    (void)arg;
    (void)out;
    for (int i = 0; i < 2; i++)
        tasks[i] = rondo_spawn(locked_task, &jobs[i], .name = jobs[i].name);
    rc = rondo_gather(tasks, 2, 0, NULL);
    rondo_unref_all(tasks, 2);
    return rc;
}

RONDO_PROGRAM(lock_two_tasks, async_main);

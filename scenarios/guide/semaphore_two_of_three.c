/*
 * 000-7.3-sem: a semaphore lets two of three tasks in at once; the third waits for a permit. In
 * which order the first two leave, and when between them the third enters, the timers decide.
 */
#include <stdio.h>

#include "rondo.h"

struct job {
    rondo_semaphore *semaphore;
    const char *name;
};

static int resource_access(void *arg, rondo_value *out)
{
    const struct job *job = arg;
    int rc;

    (void)out;
    RONDO_PERMIT(rc, job->semaphore) {
        printf("%s acquired the semaphore\n", job->name);
        rc = rondo_sleep(RONDO_S(1));
    }
    if (rc == 0)
        printf("%s released the semaphore\n", job->name);
    return rc;
}

static int async_main(void *arg, rondo_value *out)
{
    static rondo_semaphore semaphore = RONDO_SEMAPHORE("semaphore", 2); /* 2 at a time */
    static struct job jobs[] = {{&semaphore, "Task 1"},
                                {&semaphore, "Task 2"},
                                {&semaphore, "Task 3"}};
    rondo_task *tasks[3];
    int rc;

    (void)arg;
    (void)out;
    for (int i = 0; i < 3; i++)
        tasks[i] = rondo_spawn(resource_access, &jobs[i], .name = jobs[i].name);
    rc = rondo_gather(tasks, 3, 0, NULL);
    rondo_unref_all(tasks, 3);
    return rc;
}

RONDO_PROGRAM(semaphore_two_of_three, async_main);

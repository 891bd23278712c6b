/*
 * host.c - see host.h.
 */
#include "host.h"

#include <time.h>

#include "task_core.h"

/* Turns between two looks at the clock: about a microsecond of work. */
#define TURNS 1000

static int64_t spent(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void rondo_busy(int64_t cost_ns)
{
    int64_t start;

    if (observer != NULL && observer->busy != NULL) {
        observer->busy(observer->self, cost_ns);
        return;
    }
    start = spent();
    while (spent() - start < cost_ns) {
        for (volatile int turn = 0; turn < TURNS; turn++)
            ;
    }
}

void rondo_role(const char *name)
{
    observe(OBSERVED_ROLE, .who = subject_running(), .text = name);
}

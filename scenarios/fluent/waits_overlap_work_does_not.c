/*
 * 002-5: concurrent is not parallel. Three tasks work for a second each and then wait for a second:
 * the waits overlap, the work does not, since one body runs at an instant. The work is modelled by
 * uv_sleep, which takes time and never suspends.
 */
#include "rondo.h"

#include <stdio.h>
#include <uv.h>

static int working;
static int peak;

static int work_then_wait(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    working++;
    if (working > peak)
        peak = working;
    uv_sleep(1000);
    working--;
    return rondo_sleep(RONDO_S(1));
}

static int main_coroutine(void *arg, rondo_value *out)
{
    uint64_t start = uv_hrtime();
    rondo_task *tasks[3];
    int rc;

    (void)arg;
    (void)out;
    for (int i = 0; i < 3; i++)
        tasks[i] = rondo_spawn(work_then_wait, NULL);
    rc = rondo_gather(tasks, 3, 0, NULL);
    rondo_unref_all(tasks, 3);
    printf("bodies at one instant %d total %.0f s (waits overlap, CPU does not)\n", peak,
           (double)(uv_hrtime() - start) / 1e9);
    return rc;
}

RONDO_PROGRAM(waits_overlap_work_does_not, main_coroutine);

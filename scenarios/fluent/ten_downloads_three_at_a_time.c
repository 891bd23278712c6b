/*
 * 002-3-limit: ten downloads of one second, limited to three at a time by a semaphore.
 */
#include "rondo.h"

#include <stdio.h>
#include <uv.h>

static rondo_semaphore semaphore = RONDO_SEMAPHORE("downloads", 3);
static int running;
static int peak;

static int download(void *arg, rondo_value *out)
{
    int rc = 0;

    (void)arg;
    (void)out;
    RONDO_PERMIT(rc, &semaphore) {
        running++;
        if (running > peak)
            peak = running;
        rc = rondo_sleep(RONDO_S(1)); /* in place of the download */
        running--;
    }
    return rc;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    uint64_t start = uv_hrtime();
    rondo_task *tasks[10];
    int rc;

    (void)arg;
    (void)out;
    for (int i = 0; i < 10; i++)
        tasks[i] = rondo_spawn(download, NULL);
    rc = rondo_gather(tasks, 10, 0, NULL);
    rondo_unref_all(tasks, 10);
    printf("10 downloads, limit 3: peak %d time %.0f\n", peak, (double)(uv_hrtime() - start) / 1e9);
    return rc;
}

RONDO_PROGRAM(ten_downloads_three_at_a_time, main_coroutine);

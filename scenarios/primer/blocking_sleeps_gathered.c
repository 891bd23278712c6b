/*
 * 001-c56: the coroutines of 001-2 with a blocking sleep in place of the loop's. The document
 * expects an error; there is none, the three just run one after another.
 */
#include "rondo.h"

#include <stdio.h>
#include <uv.h>

static int task(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    uv_sleep(2000); /* never suspends: the whole loop sleeps */
    puts("hello");
    return 0;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    uint64_t start = uv_hrtime();
    rondo_task *tasks[3];
    int rc;

    (void)arg;
    (void)out;
    for (int i = 0; i < 3; i++)
        tasks[i] = rondo_spawn(task, NULL);
    rc = rondo_gather(tasks, 3, 0, NULL);
    rondo_unref_all(tasks, 3);
    printf("time.sleep(2):        %s, %.0f s (serialised)\n",
           rc == 0 ? "no error" : rondo_err_name(rc), (double)(uv_hrtime() - start) / 1e9);
    return rc;
}

RONDO_PROGRAM(blocking_sleeps_gathered, main_coroutine);

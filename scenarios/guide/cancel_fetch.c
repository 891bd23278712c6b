/*
 * 000-4.3: a task is cancelled after a second. RONDO_ECANCELED comes out of its sleep, ends it, and
 * reaches main, which awaits it.
 */
#include <stdio.h>

#include "rondo.h"

static int fetch_data(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    puts("Start fetching");
    RONDO_TRY(rondo_sleep(RONDO_S(2)));
    puts("Data fetched");
    return 0;
}

static int async_main(void *arg, rondo_value *out)
{
    rondo_task *task = rondo_spawn(fetch_data, NULL, .name = "fetch_data");
    int rc;

    (void)arg;
    (void)out;
    if (task == NULL)
        return RONDO_ENOMEM;
    rc = rondo_sleep(RONDO_S(1));
    if (rc == 0) {
        rondo_cancel(task, NULL);
        rc = rondo_await(task, NULL);
    }
    if (rc == RONDO_ECANCELED) {
        puts("fetch_data 被取消!");
        rc = 0;
    }
    rondo_unref(task);
    return rc;
}

RONDO_PROGRAM(cancel_fetch, async_main);

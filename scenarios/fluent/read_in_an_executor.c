/*
 * 002-4: a file that takes a second to read, read in a thread: the loop is free meanwhile, and the
 * beats beside it, 0.3 s apart, come on time. The read is modelled by uv_sleep.
 */
#include "rondo.h"

#include <stdio.h>
#include <uv.h>

static int read_file(void *arg, rondo_value *out)
{
    (void)arg;
    uv_sleep(1000);
    return rondo_return(out, "content");
}

static int beat(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    for (int i = 0; i < 3; i++) {
        printf("beat %d\n", i);
        RONDO_TRY(rondo_sleep(RONDO_MS(300)));
    }
    return 0;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    rondo_task *task = rondo_spawn(beat, NULL);
    rondo_future *future = rondo_run_in_executor(NULL, NULL, read_file, NULL);
    rondo_value content;
    int rc = rondo_await(future, &content);

    (void)arg;
    (void)out;
    if (rc == 0)
        puts(content.as.text);
    rondo_unref(future);
    rondo_unref(task);
    return rc;
}

RONDO_PROGRAM(read_in_an_executor, main_coroutine);

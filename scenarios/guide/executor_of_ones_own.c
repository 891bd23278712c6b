/*
 * 000-10.4: an executor of the program's own, which adds something to a pool: here, who submits is
 * told what was taken. Its work blocks for two seconds; a task ticks meanwhile. The document leaves
 * the work undefined and its future unawaited.
 */
#include "rondo.h"

#include <stdio.h>
#include <uv.h>

struct logging {
    rondo_executor *pool;
    int taken;
};

static int log_and_pass(void *self, rondo_job *job)
{
    struct logging *logging = self;

    logging->taken++;
    return rondo_executor_pass(logging->pool, job);
}

static void end_of_pool(void *self)
{
    rondo_executor_shutdown(((struct logging *)self)->pool, false);
}

static const rondo_executor_methods methods = {.submit = log_and_pass, .shutdown = end_of_pool};

static int some_blocking_io_task(void *arg, rondo_value *out)
{
    (void)arg;
    uv_sleep(2000);
    return rondo_return(out, "blocking done");
}

static int tick(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    for (int i = 0; i < 3; i++) {
        printf("tick %d\n", i);
        RONDO_TRY(rondo_sleep(RONDO_MS(600)));
    }
    return 0;
}

static int main_coroutine(void *arg, rondo_value *out)
{
    static struct logging logging;
    rondo_executor *executor = rondo_executor_custom("logging", &methods, &logging);
    rondo_task *ticker = rondo_spawn(tick, NULL);
    rondo_future *future;
    rondo_value value;
    int rc;

    (void)arg;
    (void)out;
    logging.pool = rondo_executor_new("pool", 2);
    future = rondo_run_in_executor(NULL, executor, some_blocking_io_task, NULL);
    rc = rondo_await(future, &value);
    if (rc == 0)
        printf("%s, %d taken\n", value.as.text, logging.taken);
    rondo_unref(future);
    rondo_unref(ticker);
    rondo_executor_shutdown(executor, false);
    return rc;
}

RONDO_PROGRAM(executor_of_ones_own, main_coroutine);

/*
 * 000-3.1: the loop puts aside the tasks that wait for a future, runs whatever else there is, and
 * goes on with them when the future has its result.
 */
#include <inttypes.h>
#include <stdio.h>

#include "rondo.h"

struct waiting {
    const char *name;
    rondo_future *future;
};

static int wait_for_it(void *arg, rondo_value *out)
{
    const struct waiting *waiting = arg;
    rondo_value result;

    (void)out;
    printf("%s waits\n", waiting->name);
    RONDO_TRY(rondo_await(waiting->future, &result));
    printf("%s got %" PRId64 "\n", waiting->name, result.as.i);
    return 0;
}

static void others_run(void *arg)
{
    (void)arg;
    puts("others run");
}

static void set_seven(void *future)
{
    rondo_set_result(future, 7);
}

static int async_main(void *arg, rondo_value *out)
{
    static struct waiting waiting[] = {{.name = "a"}, {.name = "b"}};
    rondo_future *future = rondo_create_future(NULL);
    rondo_task *tasks[2];
    int rc;

    (void)arg;
    (void)out;
    if (future == NULL)
        return RONDO_ENOMEM;
    for (int i = 0; i < 2; i++) {
        waiting[i].future = future;
        tasks[i] = rondo_spawn(wait_for_it, &waiting[i], .name = waiting[i].name);
    }
    rondo_call_soon(rondo_get_running_loop(), others_run, NULL);
    rondo_call_later(rondo_get_running_loop(), RONDO_S(1), set_seven, future);
    rc = rondo_gather(tasks, 2, 0, NULL);
    rondo_unref_all(tasks, 2);
    rondo_unref(future);
    return rc;
}

RONDO_PROGRAM(loop_runs_others, async_main);

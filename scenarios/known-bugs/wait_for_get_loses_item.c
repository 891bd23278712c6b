/*
 * python/asyncio #343, #201: wait_for(queue.get(), t). At the instant of the deadline the get has
 * an item already; wait_for() looks at the deadline first, and the item is nobody's.
 */
#include "zoo.h"

static rondo_queue queue = RONDO_QUEUE("jobs", 0);
static rondo_future *ready;
static bool expired;
static int got;

static int get(void *arg, rondo_value *out)
{
    (void)arg;
    return rondo_queue_get(&queue, out);
}

static void getting_ended(void *arg)
{
    (void)arg;
    rondo_set_result(ready, 0);
}

static void strike(void *arg)
{
    (void)arg;
    expired = true;
    rondo_set_result(ready, 0);
}

static int consume(void)
{
    rondo_task *getting = rondo_spawn(get, NULL, .name = "get");
    rondo_value item;
    int rc;

    rondo_call_later(rondo_get_running_loop(), RONDO_MS(1), strike, NULL);
    rondo_add_done_callback(getting, getting_ended, NULL);
    rc = rondo_await(ready, NULL);
    if (expired && rondo_cancel(getting, NULL))
        rc = rondo_await(getting, &item);
    else if (expired && !fixed)
        rc = RONDO_ETIMEDOUT;
    else
        rc = rondo_await(getting, &item);
    if (rc == 0)
        got++;
    rondo_unref(getting);
    return rc == RONDO_ECANCELED ? 0 : rc;
}

static int produce(void)
{
    RONDO_TRY(rondo_sleep(RONDO_MS(1)));
    return rondo_queue_put(&queue, 1);
}

static void run(void)
{
    ready = rondo_create_future(NULL);
    CAST({"consumer", consume}, {"producer", produce});
    RONDO_ALWAYS("the_item_is_somewhere", got + (int)rondo_queue_qsize(&queue) == 1);
    rondo_queue_clear(&queue);
    rondo_unref(ready);
    ready = NULL;
}

TWINS(run);

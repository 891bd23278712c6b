/*
 * 003-15: an item a second goes into a queue, one every two seconds comes out. The consumer says
 * task_done before its two seconds of work, so join returns, and the consumer is cancelled, while
 * the last item is still being worked on.
 */
#include "rondo.h"

#include <inttypes.h>
#include <stdio.h>

static rondo_queue queue = RONDO_QUEUE("items", 0);

static int producer(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    for (int i = 0; i < 5; i++) {
        RONDO_TRY(rondo_sleep(RONDO_S(1)));
        RONDO_TRY(rondo_queue_put(&queue, i));
        printf("生产了项目 %d\n", i);
    }
    return 0;
}

static int consumer(void *arg, rondo_value *out)
{
    rondo_value item;

    (void)arg;
    (void)out;
    for (;;) {
        RONDO_TRY(rondo_queue_get(&queue, &item));
        printf("消费了 项目 %" PRId64 "\n", item.as.i);
        RONDO_TRY(rondo_queue_task_done(&queue));
        RONDO_TRY(rondo_sleep(RONDO_S(2)));
    }
}

static int main_coroutine(void *arg, rondo_value *out)
{
    rondo_task *producers = rondo_spawn(producer, NULL);
    rondo_task *consumers = rondo_spawn(consumer, NULL);
    int rc = consumers == NULL ? RONDO_ENOMEM : rondo_await(producers, NULL);

    (void)arg;
    (void)out;
    if (rc == 0)
        rc = rondo_queue_join(&queue);
    if (consumers != NULL)
        rondo_cancel(consumers, NULL);
    rondo_unref(producers);
    rondo_unref(consumers);
    rondo_queue_clear(&queue);
    return rc;
}

RONDO_PROGRAM(producer_outpaces_consumer, main_coroutine);

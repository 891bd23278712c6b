/*
 * 000-10.2: one producer, two consumers. When the queue has been joined, every item is processed,
 * and the consumers, which wait for more, are cancelled.
 */
#include <inttypes.h>
#include <stdio.h>

#include "rondo.h"

static int producer(void *arg, rondo_value *out)
{
    rondo_queue *queue = arg;

    (void)out;
    for (int i = 0; i < 5; i++) {
        RONDO_TRY(rondo_queue_put(queue, i));
        RONDO_TRY(rondo_sleep(RONDO_S(1)));
    }
    return 0;
}

static int consumer(void *arg, rondo_value *out)
{
    rondo_queue *queue = arg;
    rondo_value item;

    (void)out;
    for (;;) {
        RONDO_TRY(rondo_queue_get(queue, &item));
        printf("Processed item %" PRId64 "\n", item.as.i);
        RONDO_TRY(rondo_queue_task_done(queue));
    }
}

static int async_main(void *arg, rondo_value *out)
{
    static rondo_queue queue = RONDO_QUEUE("queue", 0);
    rondo_task *producers[1], *consumers[2];
    int rc;

    (void)arg;
    (void)out;
    producers[0] = rondo_spawn(producer, &queue, .name = "producer");
    consumers[0] = rondo_spawn(consumer, &queue, .name = "consumer 1");
    consumers[1] = rondo_spawn(consumer, &queue, .name = "consumer 2");
    rc = rondo_gather(producers, 1, 0, NULL);
    if (rc == 0)
        rc = rondo_queue_join(&queue); /* wait until all items are processed */
    for (int i = 0; i < 2; i++)
        if (consumers[i] != NULL)
            rondo_cancel(consumers[i], NULL);
    if (rc == 0) /* the queue cannot be freed before they have left it */
        rc = rondo_gather(consumers, 2, RONDO_RETURN_ERRORS, NULL);
    rondo_queue_clear(&queue);
    rondo_unref_all(producers, 1);
    rondo_unref_all(consumers, 2);
    return rc;
}

RONDO_PROGRAM(producer_and_consumers, async_main);

/*
 * 000-10.2-par: eight items of one second each, and as many consumers as the arguments say, one
 * round after the other: more consumers, less time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "rondo.h"

enum { ITEMS = 8, CONSUMERS_MAX = 8 };

static int consumer(void *arg, rondo_value *out)
{
    rondo_queue *queue = arg;
    rondo_value item;

    (void)out;
    for (;;) {
        RONDO_TRY(rondo_queue_get(queue, &item));
        RONDO_TRY(rondo_sleep(RONDO_S(1))); /* processing */
        RONDO_TRY(rondo_queue_task_done(queue));
    }
}

static int consume_all(rondo_queue *queue, size_t count)
{
    rondo_task *consumers[CONSUMERS_MAX];
    int rc;

    for (size_t i = 0; i < count; i++)
        consumers[i] = rondo_spawn(consumer, queue);
    rc = rondo_queue_join(queue);
    for (size_t i = 0; i < count; i++)
        rondo_cancel(consumers[i], NULL);
    if (rc == 0) /* the queue cannot be freed before they have left it */
        rc = rondo_gather(consumers, count, RONDO_RETURN_ERRORS, NULL);
    rondo_unref_all(consumers, count);
    return rc;
}

static int one_round(void *arg, rondo_value *out)
{
    static rondo_queue queue = RONDO_QUEUE("queue", 0);
    const size_t *count = arg;
    uint64_t start = uv_hrtime();
    int rc = 0;

    (void)out;
    for (int i = 0; i < ITEMS && rc == 0; i++)
        rc = rondo_queue_put_nowait(&queue, i);
    if (rc == 0)
        rc = consume_all(&queue, *count);
    if (rc == 0)
        printf("%zu consumers: %.0f s\n", *count, (double)(uv_hrtime() - start) / 1e9);
    rondo_queue_clear(&queue);
    return rc;
}

static int consumers_in_parallel_main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        size_t count = strtoul(argv[i], NULL, 10);

        if (count == 0 || count > CONSUMERS_MAX || rondo_run(one_round, &count, NULL) < 0)
            return 1;
    }
    return 0;
}

RONDO_PROGRAM(consumers_in_parallel, consumers_in_parallel_main);

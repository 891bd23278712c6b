/*
 * 000-10.3-done: join ends with the last of as many task_done() as there were items, not before;
 * one more is refused; one that is missing keeps join waiting.
 *
 * The refusal is RONDO_EMISUSE, where asyncio raises a ValueError "task_done() called too many
 * times".
 */
#include <stdio.h>

#include "rondo.h"

enum { ITEMS = 3 };

static int join(void *arg, rondo_value *out)
{
    (void)out;
    return rondo_queue_join(arg);
}

static int put_items(rondo_queue *queue, int count)
{
    for (int i = 0; i < count; i++)
        RONDO_TRY(rondo_queue_put(queue, i));
    return 0;
}

static int finish_one(rondo_queue *queue)
{
    rondo_value item;

    RONDO_TRY(rondo_queue_get(queue, &item));
    RONDO_TRY(rondo_queue_task_done(queue));
    return rondo_sleep(0); /* whoever that woke runs here */
}

static int join_three(rondo_queue *queue)
{
    rondo_task *joining;
    int rc;

    RONDO_TRY(put_items(queue, ITEMS));
    joining = rondo_spawn(join, queue, .name = "joining");
    if (joining == NULL)
        return RONDO_ENOMEM;
    rc = rondo_sleep(0);
    for (int i = 0; i < ITEMS && rc == 0; i++) {
        rc = finish_one(queue);
        if (rc == 0)
            printf("join done %s\n", rondo_done(joining) ? "True" : "False");
    }
    if (rc == 0)
        rc = rondo_await(joining, NULL);
    rondo_unref(joining);
    return rc;
}

static int join_without_task_done(rondo_queue *queue)
{
    rondo_value item;
    int rc = 0;

    RONDO_TRY(rondo_queue_put(queue, 0));
    RONDO_TRY(rondo_queue_get(queue, &item));
    RONDO_TIMEOUT(rc, RONDO_S(2)) {
        rc = rondo_queue_join(queue);
    }
    if (rc == RONDO_ETIMEDOUT) {
        puts("join hangs without task_done");
        rc = 0;
    }
    return rc;
}

static int show(rondo_queue *queue)
{
    int rc;

    RONDO_TRY(join_three(queue));
    rc = rondo_queue_task_done(queue);
    printf("%s %s\n", rondo_err_name(rc), rondo_strerror(rc));
    return join_without_task_done(queue);
}

static int async_main(void *arg, rondo_value *out)
{
    static rondo_queue queue = RONDO_QUEUE("queue", 0);
    int rc = show(&queue);

    (void)arg;
    (void)out;
    rondo_queue_clear(&queue);
    return rc;
}

RONDO_PROGRAM(join_counts_task_done, async_main);

/*
 * 000-10.1: a queue of ten items: put waits while it is full, get while it is empty; a queue with
 * maxsize 0 is never full, and the _nowait twins refuse instead of waiting.
 */
#include <inttypes.h>
#include <stdio.h>

#include "rondo.h"

static const char *truth(bool value)
{
    return value ? "True" : "False";
}

static int fill(rondo_queue *queue)
{
    for (int i = 0; i < 10; i++)
        RONDO_TRY(rondo_queue_put(queue, i));
    printf("full %s\n", truth(rondo_queue_full(queue)));
    return 0;
}

static int put_when_full(rondo_queue *queue)
{
    int rc = 0;

    RONDO_TIMEOUT(rc, RONDO_S(1)) {
        rc = rondo_queue_put(queue, 10);
    }
    if (rc == RONDO_ETIMEDOUT) {
        puts("put blocks when full");
        rc = 0;
    }
    return rc;
}

static int put_ten(void *arg, rondo_value *out)
{
    (void)out;
    return rondo_queue_put(arg, 10);
}

/* A put that waits goes on as soon as there is room. */
static int put_then_get(rondo_queue *queue)
{
    rondo_task *putting = rondo_spawn(put_ten, queue, .name = "putting");
    rondo_value item;
    bool pending;
    int rc;

    if (putting == NULL)
        return RONDO_ENOMEM;
    rc = rondo_sleep(0);
    if (rc == 0) {
        pending = !rondo_done(putting);
        rc = rondo_queue_get(queue, &item);
    }
    if (rc == 0) {
        printf("pending %s get %" PRId64 "\n", truth(pending), item.as.i);
        rc = rondo_await(putting, NULL);
    }
    if (rc == 0)
        printf("put resumed %zu\n", rondo_queue_qsize(queue));
    rondo_unref(putting);
    return rc;
}

static int get_when_empty(rondo_queue *queue)
{
    rondo_value item;
    int rc = 0;

    while (rondo_queue_get_nowait(queue, &item) == 0)
        continue;
    RONDO_TIMEOUT(rc, RONDO_S(1)) {
        rc = rondo_queue_get(queue, &item);
    }
    if (rc == RONDO_ETIMEDOUT) {
        puts("get blocks when empty");
        rc = 0;
    }
    return rc;
}

static int put_without_limit(rondo_queue *queue)
{
    for (int i = 0; i < 10000; i++)
        RONDO_TRY(rondo_queue_put_nowait(queue, i));
    printf("maxsize=0 unbounded %zu %s\n", rondo_queue_qsize(queue),
           truth(rondo_queue_full(queue)));
    return 0;
}

/* Requires: an empty queue with a limit. */
static void refuse(rondo_queue *queue)
{
    rondo_value item;
    int rc;

    do
        rc = rondo_queue_put_nowait(queue, 1);
    while (rc == 0);
    if (rc == RONDO_EQUEUEFULL)
        puts("QueueFull");
    do
        rc = rondo_queue_get_nowait(queue, &item);
    while (rc == 0);
    if (rc == RONDO_EQUEUEEMPTY)
        puts("QueueEmpty");
}

static int show(rondo_queue *queue, rondo_queue *unbounded)
{
    RONDO_TRY(fill(queue));
    RONDO_TRY(put_when_full(queue));
    RONDO_TRY(put_then_get(queue));
    RONDO_TRY(get_when_empty(queue));
    RONDO_TRY(put_without_limit(unbounded));
    refuse(queue);
    return 0;
}

static int async_main(void *arg, rondo_value *out)
{
    static rondo_queue queue = RONDO_QUEUE("queue", 10);
    static rondo_queue unbounded = RONDO_QUEUE("unbounded", 0);
    int rc = show(&queue, &unbounded);

    (void)arg;
    (void)out;
    rondo_queue_clear(&queue);
    rondo_queue_clear(&unbounded);
    return rc;
}

RONDO_PROGRAM(queue_full_and_empty, async_main);

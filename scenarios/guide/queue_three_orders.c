/*
 * 000-10.3-prio: 3, 1 and 2 are put into a queue of each kind; the kind decides who is first.
 */
#include "rondo.h"

#include <stdio.h>

static bool more_urgent(rondo_value a, rondo_value b)
{
    return a.as.i < b.as.i;
}

static int put_and_get(const char *kind, rondo_queue *queue)
{
    static const int items[] = {3, 1, 2};
    rondo_value first, second, third;

    for (int i = 0; i < 3; i++)
        RONDO_TRY(rondo_queue_put(queue, items[i]));
    RONDO_TRY(rondo_queue_get(queue, &first));
    RONDO_TRY(rondo_queue_get(queue, &second));
    RONDO_TRY(rondo_queue_get(queue, &third));
    printf("%s [%d, %d, %d]\n", kind, (int)first.as.i, (int)second.as.i, (int)third.as.i);
    return rondo_queue_clear(queue);
}

static int async_main(void *arg, rondo_value *out)
{
    rondo_queue arrivals = RONDO_QUEUE("arrivals", 0);
    rondo_queue urgent = RONDO_PRIORITY_QUEUE("urgent", 0, more_urgent);
    rondo_queue stack = RONDO_LIFO_QUEUE("stack", 0);

    (void)arg;
    (void)out;
    RONDO_TRY(put_and_get("Queue", &arrivals));
    RONDO_TRY(put_and_get("PriorityQueue", &urgent));
    return put_and_get("LifoQueue", &stack);
}

RONDO_PROGRAM(queue_three_orders, async_main);

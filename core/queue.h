/*
 * queue.h - items handed from task to task, first in first out (asyncio.Queue).
 *
 * A bounded queue holds producers back; join() waits until every item has been dealt with. Fair on
 * both sides: nobody overtakes a task that has been woken but has not run yet, which asyncio's
 * queue allows (gh-83055).
 */
#ifndef RONDO_QUEUE_H
#define RONDO_QUEUE_H

#include "object.h"
#include "task.h"

/* Begins as RONDO_QUEUE; all zero is an unbounded queue without a name. Members are private. */
typedef struct rondo_queue {
    rondo_object object;
    size_t maxsize;
    rondo_value *items; /* a ring of `capacity`, `count` of them used, from `first` */
    size_t capacity;
    size_t first;
    size_t count;
    size_t unfinished; /* puts without their task_done */
    rondo_park getters;
    rondo_park putters;
    rondo_park joiners;
} rondo_queue;

/* An empty queue with a name (NULL: none) that holds at most `limit` items (0: no limit). */
#define RONDO_QUEUE(label, limit)                       \
    {                                                   \
        .object = {.name = (label)}, .maxsize = (limit) \
    }

/* Append a pointer, string, integer or double, waiting while the queue is full. Requires: called in
 * a task, else RONDO_EMISUSE. Returns: 0; RONDO_ECANCELED or RONDO_ENOMEM without the item.
 * Suspends: may; not if there is room and no producer waits. Owns: the item, until it is got. */
#define rondo_queue_put(queue, x) rondo_queue_put_at((queue), rondo_value_of(x), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_queue_put_at(rondo_queue *queue, rondo_value item, const char *here);

/* Append without waiting. Returns: 0, RONDO_EQUEUEFULL, RONDO_ENOMEM. Suspends: never. */
#define rondo_queue_put_nowait(queue, x) rondo_queue_put_value_nowait((queue), rondo_value_of(x))
RONDO_API int rondo_queue_put_value_nowait(rondo_queue *queue, rondo_value item);

/* Take the oldest item into `item`, waiting while the queue is empty. Requires: called in a task,
 * else RONDO_EMISUSE. Returns: 0; RONDO_ECANCELED, and then no item is lost: it goes to the next
 * getter. Suspends: may; not if there is an item and no consumer waits. Owns: the caller. */
#define rondo_queue_get(queue, item) rondo_queue_get_at((queue), (item), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_queue_get_at(rondo_queue *queue, rondo_value *item,
                                            const char *here);

/* Take without waiting. Returns: 0 or RONDO_EQUEUEEMPTY. Suspends: never. */
RONDO_API int rondo_queue_get_nowait(rondo_queue *queue, rondo_value *item);

/* Say that one item got earlier has been dealt with. Returns: 0; RONDO_EMISUSE if there were not
 * that many (state unchanged). Suspends: never. */
RONDO_API int rondo_queue_task_done(rondo_queue *queue);

/* Wait until every item ever put has had its task_done. Requires: called in a task, else
 * RONDO_EMISUSE. Returns: 0 or RONDO_ECANCELED. Suspends: may; not if none is unfinished. */
#define rondo_queue_join(queue) rondo_queue_join_at((queue), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_queue_join_at(rondo_queue *queue, const char *here);

/* Items in the queue; whether a get, or a put, that comes now would wait: items and places that a
 * woken task is about to take are not free any more, so `while (!empty) get_nowait` ends.
 * Suspend: never. */
RONDO_API size_t rondo_queue_qsize(const rondo_queue *queue);
RONDO_API bool rondo_queue_empty(const rondo_queue *queue);
RONDO_API bool rondo_queue_full(const rondo_queue *queue);

/* Free the ring and drop the items. Requires: no task waits, else RONDO_EMISUSE (unchanged).
 * Afterwards the queue is empty and may be used again. Suspends: never. */
RONDO_API int rondo_queue_clear(rondo_queue *queue);

#endif

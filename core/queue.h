/*
 * queue.h - items handed from task to task: first in first out, last in first out, or least first
 * (asyncio.Queue, LifoQueue, PriorityQueue).
 *
 * A bounded queue holds producers back; join() waits until every item has been dealt with, in all
 * three; shutdown() sends everybody home. Fair on both sides: nobody overtakes a task that has been
 * woken but has not run yet, which asyncio's queue allows (gh-83055); the twins that do not wait
 * take only what those in line leave over. Equal items of a priority queue leave in the order they
 * came, which asyncio's heap does not promise.
 */
#ifndef RONDO_QUEUE_H
#define RONDO_QUEUE_H

#include "object.h"
#include "task.h"

/* Whether `a` leaves a priority queue before `b`: a strict order, the same for as long as the two
 * are in the queue. Must not suspend, nor use the queue. */
typedef bool (*rondo_less)(rondo_value a, rondo_value b);

/* Begins as RONDO_QUEUE, RONDO_LIFO_QUEUE or RONDO_PRIORITY_QUEUE; all zero is an unbounded queue
 * without a name. Members are private. */
typedef struct rondo_queue {
    rondo_object object;
    size_t maxsize;
    bool lifo;
    rondo_less less;                 /* of a priority queue, or NULL */
    struct rondo_queue_entry *items; /* `count` of `capacity` are used: of a ring, from `first`; */
    size_t capacity;                 /* or of a heap */
    size_t first;
    size_t count;
    uint64_t order_next;
    bool shut_down;
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

/* One from which the item that came last is got first (QUE-01). */
#define RONDO_LIFO_QUEUE(label, limit)                                \
    {                                                                 \
        .object = {.name = (label)}, .maxsize = (limit), .lifo = true \
    }

/* One from which the least item is got first, by `before`, a rondo_less; of equal ones the one that
 * came first (QUE-01). */
#define RONDO_PRIORITY_QUEUE(label, limit, before)                        \
    {                                                                     \
        .object = {.name = (label)}, .maxsize = (limit), .less = (before) \
    }

/* Add a void pointer, string, integer or double (rondo_queue_put_at() with any rondo_value),
 * waiting while the queue is full. Requires: called in a task, else RONDO_EMISUSE. Returns: 0;
 * RONDO_ECANCELED, RONDO_ENOMEM or RONDO_ESHUTDOWN without the item. Suspends: may; not if there is
 * room and no producer waits, nor when it is shut down. Owns: the item, until it is got; after a
 * failure the caller. */
#define rondo_queue_put(queue, x) rondo_queue_put_at((queue), rondo_value_of(x), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_queue_put_at(rondo_queue *queue, rondo_value item, const char *here);

/* Add without waiting. Returns: 0, RONDO_EQUEUEFULL, RONDO_ENOMEM, RONDO_ESHUTDOWN; otherwise as
 * rondo_queue_put(). Suspends: never. */
#define rondo_queue_put_nowait(queue, x) rondo_queue_put_value_nowait((queue), rondo_value_of(x))
RONDO_API int rondo_queue_put_value_nowait(rondo_queue *queue, rondo_value item);

/* Take the next item into `item`, waiting while the queue is empty. Requires: called in a task,
 * else RONDO_EMISUSE. Returns: 0; RONDO_ECANCELED, and then no item is lost: it goes to the next
 * getter; RONDO_ESHUTDOWN when the queue is shut down and empty. Suspends: may; not if there is an
 * item and no consumer waits. Owns: the caller has the item, and its
 * drop to call; `item` is set with 0 only. */
#define rondo_queue_get(queue, item) rondo_queue_get_at((queue), (item), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_queue_get_at(rondo_queue *queue, rondo_value *item,
                                            const char *here);

/* Take without waiting. Returns: 0; RONDO_EQUEUEEMPTY, also when what is there is for tasks that
 * have been woken; RONDO_ESHUTDOWN when it is shut down and nothing is there. Suspends: never. */
RONDO_API int rondo_queue_get_nowait(rondo_queue *queue, rondo_value *item);

/* Say that one item got earlier has been dealt with. Returns: 0; RONDO_EMISUSE if there were not
 * that many (state unchanged). Suspends: never. */
RONDO_API int rondo_queue_task_done(rondo_queue *queue);

/* Wait until every item ever put has had its task_done. Requires: called in a task, else
 * RONDO_EMISUSE. Returns: 0 or RONDO_ECANCELED. Suspends: may; not if none is unfinished. */
#define rondo_queue_join(queue) rondo_queue_join_at((queue), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_queue_join_at(rondo_queue *queue, const char *here);

/* Put an end to the queue, as CPython 3.13: every put, also one that waits, gets RONDO_ESHUTDOWN;
 * gets take what is left, then get it too; join still waits for the task_done of each (QUE-14).
 * `immediate`: what is left is dropped and counts as done, so every get is refused and join waits
 * for nothing but the items got earlier (QUE-15). May be called again, the second time immediate.
 * Other than CPython: who waits for an item learns of the end after those that had been woken for
 * one, so an item is not left behind when one of these is cancelled. Suspends: never. */
RONDO_API void rondo_queue_shutdown(rondo_queue *queue, bool immediate);

/* Items in the queue; whether a get, or a put, that comes now would wait: items and places that a
 * task in line is about to take are not free any more, so `while (!empty) get_nowait` ends.
 * Suspends: never. */
RONDO_API size_t rondo_queue_qsize(const rondo_queue *queue);
RONDO_API bool rondo_queue_empty(const rondo_queue *queue);
RONDO_API bool rondo_queue_full(const rondo_queue *queue);

/* Free the memory and drop the items. Requires: no task waits, else RONDO_EMISUSE (unchanged).
 * Afterwards the queue is empty, not shut down, and may be used again. Suspends: never. */
RONDO_API int rondo_queue_clear(rondo_queue *queue);

/* Write one line about `queue` into `text`, leaving out what is zero (QUE-16):
 * `<PriorityQueue jobs maxsize=2 items=2 putters=1 unfinished=3 shutdown>`. Returns: `text`.
 * Suspends: never. */
RONDO_API char *rondo_queue_describe(const rondo_queue *queue, char *text, size_t size);

#endif

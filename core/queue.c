/*
 * queue.c - see queue.h. Items lie in a ring or a heap; getters, putters and joiners stand in three
 * lines. A task that has been woken keeps its place until it runs: a put or get that comes
 * meanwhile goes behind it, so order is kept on both sides.
 */
#include "queue.h"

#include <stdio.h>

#include "base/alloc.h"
#include "order.h"
#include "park.h"

/* What joiners wait for, in words. */
static const char join[] = "join of queue";

size_t rondo_queue_qsize(const rondo_queue *queue)
{
    return queue->count;
}

/* Whether no place is left beside those that woken putters are about to take. */
static bool no_room(const rondo_queue *queue)
{
    return queue->maxsize != 0 && queue->count + queue->putters.woken >= queue->maxsize;
}

/* Whether no item is left beside those that woken getters are about to take. */
static bool no_item(const rondo_queue *queue)
{
    return queue->count <= queue->getters.woken;
}

/* Who stands behind a woken one comes before whoever comes now, though not woken yet. */
bool rondo_queue_empty(const rondo_queue *queue)
{
    order_look(&queue->object, "queue");
    return no_item(queue) || queue->count <= park_length(&queue->getters);
}

bool rondo_queue_full(const rondo_queue *queue)
{
    order_look(&queue->object, "queue");
    return no_room(queue) ||
           (queue->maxsize != 0 && queue->count + park_length(&queue->putters) >= queue->maxsize);
}

/*
 * Wake as many as can be served: a getter for each item, a putter for each free place, less those
 * who have been woken already. Called after every change, so that no wake-up is lost when a task
 * that had been woken is cancelled, or when one queued behind it. After a shutdown all putters can
 * be served, and when the last item is gone all getters: they are told.
 */
static void serve_lines(rondo_queue *queue)
{
    while (queue->count > queue->getters.woken && park_wake(&queue->getters))
        continue;
    while (!no_room(queue) && park_wake(&queue->putters))
        continue;
    if (!queue->shut_down)
        return;
    park_wake_all(&queue->putters);
    if (queue->count == 0)
        park_wake_all(&queue->getters);
}

static inline void serve(rondo_queue *queue)
{
    if (park_has_line(&queue->getters) || park_has_line(&queue->putters))
        serve_lines(queue);
}

/* Nothing is unfinished: joiners go on. */
static void finish(rondo_queue *queue)
{
    if (queue->unfinished == 0)
        park_wake_all(&queue->joiners);
}

/* ---- where items lie: a ring, or a heap that begins at 0 ---- */

struct rondo_queue_entry {
    rondo_value item;
    uint64_t order; /* in a heap: of equal items, the lower goes first */
};

/* Place `i` of the ring, from its first item on; the capacity is a power of two. */
static struct rondo_queue_entry *place(const rondo_queue *queue, size_t i)
{
    return &queue->items[(queue->first + i) & (queue->capacity - 1)];
}

/* Make room for more items, keeping the order. */
static __attribute__((noinline)) int grow(rondo_queue *queue)
{
    size_t capacity = queue->capacity != 0 ? queue->capacity * 2 : 8;
    struct rondo_queue_entry *items;

    if (capacity > SIZE_MAX / 2 / sizeof *items)
        return RONDO_ENOMEM;
    items = alloc_take(capacity * sizeof *items);
    if (items == NULL)
        return RONDO_ENOMEM;
    for (size_t i = 0; i < queue->count; i++)
        items[i] = *place(queue, i);
    alloc_release(queue->items);
    queue->items = items;
    queue->capacity = capacity;
    queue->first = 0;
    return 0;
}

static bool before(const rondo_queue *queue, const struct rondo_queue_entry *a,
                   const struct rondo_queue_entry *b)
{
    if (queue->less(a->item, b->item))
        return true;
    return !queue->less(b->item, a->item) && a->order < b->order;
}

/* Let `entry` rise from the hole at `i` of the heap to its place. */
static void rise(rondo_queue *queue, size_t i, struct rondo_queue_entry entry)
{
    for (; i > 0 && before(queue, &entry, &queue->items[(i - 1) / 2]); i = (i - 1) / 2)
        queue->items[i] = queue->items[(i - 1) / 2];
    queue->items[i] = entry;
}

/* Let `entry` sink from the hole at the top of the heap to its place. */
static void sink(rondo_queue *queue, struct rondo_queue_entry entry)
{
    size_t i = 0;

    for (size_t child = 1; child < queue->count; child = 2 * i + 1) {
        if (child + 1 < queue->count &&
            before(queue, &queue->items[child + 1], &queue->items[child]))
            child++;
        if (!before(queue, &queue->items[child], &entry))
            break;
        queue->items[i] = queue->items[child];
        i = child;
    }
    queue->items[i] = entry;
}

static __attribute__((noinline)) void store_in_heap(rondo_queue *queue,
                                                    struct rondo_queue_entry entry)
{
    rise(queue, queue->count, entry);
    queue->count++;
}

static __attribute__((noinline)) struct rondo_queue_entry fetch_from_heap(rondo_queue *queue)
{
    struct rondo_queue_entry entry = queue->items[0];

    queue->count--;
    sink(queue, queue->items[queue->count]);
    return entry;
}

/* Put `item` where it belongs. Requires: there is room. */
static inline void store(rondo_queue *queue, rondo_value item)
{
    uint64_t order = queue->order_next++;

    if (queue->less == NULL)
        *place(queue, queue->count++) = (struct rondo_queue_entry){item, order};
    else
        store_in_heap(queue, (struct rondo_queue_entry){item, order});
}

/* Remove the item whose turn it is. Requires: there is one. */
static inline struct rondo_queue_entry fetch(rondo_queue *queue)
{
    size_t first = queue->first;

    if (queue->less != NULL)
        return fetch_from_heap(queue);
    queue->count--;
    if (queue->lifo)
        return *place(queue, queue->count);
    queue->first = (first + 1) & (queue->capacity - 1);
    return queue->items[first];
}

/* Drop what nobody got. Returns: how many there were. */
static size_t drop_all(rondo_queue *queue)
{
    size_t dropped = 0;

    for (; queue->count > 0; dropped++) {
        rondo_value item = fetch(queue).item;

        if (item.drop != NULL)
            item.drop(item.as.p);
    }
    return dropped;
}

/* ---- put and get ---- */

static int add(rondo_queue *queue, rondo_value item)
{
    int rc = queue->shut_down ? RONDO_ESHUTDOWN : 0;

    if (rc == 0 && queue->count == queue->capacity)
        rc = grow(queue);
    if (rc < 0) {
        order_look(&queue->object, "queue");
        return rc; /* a task that was woken is refused with all the others, or not at all */
    }
    order_note(OBSERVED_PUT, &queue->object, "queue", (int)queue->order_next);
    store(queue, item);
    queue->unfinished++;
    serve(queue);
    return 0;
}

/* Requires: there is an item, or the queue is shut down. */
static int take(rondo_queue *queue, rondo_value *item)
{
    struct rondo_queue_entry entry;

    if (queue->count == 0) {
        order_look(&queue->object, "queue");
        return RONDO_ESHUTDOWN;
    }
    entry = fetch(queue);
    *item = entry.item;
    order_note(OBSERVED_GOT, &queue->object, "queue", (int)entry.order);
    serve(queue);
    return 0;
}

int rondo_queue_put_value_nowait(rondo_queue *queue, rondo_value item)
{
    return rondo_queue_full(queue) && !queue->shut_down ? RONDO_EQUEUEFULL : add(queue, item);
}

int rondo_queue_get_nowait(rondo_queue *queue, rondo_value *item)
{
    if (queue->count == 0 && queue->shut_down)
        return take(queue, item);
    return rondo_queue_empty(queue) ? RONDO_EQUEUEEMPTY : take(queue, item);
}

/* Those who have to wait, apart: the others save no registers. When the wait is cancelled, what the
 * task was woken for, if it was, is for the next in line. */
static __attribute__((noinline)) int wait_and_add(rondo_queue *queue, rondo_value item,
                                                  const char *here)
{
    int rc = park_wait(&queue->putters, &queue->object, "room in queue", here).rc;

    if (rc == 0)
        return add(queue, item);
    serve(queue);
    return rc;
}

static __attribute__((noinline)) int wait_and_take(rondo_queue *queue, rondo_value *item,
                                                   const char *here)
{
    int rc = park_wait(&queue->getters, &queue->object, "queue", here).rc;

    if (rc == 0)
        return take(queue, item);
    serve(queue);
    return rc;
}

int rondo_queue_put_at(rondo_queue *queue, rondo_value item, const char *here)
{
    if (task_current() == NULL)
        return RONDO_EMISUSE;
    if (!queue->shut_down && (no_room(queue) || !park_empty(&queue->putters)))
        return wait_and_add(queue, item, here);
    return add(queue, item);
}

int rondo_queue_get_at(rondo_queue *queue, rondo_value *item, const char *here)
{
    bool over = queue->shut_down && queue->count == 0;

    if (task_current() == NULL)
        return RONDO_EMISUSE;
    if (!over && (no_item(queue) || !park_empty(&queue->getters)))
        return wait_and_take(queue, item, here);
    return take(queue, item);
}

void rondo_queue_shutdown(rondo_queue *queue, bool immediate)
{
    order_note(OBSERVED_SIGNALLED, &queue->object, "queue", 0);
    queue->shut_down = true;
    if (immediate) {
        size_t dropped = drop_all(queue);

        /* Somebody may have said task_done for what he never got. */
        queue->unfinished -= dropped < queue->unfinished ? dropped : queue->unfinished;
        finish(queue);
    }
    serve(queue);
}

int rondo_queue_task_done(rondo_queue *queue)
{
    if (queue->unfinished == 0) {
        order_look(&queue->object, join);
        return RONDO_EMISUSE;
    }
    order_note(OBSERVED_SIGNALLED, &queue->object, join, 0);
    queue->unfinished--;
    finish(queue);
    return 0;
}

int rondo_queue_join_at(rondo_queue *queue, const char *here)
{
    if (task_current() == NULL)
        return RONDO_EMISUSE;
    if (queue->unfinished == 0) {
        order_note(OBSERVED_PASSED, &queue->object, join, 0);
        return 0;
    }
    return park_wait(&queue->joiners, &queue->object, join, here).rc;
}

int rondo_queue_clear(rondo_queue *queue)
{
    if (!park_empty(&queue->getters) || !park_empty(&queue->putters) ||
        !park_empty(&queue->joiners))
        return RONDO_EMISUSE;
    drop_all(queue);
    alloc_release(queue->items);
    queue->items = NULL;
    queue->capacity = 0;
    queue->first = 0;
    queue->unfinished = 0;
    queue->shut_down = false;
    queue->getters.woken = queue->putters.woken = queue->joiners.woken = 0;
    return 0;
}

/* ---- a line for people ---- */

char *rondo_queue_describe(const rondo_queue *queue, char *text, size_t size)
{
    const struct {
        const char *name;
        size_t count;
    } parts[] = {
        {"maxsize", queue->maxsize},
        {"items", queue->count},
        {"getters", park_length(&queue->getters)},
        {"putters", park_length(&queue->putters)},
        {"unfinished", queue->unfinished},
    };
    const char *kind = queue->less != NULL ? "PriorityQueue" : queue->lifo ? "LifoQueue" : "Queue";
    bool named = queue->object.name != NULL;
    int length =
        snprintf(text, size, "<%s%s%s", kind, named ? " " : "", named ? queue->object.name : "");

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].count > 0 && length >= 0 && (size_t)length < size)
            length += snprintf(text + length, size - (size_t)length, " %s=%zu", parts[i].name,
                               parts[i].count);
    }
    if (length >= 0 && (size_t)length < size)
        snprintf(text + length, size - (size_t)length, "%s>", queue->shut_down ? " shutdown" : "");
    return text;
}

/*
 * queue.c - see queue.h. Items lie in a ring; getters, putters and joiners stand in three lines.
 * A task that has been woken keeps its place until it runs: a put or get that comes meanwhile goes
 * behind it, so order is kept on both sides.
 */
#include "queue.h"

#include "base/alloc.h"
#include "park.h"

static struct observed_object view(rondo_queue *queue, const char *kind)
{
    return object_view(task_current()->future.loop, &queue->object, kind);
}

size_t rondo_queue_qsize(const rondo_queue *queue)
{
    return queue->count;
}

/* Whether a put that comes now has to wait: woken putters have the next free places. */
static bool no_room(const rondo_queue *queue)
{
    return queue->maxsize != 0 && queue->count + queue->putters.woken >= queue->maxsize;
}

/* Whether a get that comes now has to wait: woken getters have the items that are there. */
static bool no_item(const rondo_queue *queue)
{
    return queue->count <= queue->getters.woken;
}

bool rondo_queue_empty(const rondo_queue *queue)
{
    return no_item(queue);
}

bool rondo_queue_full(const rondo_queue *queue)
{
    return no_room(queue);
}

/*
 * Wake as many as can be served: a getter for each item, a putter for each free place, less those
 * who have been woken already. Called after every change, so that no wake-up is lost when a task
 * that had been woken is cancelled, or when one queued behind it.
 */
static void serve(rondo_queue *queue)
{
    while (queue->count > queue->getters.woken && park_wake(&queue->getters))
        continue;
    while (!no_room(queue) && park_wake(&queue->putters))
        continue;
}

/* Make room for one more item in the ring, keeping the order. */
static int grow(rondo_queue *queue)
{
    size_t capacity = queue->capacity != 0 ? queue->capacity * 2 : 8;
    rondo_value *items;

    if (queue->count < queue->capacity)
        return 0;
    items = alloc_take(capacity * sizeof *items);
    if (items == NULL)
        return RONDO_ENOMEM;
    for (size_t i = 0; i < queue->count; i++)
        items[i] = queue->items[(queue->first + i) % queue->capacity];
    alloc_release(queue->items);
    queue->items = items;
    queue->capacity = capacity;
    queue->first = 0;
    return 0;
}

static int append(rondo_queue *queue, rondo_value item)
{
    int rc = grow(queue);

    if (rc == 0) {
        queue->items[(queue->first + queue->count) % queue->capacity] = item;
        queue->count++;
        queue->unfinished++;
    }
    serve(queue);
    return rc;
}

static int take(rondo_queue *queue, rondo_value *item)
{
    *item = queue->items[queue->first];
    queue->first = (queue->first + 1) % queue->capacity;
    queue->count--;
    serve(queue);
    return 0;
}

int rondo_queue_put_value_nowait(rondo_queue *queue, rondo_value item)
{
    return no_room(queue) ? RONDO_EQUEUEFULL : append(queue, item);
}

int rondo_queue_get_nowait(rondo_queue *queue, rondo_value *item)
{
    return no_item(queue) ? RONDO_EQUEUEEMPTY : take(queue, item);
}

int rondo_queue_put_at(rondo_queue *queue, rondo_value item, const char *here)
{
    int rc = 0;

    if (task_current() == NULL)
        return RONDO_EMISUSE;
    if (no_room(queue) || !park_empty(&queue->putters))
        rc = park_wait(&queue->putters, view(queue, "room in queue"), here).rc;
    if (rc == 0)
        return append(queue, item);
    serve(queue); /* the place it was woken for, if it was, is for the next in line */
    return rc;
}

int rondo_queue_get_at(rondo_queue *queue, rondo_value *item, const char *here)
{
    int rc = 0;

    if (task_current() == NULL)
        return RONDO_EMISUSE;
    if (no_item(queue) || !park_empty(&queue->getters))
        rc = park_wait(&queue->getters, view(queue, "queue"), here).rc;
    if (rc == 0)
        return take(queue, item);
    serve(queue); /* the item it was woken for, if it was, is for the next in line */
    return rc;
}

int rondo_queue_task_done(rondo_queue *queue)
{
    if (queue->unfinished == 0)
        return RONDO_EMISUSE;
    if (--queue->unfinished == 0) {
        while (park_wake(&queue->joiners))
            continue;
    }
    return 0;
}

int rondo_queue_join_at(rondo_queue *queue, const char *here)
{
    if (task_current() == NULL)
        return RONDO_EMISUSE;
    if (queue->unfinished == 0)
        return 0;
    return park_wait(&queue->joiners, view(queue, "join of queue"), here).rc;
}

int rondo_queue_clear(rondo_queue *queue)
{
    rondo_value item;

    if (!park_empty(&queue->getters) || !park_empty(&queue->putters) ||
        !park_empty(&queue->joiners))
        return RONDO_EMISUSE;
    while (queue->count > 0) {
        take(queue, &item);
        if (item.drop != NULL)
            item.drop(item.as.p);
    }
    alloc_release(queue->items);
    queue->items = NULL;
    queue->capacity = 0;
    queue->first = 0;
    queue->unfinished = 0;
    queue->getters.woken = queue->putters.woken = queue->joiners.woken = 0;
    return 0;
}

/*
 * timer.c - answers for libuv's timer.c: deadlines in loop milliseconds, ties in start order, which
 * is what libuv does and not what it promises. One that is started with no time to wait, while
 * timers run, runs with them, though "the next iteration" is promised.
 */
#include "uv/internal.h"

_Static_assert(sizeof(struct heap_node) == sizeof((uv_timer_t){0}.heap_node),
               "a timer has room for a heap node");

static struct heap_node *node_of(uv_timer_t *timer)
{
    return (struct heap_node *)(void *)timer->heap_node;
}

static uv_timer_t *timer_of(const struct heap_node *node)
{
    return container_of((struct heap_node *)(uintptr_t)node, uv_timer_t, heap_node);
}

static bool timer_before(const struct heap_node *a, const struct heap_node *b)
{
    const uv_timer_t *x = timer_of(a);
    const uv_timer_t *y = timer_of(b);

    /* timer.c: start_id */
    return x->timeout != y->timeout ? x->timeout < y->timeout : x->start_id < y->start_id;
}

void timers_init(uv_loop_t *loop)
{
    heap_init(&sim_of(loop)->timers, timer_before);
    loop->timer_counter = 0;
}

int uv_timer_init(uv_loop_t *loop, uv_timer_t *handle)
{
    handle_init(loop, (uv_handle_t *)handle, UV_TIMER);
    handle->timer_cb = NULL;
    handle->timeout = 0;
    handle->repeat = 0;
    return 0;
}

int uv_timer_start(uv_timer_t *handle, uv_timer_cb cb, uint64_t timeout, uint64_t repeat)
{
    uint64_t due = handle->loop->time + timeout;

    if (uv_is_closing((uv_handle_t *)handle) || cb == NULL)
        return UV_EINVAL;
    if (uv_is_active((uv_handle_t *)handle))
        uv_timer_stop(handle);
    handle->timer_cb = cb;
    handle->timeout = due < timeout ? UINT64_MAX : due;
    handle->repeat = repeat;
    handle->start_id = handle->loop->timer_counter++;
    heap_push(&sim_of(handle->loop)->timers, node_of(handle));
    handle_start((uv_handle_t *)handle);
    return 0;
}

int uv_timer_stop(uv_timer_t *handle)
{
    if (!uv_is_active((uv_handle_t *)handle))
        return 0;
    heap_remove(&sim_of(handle->loop)->timers, node_of(handle));
    handle_stop((uv_handle_t *)handle);
    return 0;
}

int uv_timer_again(uv_timer_t *handle)
{
    if (handle->timer_cb == NULL)
        return UV_EINVAL;
    if (handle->repeat != 0) {
        uv_timer_stop(handle);
        uv_timer_start(handle, handle->timer_cb, handle->repeat, handle->repeat);
    }
    return 0;
}

void uv_timer_set_repeat(uv_timer_t *handle, uint64_t repeat)
{
    handle->repeat = repeat;
}

uint64_t uv_timer_get_repeat(const uv_timer_t *handle)
{
    return handle->repeat;
}

uint64_t uv_timer_get_due_in(const uv_timer_t *handle)
{
    return handle->loop->time >= handle->timeout ? 0 : handle->timeout - handle->loop->time;
}

void timer_close(uv_timer_t *timer)
{
    uv_timer_stop(timer);
}

int timers_next(const uv_loop_t *loop)
{
    struct heap_node *node = heap_min(&sim_of(loop)->timers);
    uint64_t left;

    if (node == NULL)
        return -1;
    left = uv_timer_get_due_in(timer_of(node));
    return left > INT32_MAX ? INT32_MAX : (int)left;
}

static void name_timer(struct list *link, char *text, size_t size)
{
    handle_text((uv_handle_t *)container_of(link, uv_timer_t, heap_node), text, size);
}

/* Any of those that are due when `first` is, and were started before number `end`. */
static uv_timer_t *one_of_equals(struct heap *timers, uv_timer_t *first, uint64_t end)
{
    struct list equals;
    struct list *link, *chosen;
    uint64_t timeout = first->timeout;

    list_init(&equals);
    for (struct heap_node *node; (node = heap_min(timers)) != NULL;) {
        if (timer_of(node)->timeout != timeout || timer_of(node)->start_id >= end)
            break;
        heap_pop(timers);
        list_push_back(&equals, (struct list *)(void *)node);
    }
    chosen = order_pick("uv.next", equals.next, &equals, name_timer);
    while ((link = list_pop_front(&equals)) != NULL)
        heap_push(timers, (struct heap_node *)(void *)link);
    return container_of(chosen, uv_timer_t, heap_node);
}

/* The next one that is due, or NULL. Those from number `fresh` on were started meanwhile. */
static uv_timer_t *next_due(uv_loop_t *loop, uint64_t fresh)
{
    struct heap *timers = &sim_of(loop)->timers;
    uv_timer_t *first = heap_min(timers) != NULL ? timer_of(heap_min(timers)) : NULL;

    if (first == NULL || first->timeout > loop->time)
        return NULL;
    if (!order_is_open())
        return first;
    if (first->start_id < fresh)
        return one_of_equals(timers, first, fresh);
    if (order_waits((struct list *)(void *)node_of(first), name_timer))
        return NULL;
    return one_of_equals(timers, first, UINT64_MAX);
}

void timers_run(uv_loop_t *loop)
{
    uint64_t fresh = loop->timer_counter;
    uv_timer_t *timer;

    while ((timer = next_due(loop, fresh)) != NULL) {
        uv_timer_stop(timer);
        uv_timer_again(timer);
        timer->timer_cb(timer);
    }
}

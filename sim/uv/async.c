/*
 * async.c - answers for libuv's unix/async.c. Sends coalesce; callbacks run in the poll phase, in
 * the order the handles were made, which nobody promises. Any thread of the process may send.
 */
#include "uv/internal.h"

int uv_async_init(uv_loop_t *loop, uv_async_t *handle, uv_async_cb async_cb)
{
    handle_init(loop, (uv_handle_t *)handle, UV_ASYNC);
    handle->async_cb = async_cb;
    handle->pending = 0;
    list_push_back(queue_of(loop->async_handles), queue_of(handle->queue));
    handle_start((uv_handle_t *)handle);
    return 0;
}

int uv_async_send(uv_async_t *handle)
{
    handle->pending = 1;
    loop_wake(handle->loop);
    return 0;
}

void async_close(uv_async_t *async)
{
    list_remove(queue_of(async->queue));
    handle_stop((uv_handle_t *)async);
}

/* ---- the poll phase ---- */

static uv_async_t *async_of(struct list *link)
{
    return container_of(link, uv_async_t, queue);
}

static bool is_sent(struct list *link)
{
    return async_of(link)->pending != 0;
}

bool asyncs_pending(uv_loop_t *loop)
{
    list_for_each(link, queue_of(loop->async_handles)) {
        if (is_sent(link))
            return true;
    }
    return false;
}

static void name_async(struct list *link, char *text, size_t size)
{
    handle_text((uv_handle_t *)async_of(link), text, size);
}

/* Those of `batch` before the first that has been sent go back to their loop. Returns: whether
 * there is one. */
static bool find_sent(uv_loop_t *loop, struct list *batch)
{
    while (!list_empty(batch) && !is_sent(batch->next))
        list_push_back(queue_of(loop->async_handles), list_pop_front(batch));
    return !list_empty(batch);
}

void asyncs_run(uv_loop_t *loop)
{
    struct list batch;
    bool told = false;

    list_move(&batch, queue_of(loop->async_handles));
    for (; find_sent(loop, &batch) && !(told && order_waits(batch.next, name_async)); told = true) {
        uv_async_t *async = async_of(order_pop_among(&batch, is_sent, name_async));

        list_push_back(queue_of(loop->async_handles), queue_of(async->queue));
        async->pending = 0;
        if (async->async_cb != NULL)
            async->async_cb(async);
    }
    list_append(queue_of(loop->async_handles), &batch);
}

/*
 * async.c - answers for libuv's unix/async.c. Sends coalesce; callbacks run in the poll phase, in
 * the order the handles were made. Any thread of the process may send.
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

void asyncs_run(uv_loop_t *loop)
{
    struct list batch;
    struct list *node;

    list_move(&batch, queue_of(loop->async_handles));
    while ((node = list_pop_front(&batch)) != NULL) {
        uv_async_t *async = container_of(node, uv_async_t, queue);

        list_push_back(queue_of(loop->async_handles), node);
        if (async->pending == 0)
            continue;
        async->pending = 0;
        if (async->async_cb != NULL)
            async->async_cb(async);
    }
}

/*
 * uv-common.c - answers for libuv's uv-common.c: what all handles share, and the words for errors.
 */
#include "uv/internal.h"

void handle_init(uv_loop_t *loop, uv_handle_t *handle, uv_handle_type type)
{
    handle->loop = loop;
    handle->type = type;
    handle->flags = HANDLE_REF;
    handle->next_closing = NULL;
    handle->close_cb = NULL;
    handle->u.fd = ++sim_of(loop)->number_last;
    list_push_back(queue_of(loop->handle_queue), queue_of(handle->handle_queue));
    process_current()->handles_open++;
}

void handle_start(uv_handle_t *handle)
{
    if ((handle->flags & HANDLE_ACTIVE) != 0)
        return;
    handle->flags |= HANDLE_ACTIVE;
    if ((handle->flags & HANDLE_REF) != 0)
        handle->loop->active_handles++;
}

void handle_stop(uv_handle_t *handle)
{
    if ((handle->flags & HANDLE_ACTIVE) == 0)
        return;
    handle->flags &= ~(unsigned)HANDLE_ACTIVE;
    if ((handle->flags & HANDLE_REF) != 0)
        handle->loop->active_handles--;
}

void uv_ref(uv_handle_t *handle)
{
    if ((handle->flags & HANDLE_REF) != 0)
        return;
    handle->flags |= HANDLE_REF;
    if ((handle->flags & HANDLE_CLOSING) == 0 && (handle->flags & HANDLE_ACTIVE) != 0)
        handle->loop->active_handles++;
}

void uv_unref(uv_handle_t *handle)
{
    if ((handle->flags & HANDLE_REF) == 0)
        return;
    handle->flags &= ~(unsigned)HANDLE_REF;
    if ((handle->flags & HANDLE_CLOSING) == 0 && (handle->flags & HANDLE_ACTIVE) != 0)
        handle->loop->active_handles--;
}

int uv_has_ref(const uv_handle_t *handle)
{
    return (handle->flags & HANDLE_REF) != 0;
}

int uv_is_active(const uv_handle_t *handle)
{
    return (handle->flags & HANDLE_ACTIVE) != 0 && (handle->flags & HANDLE_CLOSING) == 0;
}

int uv_is_closing(const uv_handle_t *handle)
{
    return (handle->flags & (HANDLE_CLOSING | HANDLE_CLOSED)) != 0;
}

void uv_walk(uv_loop_t *loop, uv_walk_cb walk_cb, void *arg)
{
    struct list batch;
    struct list *node;

    list_move(&batch, queue_of(loop->handle_queue));
    while ((node = order_pop(&batch, name_handle)) != NULL) {
        uv_handle_t *handle = container_of(node, uv_handle_t, handle_queue);

        list_push_back(queue_of(loop->handle_queue), node);
        if ((handle->flags & HANDLE_INTERNAL) == 0)
            walk_cb(handle, arg);
    }
}

uv_handle_type uv_handle_get_type(const uv_handle_t *handle)
{
    return handle->type;
}

void *uv_handle_get_data(const uv_handle_t *handle)
{
    return handle->data;
}

void uv_handle_set_data(uv_handle_t *handle, void *data)
{
    handle->data = data;
}

uv_loop_t *uv_handle_get_loop(const uv_handle_t *handle)
{
    return handle->loop;
}

uv_buf_t uv_buf_init(char *base, unsigned int len)
{
    return (uv_buf_t){.base = base, .len = len};
}

uv_req_type uv_req_get_type(const uv_req_t *req)
{
    return req->type;
}

void *uv_req_get_data(const uv_req_t *req)
{
    return req->data;
}

void uv_req_set_data(uv_req_t *req, void *data)
{
    req->data = data;
}

const char *uv_handle_type_name(uv_handle_type type)
{
    switch (type) {
#define X(upper, lower) \
    case UV_##upper:    \
        return #lower;
        UV_HANDLE_TYPE_MAP(X)
#undef X
    default:
        return NULL;
    }
}

const char *uv_err_name(int err)
{
    switch (err) {
#define X(name, words) \
    case UV_##name:    \
        return #name;
        UV_ERRNO_MAP(X)
#undef X
    default:
        return "unknown";
    }
}

const char *uv_strerror(int err)
{
    switch (err) {
#define X(name, words) \
    case UV_##name:    \
        return words;
        UV_ERRNO_MAP(X)
#undef X
    default:
        return "Unknown system error";
    }
}

/*
 * loop-watcher.c - answers for libuv's unix/loop-watcher.c: prepare, check and idle handles.
 *
 * Started handles go to the front, so the one started last runs first, which nobody promises; each
 * runs once a phase, even if callbacks start or stop others meanwhile.
 */
#include "uv/internal.h"

#define LOOP_WATCHER(name, type)                                                          \
    int uv_##name##_init(uv_loop_t *loop, uv_##name##_t *handle)                          \
    {                                                                                     \
        handle_init(loop, (uv_handle_t *)handle, UV_##type);                              \
        handle->name##_cb = NULL;                                                         \
        return 0;                                                                         \
    }                                                                                     \
                                                                                          \
    int uv_##name##_start(uv_##name##_t *handle, uv_##name##_cb cb)                       \
    {                                                                                     \
        if (uv_is_active((uv_handle_t *)handle))                                          \
            return 0;                                                                     \
        if (cb == NULL)                                                                   \
            return UV_EINVAL;                                                             \
        list_push_front(queue_of(handle->loop->name##_handles), queue_of(handle->queue)); \
        handle->name##_cb = cb;                                                           \
        handle_start((uv_handle_t *)handle);                                              \
        return 0;                                                                         \
    }                                                                                     \
                                                                                          \
    int uv_##name##_stop(uv_##name##_t *handle)                                           \
    {                                                                                     \
        if (!uv_is_active((uv_handle_t *)handle))                                         \
            return 0;                                                                     \
        list_remove(queue_of(handle->queue));                                             \
        handle_stop((uv_handle_t *)handle);                                               \
        return 0;                                                                         \
    }                                                                                     \
                                                                                          \
    void name##_close(uv_##name##_t *name)                                                \
    {                                                                                     \
        uv_##name##_stop(name);                                                           \
    }                                                                                     \
                                                                                          \
    static void name_##name(struct list *link, char *text, size_t size)                   \
    {                                                                                     \
        handle_text((uv_handle_t *)container_of(link, uv_##name##_t, queue), text, size); \
    }                                                                                     \
                                                                                          \
    void name##_run(uv_loop_t *loop)                                                      \
    {                                                                                     \
        struct list batch;                                                                \
        struct list *node;                                                                \
                                                                                          \
        list_move(&batch, queue_of(loop->name##_handles));                                \
        while ((node = order_pop(&batch, name_##name)) != NULL) {                         \
            uv_##name##_t *handle = container_of(node, uv_##name##_t, queue);             \
                                                                                          \
            list_push_back(queue_of(loop->name##_handles), node);                         \
            handle->name##_cb(handle);                                                    \
        }                                                                                 \
    }

LOOP_WATCHER(prepare, PREPARE)
LOOP_WATCHER(check, CHECK)
LOOP_WATCHER(idle, IDLE)

/*
 * loop.c - answers for libuv's unix/loop.c and the loop part of uv-common.c: making and closing
 * loops, and the default loop, of which every simulated process has its own.
 */
#include "uv/internal.h"

#include "base/alloc.h"

int uv_loop_init(uv_loop_t *loop)
{
    void *data = loop->data; /* survives, as in libuv */
    struct sim_loop *sim = alloc_zero(sizeof *sim);

    if (sim == NULL)
        return UV_ENOMEM;
    *loop = (uv_loop_t){.data = data, .internal_fields = sim, .backend_fd = -1};
    list_init(queue_of(loop->handle_queue));
    list_init(queue_of(loop->idle_handles));
    list_init(queue_of(loop->prepare_handles));
    list_init(queue_of(loop->check_handles));
    list_init(queue_of(loop->async_handles));
    list_init(queue_of(loop->wq));
    list_init(queue_of(loop->pending_queue));
    list_init(queue_of(loop->watcher_queue));
    list_init(&sim->ready);
    timers_init(loop);
    uv_update_time(loop);
    return 0;
}

int uv_loop_close(uv_loop_t *loop)
{
    void *data = loop->data;

    if (loop->active_reqs.count > 0 || loop->closing_handles != NULL)
        return UV_EBUSY;
    list_for_each(node, queue_of(loop->handle_queue)) {
        if ((container_of(node, uv_handle_t, handle_queue)->flags & HANDLE_INTERNAL) == 0)
            return UV_EBUSY;
    }
    if (process_current()->uv_loop == loop) {
        process_current()->uv_loop = NULL;
        process_current()->uv_blocks--;
    }
    alloc_release(sim_of(loop)->caught);
    alloc_release(sim_of(loop));
    *loop = (uv_loop_t){.data = data};
    return 0;
}

uv_loop_t *uv_default_loop(void)
{
    struct process *process = process_current();
    uv_loop_t *loop;

    if (process->uv_loop != NULL)
        return process->uv_loop;
    loop = alloc_zero(sizeof *loop);
    if (loop == NULL)
        return NULL;
    if (uv_loop_init(loop) != 0) {
        alloc_release(loop);
        return NULL;
    }
    process->uv_loop = loop;
    process->uv_blocks += 2; /* with its insides */
    return loop;
}

size_t uv_loop_size(void)
{
    return sizeof(uv_loop_t);
}

uint64_t uv_now(const uv_loop_t *loop)
{
    return loop->time;
}

void uv_update_time(uv_loop_t *loop)
{
    loop->time = (uint64_t)(process_clock() / NS_PER_MS);
}

void uv_stop(uv_loop_t *loop)
{
    loop->stop_flag = 1;
}

void *uv_loop_get_data(const uv_loop_t *loop)
{
    return loop->data;
}

void uv_loop_set_data(uv_loop_t *loop, void *data)
{
    loop->data = data;
}

/*
 * threadpool.c - answers for libuv's threadpool.c: work requests on the threads of a process.
 *
 * Up to four threads, libuv's default, each made when there is work and no thread is free for it.
 * Work begins in the order in which it was asked for. A thread that is done with a piece lets the
 * others run before it takes the next: that is one of the points at which threads switch.
 */
#include "uv/internal.h"

#include "base/alloc.h"

#define THREADS_MAX 4

struct pool {
    struct list queue; /* of requests that no thread has taken */
    struct list idle;  /* of workers */
    size_t count;
};

/* A thread that waits for work. Lives on that thread's stack. */
struct worker {
    struct list link;
    struct thread *thread;
};

static uv_work_t *request_of(struct list *node)
{
    return container_of(node, uv_work_t, work_req.wq);
}

/* The request is over, one way or the other: its loop is told. */
static void hand_back(uv_work_t *request)
{
    list_push_back(queue_of(request->loop->wq), queue_of(request->work_req.wq));
    loop_wake(request->loop);
}

static struct list *wait_for_work(struct pool *pool)
{
    struct worker self = {.thread = thread_current()};
    struct list *node;

    while ((node = list_pop_front(&pool->queue)) == NULL) {
        list_push_back(&pool->idle, &self.link);
        thread_block(WORLD_NEVER, NULL);
        list_remove(&self.link);
    }
    return node;
}

static void work_for_ever(void *context)
{
    struct pool *pool = context;

    for (;;) {
        uv_work_t *request = request_of(wait_for_work(pool));

        request->work_req.work = NULL; /* it has begun */
        request->work_cb(request);
        hand_back(request);
        thread_yield();
    }
}

/* The pool of the calling process, or NULL when there is no memory for it. */
static struct pool *pool_of_process(void)
{
    struct process *process = process_current();
    struct pool *pool = process->uv_pool;

    if (pool != NULL)
        return pool;
    pool = alloc_zero(sizeof *pool);
    if (pool == NULL)
        return NULL;
    list_init(&pool->queue);
    list_init(&pool->idle);
    process->uv_pool = pool;
    process->uv_blocks++;
    return pool;
}

static void find_worker(struct pool *pool)
{
    struct list *node = list_pop_front(&pool->idle);

    if (node != NULL)
        thread_wake(container_of(node, struct worker, link)->thread);
    else if (pool->count < THREADS_MAX)
        thread_spawn("worker", work_for_ever, pool), pool->count++;
}

/* What stands in work_req.work: one of these, or NULL once the work has begun. libuv keeps
 * functions of its own there. */
static void not_begun(struct uv__work *work)
{
    (void)work;
}

static void cancelled(struct uv__work *work)
{
    (void)work;
}

int uv_queue_work(uv_loop_t *loop, uv_work_t *req, uv_work_cb work_cb,
                  uv_after_work_cb after_work_cb)
{
    struct pool *pool;

    if (work_cb == NULL)
        return UV_EINVAL;
    pool = pool_of_process();
    if (pool == NULL)
        return UV_ENOMEM; /* libuv aborts */
    req->type = UV_WORK;
    req->loop = loop;
    req->work_cb = work_cb;
    req->after_work_cb = after_work_cb;
    req->work_req.work = not_begun;
    loop->active_reqs.count++;
    list_push_back(&pool->queue, queue_of(req->work_req.wq));
    find_worker(pool);
    return 0;
}

int uv_cancel(uv_req_t *req)
{
    uv_work_t *request = (uv_work_t *)req;

    if (req->type != UV_WORK)
        return UV_EINVAL; /* no other kind of request can be made */
    if (request->work_req.work == NULL)
        return UV_EBUSY;
    request->work_req.work = cancelled;
    list_remove(queue_of(request->work_req.wq));
    hand_back(request);
    return 0;
}

void work_run(uv_loop_t *loop)
{
    struct list batch;
    struct list *node;

    list_move(&batch, queue_of(loop->wq));
    while ((node = list_pop_front(&batch)) != NULL) {
        uv_work_t *request = request_of(node);
        int status = request->work_req.work == cancelled ? UV_ECANCELED : 0;

        request->work_req.work = NULL;
        loop->active_reqs.count--;
        if (request->after_work_cb != NULL)
            request->after_work_cb(request, status);
    }
}

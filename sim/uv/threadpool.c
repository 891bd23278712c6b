/*
 * threadpool.c - answers for libuv's threadpool.c: work on the threads of a process, that of
 * uv_queue_work() and of other requests.
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

static struct uv__work *work_of(struct list *node)
{
    return container_of(node, struct uv__work, wq);
}

/* It is over, one way or the other: its loop is told. */
static void hand_back(struct uv__work *work)
{
    list_push_back(queue_of(work->loop->wq), queue_of(work->wq));
    loop_wake(work->loop);
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
        struct uv__work *work = work_of(wait_for_work(pool));
        void (*run)(struct uv__work *) = work->work;

        work->work = NULL; /* it has begun */
        run(work);
        hand_back(work);
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

/* What stands in `work` when that is over before it has begun; once it has, NULL does. */
static void cancelled(struct uv__work *work)
{
    (void)work;
}

int work_submit(uv_loop_t *loop, struct uv__work *work, void (*run)(struct uv__work *),
                void (*done)(struct uv__work *, int status))
{
    struct pool *pool = pool_of_process();

    if (pool == NULL)
        return UV_ENOMEM; /* libuv aborts */
    work->loop = loop;
    work->work = run;
    work->done = done;
    loop->active_reqs.count++;
    list_push_back(&pool->queue, queue_of(work->wq));
    find_worker(pool);
    return 0;
}

static void run_request(struct uv__work *work)
{
    uv_work_t *request = container_of(work, uv_work_t, work_req);

    request->work_cb(request);
}

static void end_request(struct uv__work *work, int status)
{
    uv_work_t *request = container_of(work, uv_work_t, work_req);

    if (request->after_work_cb != NULL)
        request->after_work_cb(request, status);
}

int uv_queue_work(uv_loop_t *loop, uv_work_t *req, uv_work_cb work_cb,
                  uv_after_work_cb after_work_cb)
{
    if (work_cb == NULL)
        return UV_EINVAL;
    req->type = UV_WORK;
    req->loop = loop;
    req->work_cb = work_cb;
    req->after_work_cb = after_work_cb;
    return work_submit(loop, &req->work_req, run_request, end_request);
}

/* The work of `req`, or NULL if it has none. */
static struct uv__work *work_of_request(uv_req_t *req)
{
    switch (req->type) {
    case UV_WORK:
        return &((uv_work_t *)req)->work_req;
    case UV_RANDOM:
        return &((uv_random_t *)req)->work_req;
    default:
        return NULL;
    }
}

int uv_cancel(uv_req_t *req)
{
    struct uv__work *work = work_of_request(req);

    if (work == NULL)
        return UV_EINVAL;
    if (work->work == NULL)
        return UV_EBUSY;
    work->work = cancelled;
    list_remove(queue_of(work->wq));
    hand_back(work);
    return 0;
}

void work_run(uv_loop_t *loop)
{
    struct list batch;
    struct list *node;

    list_move(&batch, queue_of(loop->wq));
    while ((node = list_pop_front(&batch)) != NULL) {
        struct uv__work *work = work_of(node);
        int status = work->work == cancelled ? UV_ECANCELED : 0;

        work->work = NULL;
        loop->active_reqs.count--;
        work->done(work, status);
    }
}

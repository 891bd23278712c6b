/*
 * threadpool.c - answers for libuv's threadpool.c: work on the threads of a process.
 *
 * Up to four threads, libuv's default, each made when there is work and no thread is free for it.
 * Work begins in the order in which it was asked for, but for questions about names, of which no
 * more than two are under way at a time: so others get on meanwhile. It is told of in the order in
 * which it ended. Neither is promised. A thread that is done with a piece lets the others run
 * before it takes the next: that is one of the points at which threads switch.
 */
#include "uv/internal.h"

#include <stdio.h>

#include "base/alloc.h"

#define THREADS_MAX      4
#define SLOW_THREADS_MAX 2

struct pool {
    struct list queue;     /* of work that no thread has taken */
    struct list slow;      /* and of slow work, which is taken when the turn of `slow_turn` comes */
    struct list slow_turn; /* in `queue` */
    size_t slow_running;
    struct list idle; /* of workers */
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

static void end_request(struct uv__work *work, int status);

static void name_work(struct list *link, char *text, size_t size)
{
    const struct pool *pool = process_current()->uv_pool;
    struct uv__work *work = work_of(link);

    if (link == &pool->slow_turn || work->done != end_request)
        snprintf(text, size, "a request of libuv's own");
    else
        snprintf(text, size, "work %zu",
                 (size_t)container_of(work, uv_work_t, work_req)->reserved[0]);
}

/* The work is over, one way or the other: its loop is told. */
static void hand_back(struct uv__work *work)
{
    list_push_back(queue_of(work->loop->wq), queue_of(work->wq));
    loop_wake(work->loop);
}

/* ---- the threads ---- */

static void find_worker(struct pool *pool);

/* Behind the last that may begin before the first of the line does. */
static const struct list *end_of_line(const struct pool *pool)
{
    return pool->slow_running >= SLOW_THREADS_MAX && list_linked(&pool->slow_turn)
               ? &pool->slow_turn
               : &pool->queue;
}

/* The next piece that may begin, taken, or NULL. */
static struct uv__work *take(struct pool *pool, bool *slow)
{
    struct list *node = pool->queue.next;

    if (node == &pool->slow_turn && pool->slow_running >= SLOW_THREADS_MAX) {
        list_remove(node); /* not before all that is not slow */
        list_push_back(&pool->queue, node);
        node = pool->queue.next;
    }
    if (order_is_open() && node != &pool->queue && node != &pool->slow_turn)
        node = order_pick("uv.next", node, end_of_line(pool), name_work);
    *slow = node == &pool->slow_turn;
    if (node == &pool->queue || (*slow && pool->slow_running >= SLOW_THREADS_MAX))
        return NULL;
    list_remove(node);
    if (!*slow)
        return work_of(node);
    node = list_pop_front(&pool->slow);
    if (node == NULL) /* it was cancelled */
        return take(pool, slow);
    pool->slow_running++;
    if (!list_empty(&pool->slow)) {
        list_push_back(&pool->queue, &pool->slow_turn);
        find_worker(pool);
    }
    return work_of(node);
}

static struct uv__work *wait_for_work(struct pool *pool, bool *slow)
{
    struct worker self = {.thread = thread_current()};
    struct uv__work *work;

    while ((work = take(pool, slow)) == NULL) {
        list_push_back(&pool->idle, &self.link);
        thread_block(WORLD_NEVER, NULL);
        list_remove(&self.link);
    }
    return work;
}

static void work_for_ever(void *context)
{
    struct pool *pool = context;

    for (;;) {
        bool slow;
        struct uv__work *work = wait_for_work(pool, &slow);
        void (*run)(struct uv__work *) = work->work;

        work->work = NULL; /* it has begun */
        run(work);
        hand_back(work);
        if (slow)
            pool->slow_running--;
        thread_yield();
    }
}

static void find_worker(struct pool *pool)
{
    struct list *node = list_pop_front(&pool->idle);

    if (node != NULL)
        thread_wake(container_of(node, struct worker, link)->thread);
    else if (pool->count < THREADS_MAX)
        thread_spawn("worker", work_for_ever, pool), pool->count++;
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
    list_init(&pool->slow);
    list_init(&pool->idle);
    process->uv_pool = pool;
    process->uv_blocks++;
    return pool;
}

/* ---- work ---- */

int work_submit(uv_loop_t *loop, struct uv__work *work, enum work_kind kind,
                void (*run)(struct uv__work *), void (*done)(struct uv__work *, int status))
{
    struct pool *pool = pool_of_process();

    if (pool == NULL)
        return UV_ENOMEM; /* libuv aborts */
    work->loop = loop;
    work->work = run;
    work->done = done;
    loop->active_reqs.count++;
    if (kind == WORK_FAST) {
        list_push_back(&pool->queue, queue_of(work->wq));
    } else {
        list_push_back(&pool->slow, queue_of(work->wq));
        if (list_linked(&pool->slow_turn))
            return 0;
        list_push_back(&pool->queue, &pool->slow_turn);
    }
    find_worker(pool);
    return 0;
}

/* What stands in `work` when that is over before it has begun; once it has, NULL does. */
static void cancelled(struct uv__work *work)
{
    (void)work;
}

bool work_pending(uv_loop_t *loop)
{
    return !list_empty(queue_of(loop->wq));
}

static void tell(uv_loop_t *loop, struct uv__work *work)
{
    int status = work->work == cancelled ? UV_ECANCELED : 0;

    work->work = NULL;
    loop->active_reqs.count--;
    work->done(work, status);
}

void work_run(uv_loop_t *loop)
{
    struct list batch;
    bool told = false;

    list_move(&batch, queue_of(loop->wq));
    for (; !list_empty(&batch) && !(told && order_waits(batch.next, name_work)); told = true)
        tell(loop, work_of(order_pop(&batch, name_work)));
    order_put_back(queue_of(loop->wq), &batch);
}

/* The work of `req`, or NULL if it has none. */
static struct uv__work *work_of_request(uv_req_t *req)
{
    switch (req->type) {
    case UV_WORK:
        return &((uv_work_t *)req)->work_req;
    case UV_GETADDRINFO:
        return &((uv_getaddrinfo_t *)req)->work_req;
    case UV_GETNAMEINFO:
        return &((uv_getnameinfo_t *)req)->work_req;
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

/* ---- requests of work ---- */

static void run_request(struct uv__work *work)
{
    uv_work_t *req = container_of(work, uv_work_t, work_req);

    req->work_cb(req);
}

static void end_request(struct uv__work *work, int status)
{
    uv_work_t *req = container_of(work, uv_work_t, work_req);

    if (req->after_work_cb != NULL)
        req->after_work_cb(req, status);
}

int uv_queue_work(uv_loop_t *loop, uv_work_t *req, uv_work_cb work_cb,
                  uv_after_work_cb after_work_cb)
{
    if (work_cb == NULL)
        return UV_EINVAL;
    req->type = UV_WORK;
    req->reserved[0] = (void *)++sim_of(loop)->work_last;
    req->loop = loop;
    req->work_cb = work_cb;
    req->after_work_cb = after_work_cb;
    return work_submit(loop, &req->work_req, WORK_FAST, run_request, end_request);
}

/*
 * executor.c - see executor.h. A pool is a line of jobs, a limit, and a uv loop of its own that
 * never runs but to take back requests that are over: so work can be submitted from any thread,
 * which libuv's own loops do not allow.
 */
#include "executor.h"

#include <uv.h>

#include "base/alloc.h"
#include "base/check.h"
#include "base/fiber.h"
#include "context.h"
#include "crossing.h"
#include "handler.h"
#include "loop_core.h"
#include "task_core.h"
#include "threadsafe.h"
#include "timeout.h"

/* The size of a default executor: more than libuv has threads by default, so that its setting
 * decides. asyncio has as many as the machine has processors, and four. */
#define DEFAULT_SIZE 32

/* Requests that are over are taken back so many at a time: it costs a system call. */
#define TAKE_BACK_AT 64

struct rondo_job {
    uv_work_t uv;     /* while it is a pool's */
    struct list link; /* in the line of a pool */
    struct rondo_executor *pool;
    rondo_fn fn;
    void *arg;
    struct rondo_context context;
    rondo_concurrent *result; /* held */
};

struct rondo_executor {
    char *name;
    const rondo_executor_methods *methods; /* NULL: a pool */
    void *self;
    uv_mutex_t mutex; /* of what follows */
    bool shut;
    uv_loop_t uv;
    size_t size;
    size_t busy;            /* jobs that libuv has */
    size_t over;            /* requests that are over and not yet taken back */
    struct list line;       /* jobs that wait for one of `size` */
    rondo_concurrent *idle; /* done when it is shut and nothing is left to do */
};

/* ---- jobs ---- */

static rondo_job *job_new(rondo_fn fn, void *arg)
{
    rondo_job *job = alloc_zero(sizeof *job);

    if (job == NULL)
        return NULL;
    job->result = rondo_concurrent_new();
    if (job->result == NULL) {
        alloc_release(job);
        return NULL;
    }
    job->fn = fn;
    job->arg = arg;
    return job;
}

/* Let go of what `job` has, but not of itself: its pool may still need the request in it. */
static void job_empty(rondo_job *job)
{
    context_release(&job->context);
    rondo_concurrent_unref(job->result);
}

/* Call the function as what this thread does, and complete the result. */
static void job_call(rondo_job *job)
{
    struct fiber *fiber = fiber_current();
    struct errand errand = {.context = &job->context};
    void *outer = fiber->errand;
    rondo_value value = {.drop = NULL};
    bool taken;
    int rc;

    fiber->errand = &errand;
    rc = job->fn(job->arg, &value);
    fiber->errand = outer;
    taken = concurrent_complete(job->result, rc, value,
                                rc == errand.error_code ? errand.error_text : NULL);
    CHECK(taken); /* what runs cannot be cancelled, and nobody else completes it */
    alloc_release(errand.error_text);
}

static void job_do(rondo_job *job)
{
    if (rondo_concurrent_set_running(job->result) == 0)
        job_call(job);
    job_empty(job);
}

void rondo_job_run(rondo_job *job)
{
    job_do(job);
    alloc_release(job);
}

void rondo_job_drop(rondo_job *job)
{
    rondo_concurrent_cancel(job->result);
    job_empty(job);
    alloc_release(job);
}

/* ---- a pool ---- */

static void work(uv_work_t *uv);

static void taken_back(uv_work_t *uv, int status)
{
    rondo_job *job = uv->data;

    (void)status;
    job->pool->over--;
    alloc_release(job);
}

/* Give `job` to libuv. Called with the mutex held. */
static int start(rondo_executor *pool, rondo_job *job)
{
    job->uv.data = job;
    return uv_queue_work(&pool->uv, &job->uv, work, taken_back);
}

/* One job less at work: the next in line takes its place. Returns: whether the pool has come to its
 * end. */
static bool make_room(rondo_executor *pool)
{
    struct list *node;
    bool ended;

    uv_mutex_lock(&pool->mutex);
    pool->over++;
    node = list_pop_front(&pool->line);
    if (node == NULL)
        pool->busy--;
    else if (start(pool, container_of(node, rondo_job, link)) != 0)
        CHECK_NEVER("libuv refused work, which it does only before its first");
    ended = pool->shut && pool->busy == 0;
    uv_mutex_unlock(&pool->mutex);
    return ended;
}

/* On a thread of libuv's. */
static void work(uv_work_t *uv)
{
    rondo_job *job = uv->data;
    rondo_executor *pool = job->pool;
    rondo_concurrent *idle = rondo_concurrent_ref(pool->idle);

    job_do(job);
    others_owe(-1);
    if (make_room(pool)) /* after which the pool may be gone */
        rondo_concurrent_set_result(idle, 0);
    rondo_concurrent_unref(idle);
}

static int pool_take(rondo_executor *pool, rondo_job *job)
{
    int rc = 0;

    if (pool->over >= TAKE_BACK_AT)
        uv_run(&pool->uv, UV_RUN_NOWAIT);
    job->pool = pool;
    if (pool->busy == pool->size) {
        list_push_back(&pool->line, &job->link);
    } else {
        rc = start(pool, job);
        pool->busy += rc == 0;
    }
    if (rc == 0)
        others_owe(+1);
    return rc;
}

static int pool_open(rondo_executor *pool, size_t size)
{
    pool->size = size;
    pool->idle = rondo_concurrent_new();
    if (pool->idle == NULL)
        return RONDO_ENOMEM;
    rondo_concurrent_set_running(pool->idle); /* who waits for it cannot cancel it */
    return uv_loop_init(&pool->uv);
}

/* Take the jobs that nobody has begun out of the line. */
static void drop_line(rondo_executor *pool)
{
    struct list line;
    struct list *node;

    uv_mutex_lock(&pool->mutex);
    list_move(&line, &pool->line);
    uv_mutex_unlock(&pool->mutex);
    while ((node = list_pop_front(&line)) != NULL) {
        others_owe(-1);
        rondo_job_drop(container_of(node, rondo_job, link));
    }
}

/* ---- executors ---- */

static void executor_free(rondo_executor *executor)
{
    rondo_concurrent_unref(executor->idle);
    alloc_release(executor->name);
    alloc_release(executor);
}

static rondo_executor *executor_new(const char *name, const rondo_executor_methods *methods,
                                    void *self)
{
    rondo_executor *executor = alloc_zero(sizeof *executor);

    if (executor == NULL)
        return NULL;
    executor->name = alloc_text(name != NULL ? name : "executor");
    if (executor->name == NULL || uv_mutex_init(&executor->mutex) != 0) {
        executor_free(executor);
        return NULL;
    }
    executor->methods = methods;
    executor->self = self;
    list_init(&executor->line);
    return executor;
}

rondo_executor *rondo_executor_new(const char *name, size_t size)
{
    rondo_executor *pool = size > 0 ? executor_new(name, NULL, NULL) : NULL;

    if (pool == NULL || pool_open(pool, size) == 0)
        return pool;
    uv_mutex_destroy(&pool->mutex);
    executor_free(pool);
    return NULL;
}

rondo_executor *rondo_executor_custom(const char *name, const rondo_executor_methods *methods,
                                      void *self)
{
    return methods != NULL ? executor_new(name, methods, self) : NULL;
}

int rondo_executor_pass(rondo_executor *executor, rondo_job *job)
{
    int rc = 0;

    uv_mutex_lock(&executor->mutex);
    if (executor->shut)
        rc = RONDO_ESHUTDOWN;
    else if (executor->methods == NULL)
        rc = pool_take(executor, job);
    uv_mutex_unlock(&executor->mutex);
    if (rc == 0 && executor->methods != NULL)
        rc = executor->methods->submit(executor->self, job);
    return rc;
}

int rondo_executor_submit(rondo_executor *executor, rondo_fn fn, void *arg, rondo_concurrent **out)
{
    rondo_job *job = fn != NULL ? job_new(fn, arg) : NULL;
    rondo_concurrent *result;
    int rc;

    if (job == NULL)
        return fn != NULL ? RONDO_ENOMEM : RONDO_EINVAL;
    result = rondo_concurrent_ref(job->result);
    rc = rondo_executor_pass(executor, job);
    if (rc < 0)
        rondo_job_drop(job);
    if (rc == 0 && out != NULL)
        *out = result;
    else
        rondo_concurrent_unref(result);
    return rc;
}

/* Take no more work; if nothing is left to do, that is the end. */
static void refuse_work(rondo_executor *executor)
{
    bool ended;

    uv_mutex_lock(&executor->mutex);
    ended = !executor->shut && executor->busy == 0;
    executor->shut = true;
    uv_mutex_unlock(&executor->mutex);
    if (ended && executor->methods == NULL)
        rondo_concurrent_set_result(executor->idle, 0);
}

/* Wait for the work of a pool, and for libuv to let go of it. */
static void pool_close(rondo_executor *pool)
{
    int rc;

    concurrent_wait(pool->idle);
    uv_run(&pool->uv, UV_RUN_DEFAULT);
    rc = uv_loop_close(&pool->uv);
    CHECK(rc == 0);
}

void rondo_executor_shutdown(rondo_executor *executor, bool cancel_pending)
{
    if (executor == NULL)
        return;
    refuse_work(executor);
    if (cancel_pending)
        drop_line(executor);
    if (executor->methods == NULL)
        pool_close(executor);
    else if (executor->methods->shutdown != NULL)
        executor->methods->shutdown(executor->self);
    uv_mutex_destroy(&executor->mutex);
    executor_free(executor);
}

/* ---- of a loop ---- */

/* The executor meant by NULL. Returns: NULL without memory. */
static rondo_executor *default_executor(struct rondo_loop *loop)
{
    if (loop->executor == NULL)
        loop->executor = rondo_executor_new("default executor", DEFAULT_SIZE);
    return loop->executor;
}

static int submit_for(struct rondo_loop *loop, rondo_executor *executor, rondo_job *job)
{
    if (executor == NULL && loop->executor_is_shut)
        return RONDO_ESHUTDOWN;
    if (executor == NULL)
        executor = default_executor(loop);
    return executor != NULL ? rondo_executor_pass(executor, job) : RONDO_ENOMEM;
}

/* Hand `job` over, for a future of `loop`, which is made first: without it nothing may begin.
 * Returns: 0, or a negative code, with which the future ends too, if there is one. The caller lets
 * go of both results. */
static int begin(struct rondo_loop *loop, rondo_executor *executor, rondo_job *job,
                 rondo_future **future, rondo_concurrent **result)
{
    int rc;

    *result = rondo_concurrent_ref(job->result);
    *future = rondo_wrap_future(*result, loop);
    if (*future == NULL) {
        rondo_job_drop(job);
        return RONDO_ENOMEM;
    }
    rc = job->fn != NULL ? submit_for(loop, executor, job) : RONDO_EINVAL;
    if (rc < 0) {
        rondo_concurrent_set_error(*result, rc, rondo_strerror(rc));
        rondo_job_drop(job);
    }
    return rc;
}

rondo_future *rondo_run_in_executor(rondo_loop *loop, rondo_executor *executor, rondo_fn fn,
                                    void *arg)
{
    rondo_concurrent *result;
    rondo_future *future;
    rondo_job *job;

    if (loop == NULL)
        loop = loop_running();
    job = loop != NULL ? job_new(fn, arg) : NULL;
    if (job == NULL)
        return NULL;
    begin(loop, executor, job, &future, &result); /* what it refuses, the future tells */
    rondo_concurrent_unref(result);
    return future;
}

int rondo_to_thread_at(rondo_fn fn, void *arg, rondo_value *out, const char *here)
{
    rondo_concurrent *result;
    rondo_future *future;
    rondo_job *job;
    int rc;

    if (task_current() == NULL)
        return RONDO_EMISUSE;
    job = job_new(fn, arg);
    if (job == NULL)
        return RONDO_ENOMEM;
    context_copy(&job->context, NULL);
    rc = begin(loop_running(), NULL, job, &future, &result);
    rondo_set_name(future, "of a thread");
    if (rc == 0)
        rc = rondo_await_at(future, NULL, here);
    else
        rondo_cancel(future, NULL); /* nobody looks at it */
    if (rc == 0 && out != NULL)
        *out = concurrent_take(result);
    rondo_unref(future);
    rondo_concurrent_unref(result);
    return rc;
}

int rondo_loop_set_default_executor(rondo_loop *loop, rondo_executor *executor)
{
    if (executor == NULL || executor->methods != NULL)
        return RONDO_EINVAL;
    if (loop->executor != executor)
        rondo_executor_shutdown(loop->executor, false);
    loop->executor = executor;
    return 0;
}

int rondo_shutdown_default_executor_at(int64_t timeout_ns, const char *here)
{
    struct rondo_loop *loop = loop_running();
    rondo_future *idle;
    int rc;

    if (task_current() == NULL)
        return RONDO_EMISUSE;
    loop->executor_is_shut = true;
    if (loop->executor == NULL)
        return 0;
    refuse_work(loop->executor);
    idle = rondo_wrap_future(loop->executor->idle, loop);
    rondo_set_name(idle, loop->executor->name);
    rc = rondo_wait_for_at(idle, timeout_ns, NULL, here);
    rondo_unref(idle);
    if (rc == RONDO_ETIMEDOUT)
        rondo_report_at(rc, here, "the default executor did not end its work in time");
    return rc;
}

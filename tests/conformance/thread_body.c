/*
 * thread_body.c - work requests on the pool, and what threads wait for each other with: libuv's
 * threadpool.rst and threading.rst.
 *
 * Each order that is noted is one that the program itself enforces: a thread and the loop never
 * note at the same time.
 */
#include <uv.h>

#include "tests/conformance/conformance.h"

/* Pieces of work that have begun, and wait to be let go. */
#define POOL 4

struct work {
    uv_work_t uv;
    struct trace *trace;
    const char *name;
    uv_sem_t *begun; /* posted at the start; NULL: not */
    uv_sem_t *go;    /* waited for then */
    int quiet;       /* several run side by side: none may note */
    int after;
    int status;
};

static void work(uv_work_t *uv)
{
    struct work *self = uv->data;

    if (self->begun != NULL)
        uv_sem_post(self->begun);
    uv_sem_wait(self->go);
    if (!self->quiet)
        note(self->trace, "%s ", self->name);
}

static void after(uv_work_t *uv, int status)
{
    struct work *self = uv->data;

    self->after++;
    self->status = status;
    note(self->trace, "after %s %d ", self->name, status == UV_ECANCELED ? -1 : status);
}

static int queue(struct work *self, uv_loop_t *loop, struct trace *trace, const char *name)
{
    self->trace = trace;
    self->name = name;
    self->uv.data = self;
    return uv_queue_work(loop, &self->uv, work, after);
}

static void open_work(struct work *self, uv_loop_t *loop, uv_sem_t *go)
{
    uv_loop_init(loop);
    uv_sem_init(go, 0);
    self->go = go;
}

static void finish(uv_loop_t *loop, struct trace *trace)
{
    note(trace, "run %d ", uv_run(loop, UV_RUN_DEFAULT));
    note(trace, "| close %d\n", uv_loop_close(loop));
}

/* Work runs elsewhere, its end is told in the poll; it keeps the loop meanwhile. */
static void runs(struct trace *trace)
{
    struct work a = {.trace = trace};
    uv_loop_t loop;
    uv_sem_t go;

    note(trace, "one: ");
    open_work(&a, &loop, &go);
    note(trace, "no function %s ", uv_err_name(uv_queue_work(&loop, &a.uv, NULL, NULL)));
    note(trace, "%d ", queue(&a, &loop, trace, "a"));
    note(trace, "alive %d ", uv_loop_alive(&loop));
    note(trace, "busy %s ", uv_err_name(uv_loop_close(&loop)));
    uv_sem_post(&go);
    finish(&loop, trace);
    uv_sem_destroy(&go);
}

static void without_a_callback(struct trace *trace)
{
    struct work a = {.trace = trace, .name = "a"};
    uv_loop_t loop;
    uv_sem_t go;

    note(trace, "without a callback: ");
    open_work(&a, &loop, &go);
    a.uv.data = &a;
    note(trace, "%d ", uv_queue_work(&loop, &a.uv, work, NULL));
    uv_sem_post(&go);
    finish(&loop, trace);
    uv_sem_destroy(&go);
}

/* Each of four waits for the four to have begun: so they run side by side, and a fifth does not. */
static void side_by_side(struct trace *trace)
{
    struct work works[POOL + 1];
    uv_sem_t begun, go;
    uv_loop_t loop;

    note(trace, "four side by side: ");
    uv_loop_init(&loop);
    uv_sem_init(&begun, 0);
    uv_sem_init(&go, 0);
    for (int i = 0; i <= POOL; i++) {
        works[i] = (struct work){.begun = &begun, .go = &go, .quiet = 1};
        queue(&works[i], &loop, trace, "w");
    }
    for (int i = 0; i < POOL; i++)
        uv_sem_wait(&begun);
    note(trace, "begun, a fifth: %s ", uv_err_name(uv_sem_trywait(&begun)));
    note(trace, "cancel the fifth %d, ", uv_cancel((uv_req_t *)&works[POOL].uv));
    note(trace, "the first %s ", uv_err_name(uv_cancel((uv_req_t *)&works[0].uv)));
    uv_run(&loop, UV_RUN_ONCE);
    note(trace, "then ");
    for (int i = 0; i < POOL; i++)
        uv_sem_post(&go);
    finish(&loop, trace);
    uv_sem_destroy(&begun);
    uv_sem_destroy(&go);
}

static void cancel_other_things(struct trace *trace)
{
    uv_req_t request = {.type = UV_CONNECT};

    note(trace, "cancel another kind: %s\n", uv_err_name(uv_cancel(&request)));
}

/* ---- async handles from a thread ---- */

struct sender {
    uv_work_t uv;
    uv_async_t async;
    uv_timer_t timer;
    struct trace *trace;
};

static void send_once(uv_work_t *uv)
{
    uv_async_send(&((struct sender *)uv->data)->async);
}

static void sent(uv_async_t *async)
{
    struct sender *self = async->data;

    note(self->trace, "woken ");
    uv_close((uv_handle_t *)&self->timer, NULL);
    uv_close((uv_handle_t *)&self->async, NULL);
}

static void too_late(uv_timer_t *timer)
{
    note(((struct sender *)timer->data)->trace, "too late ");
}

static void async_from_a_thread(struct trace *trace)
{
    struct sender self = {.trace = trace};
    uv_loop_t loop;

    note(trace, "a thread wakes the poll: ");
    uv_loop_init(&loop);
    uv_async_init(&loop, &self.async, sent);
    uv_timer_init(&loop, &self.timer);
    self.uv.data = self.async.data = self.timer.data = &self;
    uv_timer_start(&self.timer, too_late, 60000, 0);
    uv_queue_work(&loop, &self.uv, send_once, NULL);
    finish(&loop, trace);
}

/* ---- between threads ---- */

struct pair {
    uv_mutex_t mutex;
    uv_cond_t condition;
    uv_sem_t begun;
    int ready;
    struct trace *trace;
    uv_work_t works[2];
};

static void take_the_mutex(uv_work_t *uv)
{
    struct pair *pair = uv->data;

    uv_sem_post(&pair->begun);
    uv_mutex_lock(&pair->mutex);
    note(pair->trace, "then the thread ");
    uv_mutex_unlock(&pair->mutex);
}

static void mutual_exclusion(struct trace *trace)
{
    struct pair pair = {.trace = trace};
    uv_loop_t loop;

    note(trace, "mutex: ");
    uv_loop_init(&loop);
    note(trace, "init %d ", uv_mutex_init(&pair.mutex));
    uv_sem_init(&pair.begun, 0);
    pair.works[0].data = &pair;
    note(trace, "try %d ", uv_mutex_trylock(&pair.mutex));
    note(trace, "again %s ", uv_err_name(uv_mutex_trylock(&pair.mutex)));
    uv_queue_work(&loop, &pair.works[0], take_the_mutex, NULL);
    uv_sem_wait(&pair.begun);
    uv_sleep(20);
    note(trace, "first we ");
    uv_mutex_unlock(&pair.mutex);
    finish(&loop, trace);
    uv_mutex_destroy(&pair.mutex);
    uv_sem_destroy(&pair.begun);
}

static void recursive(struct trace *trace)
{
    uv_mutex_t mutex;

    note(trace, "recursive mutex: init %d ", uv_mutex_init_recursive(&mutex));
    uv_mutex_lock(&mutex);
    uv_mutex_lock(&mutex);
    note(trace, "try %d ", uv_mutex_trylock(&mutex));
    for (int i = 0; i < 3; i++)
        uv_mutex_unlock(&mutex);
    note(trace, "free again %d\n", uv_mutex_trylock(&mutex));
    uv_mutex_unlock(&mutex);
    uv_mutex_destroy(&mutex);
}

static void semaphore(struct trace *trace)
{
    uv_sem_t semaphore;

    note(trace, "semaphore of 2: init %d ", uv_sem_init(&semaphore, 2));
    uv_sem_wait(&semaphore);
    note(trace, "second %d ", uv_sem_trywait(&semaphore));
    note(trace, "third %s ", uv_err_name(uv_sem_trywait(&semaphore)));
    uv_sem_post(&semaphore);
    note(trace, "posted %d\n", uv_sem_trywait(&semaphore));
    uv_sem_destroy(&semaphore);
}

static void wait_until_ready(uv_work_t *uv)
{
    struct pair *pair = uv->data;

    uv_mutex_lock(&pair->mutex);
    uv_sem_post(&pair->begun);
    while (pair->ready == 0)
        uv_cond_wait(&pair->condition, &pair->mutex);
    note(pair->trace, "ready ");
    uv_mutex_unlock(&pair->mutex);
}

static void condition(struct trace *trace)
{
    struct pair pair = {.trace = trace};
    uv_loop_t loop;

    note(trace, "condition: ");
    uv_loop_init(&loop);
    uv_mutex_init(&pair.mutex);
    note(trace, "init %d ", uv_cond_init(&pair.condition));
    uv_sem_init(&pair.begun, 0);
    for (int i = 0; i < 2; i++) {
        pair.works[i].data = &pair;
        uv_queue_work(&loop, &pair.works[i], wait_until_ready, NULL);
        uv_sem_wait(&pair.begun);
    }
    uv_mutex_lock(&pair.mutex);
    uv_cond_signal(&pair.condition); /* whoever it is, looks and waits again */
    note(trace, "nobody gave: %s ",
         uv_err_name(uv_cond_timedwait(&pair.condition, &pair.mutex, 20000000)));
    pair.ready = 1;
    uv_cond_broadcast(&pair.condition);
    uv_mutex_unlock(&pair.mutex);
    finish(&loop, trace);
    uv_cond_destroy(&pair.condition);
    uv_mutex_destroy(&pair.mutex);
    uv_sem_destroy(&pair.begun);
}

static void signal_soon(uv_work_t *uv)
{
    struct pair *pair = uv->data;

    uv_mutex_lock(&pair->mutex);
    pair->ready = 1;
    uv_cond_signal(&pair->condition);
    uv_mutex_unlock(&pair->mutex);
}

static void signalled_in_time(struct trace *trace)
{
    struct pair pair = {.trace = trace};
    uv_loop_t loop;
    int rc = 0;

    note(trace, "signalled in time: ");
    uv_loop_init(&loop);
    uv_mutex_init(&pair.mutex);
    uv_cond_init(&pair.condition);
    pair.works[0].data = &pair;
    uv_mutex_lock(&pair.mutex);
    uv_queue_work(&loop, &pair.works[0], signal_soon, NULL);
    while (pair.ready == 0 && rc == 0)
        rc = uv_cond_timedwait(&pair.condition, &pair.mutex, UINT64_C(60000000000));
    note(trace, "%d ", rc);
    uv_mutex_unlock(&pair.mutex);
    finish(&loop, trace);
    uv_cond_destroy(&pair.condition);
    uv_mutex_destroy(&pair.mutex);
}

void thread_body(struct trace *trace)
{
    runs(trace);
    without_a_callback(trace);
    side_by_side(trace);
    cancel_other_things(trace);
    async_from_a_thread(trace);
    mutual_exclusion(trace);
    recursive(trace);
    semaphore(trace);
    condition(trace);
    signalled_in_time(trace);
}

/*
 * loop_uv.c - our loop on a uv loop, the real one or the simulated one: the same object file.
 *
 * It borrows one timer, one idle, one check and one async handle. Everything of ours runs in the
 * check callback, right after uv has polled; the timer and the idle handle only see to it that the
 * poll does not wait too long. The check and the async are unreferenced, so that uv_run() returns
 * when neither we nor the program's own handles can make anything happen.
 */
#include "loop_uv.h"

#include "base/alloc.h"
#include "base/check.h"
#include "base/fiber.h"
#include "crossing.h"
#include "executor.h"
#include "task_core.h"

struct uv_port {
    struct rondo_loop loop; /* first: what rondo_loop_new() returns */
    uv_loop_t *uv;
    bool is_default;
    uv_timer_t timer;
    uv_idle_t idle;
    uv_check_t check;
    uv_async_t async; /* how another thread enters */
    uv_mutex_t mutex; /* of what has entered; held, too, while such a thread wakes us */
    struct list entered;
    uv_loop_t own;    /* `uv`, if we are not on the first thread */
    int open_handles; /* ours, and those of devices */
    void *buffer;     /* see loop_uv_buffer(); NULL: not needed yet */
};

static struct uv_port *port_of(void *self)
{
    return self;
}

static int64_t port_now(void *self)
{
    (void)self;
    return (int64_t)uv_hrtime();
}

static int64_t port_loop_time(void *self)
{
    return (int64_t)uv_now(port_of(self)->uv) * RONDO_MS(1);
}

static void no_wait(uv_idle_t *idle)
{
    (void)idle; /* an active idle handle makes uv poll without waiting */
}

static void time_is_up(uv_timer_t *timer)
{
    uv_idle_start(&port_of(timer->data)->idle, no_wait); /* the check that follows does the work */
}

static void port_enter(void *self, struct callback *callback)
{
    struct uv_port *port = self;

    uv_mutex_lock(&port->mutex);
    list_push_back(&port->entered, &callback->link);
    port->loop.entered = true;
    uv_async_send(&port->async); /* inside: what has entered may make our thread close the port */
    uv_mutex_unlock(&port->mutex);
}

static void port_collect(void *self)
{
    struct uv_port *port = self;
    struct list batch;
    struct list *node;

    uv_mutex_lock(&port->mutex);
    list_move(&batch, &port->entered);
    port->loop.entered = false;
    uv_mutex_unlock(&port->mutex);
    while ((node = list_pop_front(&batch)) != NULL)
        loop_call_soon(&port->loop, container_of(node, struct callback, link));
}

static void woken(uv_async_t *async)
{
    port_collect(async->data);
}

static void port_arm(void *self, int64_t when_ns)
{
    struct uv_port *port = self;
    int64_t due_ms, now_ms;

    uv_timer_stop(&port->timer);
    if (when_ns == INT64_MIN) {
        uv_idle_start(&port->idle, no_wait);
        return;
    }
    uv_idle_stop(&port->idle);
    if (when_ns == RONDO_FOREVER)
        return;
    due_ms = when_ns / RONDO_MS(1) + (when_ns % RONDO_MS(1) != 0);
    now_ms = (int64_t)uv_now(port->uv);
    uv_timer_start(&port->timer, time_is_up, due_ms > now_ms ? (uint64_t)(due_ms - now_ms) : 0, 0);
}

static void serve(uv_check_t *check)
{
    struct rondo_loop *loop = &port_of(check->data)->loop;

    if (!loop->running) /* a program may run its uv loop when it likes */
        return;
    if (loop->iterating) /* even now; it would not end while we want turns that it cannot give */
        port_arm(check->data, RONDO_FOREVER); /* the end of the iteration arms again */
    else
        loop_iterate(loop);
}

/* One turn of uv in which what comes from outside counts: another thread, a signal. */
static void poll_outside(struct uv_port *port, uv_run_mode mode)
{
    uv_ref((uv_handle_t *)&port->async);
    uv_run(port->uv, mode);
    uv_unref((uv_handle_t *)&port->async);
}

static int port_turn(void *self)
{
    struct uv_port *port = self;
    bool alone = !others_owe_something(); /* before we look: what they do is seen then */

    if (uv_loop_alive(port->uv)) {
        /* With something ready uv would not wait, and look at its timers twice. */
        uv_run(port->uv, uv_is_active((uv_handle_t *)&port->idle) ? UV_RUN_NOWAIT : UV_RUN_ONCE);
        return 0;
    }
    poll_outside(port, UV_RUN_NOWAIT); /* something may have come already */
    if (port->loop.stopping || uv_loop_alive(port->uv))
        return 0;
    if (alone && observer != NULL && observer->stuck != NULL && observer->stuck(observer->self))
        return RONDO_EDEADLOCK;
    poll_outside(port, UV_RUN_ONCE); /* asyncio would wait for ever; so do we */
    return 0;
}

void loop_uv_hold(struct rondo_loop *loop)
{
    port_of(loop->port_self)->open_handles++;
}

void loop_uv_let_go(struct rondo_loop *loop)
{
    port_of(loop->port_self)->open_handles--;
}

void *loop_uv_buffer(struct rondo_loop *loop)
{
    struct uv_port *port = port_of(loop->port_self);

    if (port->buffer == NULL)
        port->buffer = alloc_take(LOOP_UV_BUFFER_SIZE);
    return port->buffer;
}

static void closed(uv_handle_t *handle)
{
    loop_uv_let_go(&port_of(handle->data)->loop);
}

static void port_close(void *self)
{
    struct uv_port *port = self;
    uv_loop_t *uv = port->uv;

    uv_close((uv_handle_t *)&port->timer, closed);
    uv_close((uv_handle_t *)&port->idle, closed);
    uv_close((uv_handle_t *)&port->check, closed);
    uv_close((uv_handle_t *)&port->async, closed);
    while (port->open_handles > 0)
        uv_run(uv, UV_RUN_NOWAIT); /* close callbacks run here */
    if (uv == &port->own)
        uv_loop_close(uv);
    uv_mutex_destroy(&port->mutex);
    alloc_release(port->buffer);
    alloc_release(port);
}

static const struct loop_port uv_loop_port = {
    port_now, port_loop_time, port_arm, port_turn, port_close, port_enter, port_collect,
};

uv_loop_t *loop_uv(struct rondo_loop *loop)
{
    return loop->port == &uv_loop_port ? port_of(loop->port_self)->uv : NULL;
}

bool loop_uv_is_default(struct rondo_loop *loop)
{
    return loop->port == &uv_loop_port && port_of(loop->port_self)->is_default;
}

/* Whether the environment asks for debug mode (LOOP-33): the process's own, in simulation. */
static bool debug_is_wanted(void)
{
    char value[2];
    size_t size = sizeof value;
    int rc = uv_os_getenv("RONDO_DEBUG", value, &size);

    return rc == UV_ENOBUFS || (rc == 0 && size > 0);
}

static void find_ours(uv_handle_t *handle, void *found)
{
    if (uv_handle_get_type(handle) == UV_ASYNC && !uv_is_closing(handle) &&
        ((uv_async_t *)handle)->async_cb == woken)
        *(bool *)found = true;
}

/* Whether a loop of ours is open on `uv`: two would take each other's turns. */
static bool is_taken(uv_loop_t *uv)
{
    bool found = false;

    uv_walk(uv, find_ours, &found);
    return found;
}

static void open_handles(struct uv_port *port)
{
    uv_timer_init(port->uv, &port->timer);
    uv_idle_init(port->uv, &port->idle);
    uv_check_init(port->uv, &port->check);
    port->timer.data = port->idle.data = port->check.data = port->async.data = port;
    port->open_handles = 4;
    uv_check_start(&port->check, serve);
    uv_unref((uv_handle_t *)&port->check);
    uv_unref((uv_handle_t *)&port->async);
}

/* Make `port` a loop on `uv`. Returns: NULL, `port` being freed, if that cannot be. */
static rondo_loop *open_on(struct uv_port *port, uv_loop_t *uv)
{
    port->uv = uv;
    if (uv_mutex_init(&port->mutex) != 0)
        goto no_mutex;
    if (uv_async_init(uv, &port->async, woken) != 0)
        goto no_async;
    open_handles(port);
    list_init(&port->entered);
    loop_init(&port->loop, &uv_loop_port, port);
    port->loop.debug = debug_is_wanted();
    return &port->loop;
no_async:
    uv_mutex_destroy(&port->mutex);
no_mutex:
    if (uv == &port->own)
        uv_loop_close(uv);
    alloc_release(port);
    return NULL;
}

/* On a uv loop of our own: a thread that is not its process's first has none to share. */
static rondo_loop *new_on_own(void)
{
    struct uv_port *port = alloc_zero(sizeof *port);

    if (port == NULL)
        return NULL;
    if (uv_loop_init(&port->own) == 0)
        return open_on(port, &port->own);
    alloc_release(port);
    return NULL;
}

rondo_loop *rondo_loop_new(void)
{
    rondo_loop *loop;

    if (fiber_current()->beside)
        return new_on_own();
    loop = rondo_loop_new_on(uv_default_loop());
    if (loop != NULL)
        port_of(loop->port_self)->is_default = true;
    return loop;
}

rondo_loop *rondo_loop_new_on(uv_loop_t *uv)
{
    struct uv_port *port = uv != NULL && !is_taken(uv) ? alloc_zero(sizeof *port) : NULL;

    return port != NULL ? open_on(port, uv) : NULL;
}

static void tell_device(struct device *device)
{
    if (device->tell != NULL)
        device->tell(device);
}

static void close_device(struct device *device)
{
    device->close(device);
}

/* Any of them may take itself, or others, out of the list. */
static void for_each_device(struct rondo_loop *loop, void (*deed)(struct device *device))
{
    struct list all;
    struct list *link;

    list_move(&all, &loop->devices);
    while ((link = list_pop_front(&all)) != NULL) {
        list_push_back(&loop->devices, link);
        deed(container_of(link, struct device, link));
    }
}

int rondo_loop_close(rondo_loop *loop)
{
    if (loop->running)
        return RONDO_EMISUSE;
    for_each_device(loop, tell_device);
    task_abandon_all(loop);
    generator_abandon_all(loop);
    rondo_executor_shutdown(loop->executor, true);
    loop->executor = NULL;
    crossings_cut(loop);
    if (loop->entered)
        loop->port->collect(loop->port_self); /* to be discarded with the others */
    loop_discard(loop);
    for_each_device(loop, close_device);
    loop->port->close(loop->port_self);
    return 0;
}

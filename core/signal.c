/*
 * signal.c - see signal.h and signal_core.h: uv_signal_t handles, whose signals become callbacks.
 */
#include "signal.h"

#include <signal.h>

#include "base/alloc.h"
#include "base/list.h"
#include "loop_uv.h"
#include "signal_core.h"

struct signal_watch {
    uv_signal_t uv;
    struct device device; /* of the loop */
    struct rondo_loop *loop;
    struct callback callback;
    unsigned arrived; /* signals that the callback has still to be told of */
    bool spare;       /* of a run: only where the program has none for this signal */
    rondo_callback function;
    void *arg;
    struct rondo_context context; /* of who asked for it */
};

static void closed(uv_handle_t *handle)
{
    struct signal_watch *watch = handle->data;
    struct rondo_loop *loop = watch->loop;

    context_release(&watch->context);
    alloc_release(watch);
    loop_uv_let_go(loop);
}

static void watch_close(struct signal_watch *watch)
{
    list_remove(&watch->device.link);
    loop_unqueue(watch->loop, &watch->callback);
    watch->arrived = 0;
    uv_close((uv_handle_t *)&watch->uv, closed);
}

static void device_close(struct device *device)
{
    watch_close(container_of(device, struct signal_watch, device));
}

/* The program's own handler of `signum`, or NULL. */
static struct signal_watch *find(struct rondo_loop *loop, int signum)
{
    list_for_each(link, &loop->devices) {
        struct device *device = container_of(link, struct device, link);
        struct signal_watch *watch = container_of(device, struct signal_watch, device);

        if (device->close == device_close && !watch->spare && watch->uv.signum == signum)
            return watch;
    }
    return NULL;
}

static void tell(struct callback *callback)
{
    struct signal_watch *watch = container_of(callback, struct signal_watch, callback);
    struct rondo_context *outer = context_enter(&watch->context);

    while (watch->arrived > 0) { /* it may be taken back in its own turn */
        watch->arrived--;
        watch->function(watch->arg);
    }
    context_enter(outer);
}

static void arrived(uv_signal_t *uv, int signum)
{
    struct signal_watch *watch = uv->data;

    if (watch->spare && find(watch->loop, signum) != NULL)
        return;
    if (watch->arrived++ == 0)
        loop_call_soon(watch->loop, &watch->callback);
}

/* Open a watch, or leave `*opened` as it is. */
static int watch_open(struct rondo_loop *loop, int signum, rondo_callback function, void *arg,
                      struct signal_watch **opened)
{
    static const struct callback_kind told = {.run = tell, .what = "signal handler"};
    struct signal_watch *watch = alloc_zero(sizeof *watch);
    int rc;

    if (watch == NULL)
        return RONDO_ENOMEM;
    rc = uv_signal_init(loop_uv(loop), &watch->uv);
    if (rc < 0) {
        alloc_release(watch);
        return rc;
    }
    watch->uv.data = watch;
    watch->loop = loop;
    watch->callback = (struct callback){.kind = &told};
    watch->function = function;
    watch->arg = arg;
    watch->device.close = device_close;
    context_copy(&watch->context, loop);
    list_push_back(&loop->devices, &watch->device.link);
    loop_uv_hold(loop);
    rc = uv_signal_start(&watch->uv, arrived, signum);
    if (rc < 0)
        watch_close(watch);
    else
        *opened = watch;
    return rc;
}

int rondo_add_signal_handler(rondo_loop *loop, int signum, rondo_callback callback, void *arg)
{
    struct signal_watch *former = find(loop, signum);
    struct signal_watch *watch;

    if (callback == NULL)
        return RONDO_EINVAL;
    if (loop_uv(loop) == NULL)
        return RONDO_ENOTSUP;
    RONDO_TRY(watch_open(loop, signum, callback, arg, &watch));
    if (former != NULL)
        watch_close(former);
    return 0;
}

bool rondo_remove_signal_handler(rondo_loop *loop, int signum)
{
    struct signal_watch *watch = find(loop, signum);

    if (watch != NULL)
        watch_close(watch);
    return watch != NULL;
}

struct signal_watch *interrupt_watch(struct rondo_loop *loop, rondo_callback callback, void *arg)
{
    struct signal_watch *watch = NULL;

    if (!loop_uv_is_default(loop) || watch_open(loop, SIGINT, callback, arg, &watch) < 0)
        return NULL;
    watch->spare = true;
    uv_unref((uv_handle_t *)&watch->uv);
    return watch;
}

void interrupt_unwatch(struct signal_watch *watch)
{
    if (watch != NULL)
        watch_close(watch);
}

/*
 * close_body.c - closing handles: libuv's handle.rst, uv_close().
 */
#include <uv.h>

#include "tests/conformance/conformance.h"

struct handle {
    uv_timer_t uv;
    struct trace *trace;
    const char *name;
    struct handle *other; /* that the close callback closes */
};

static void handle_open(struct handle *handle, uv_loop_t *loop, struct trace *trace,
                        const char *name)
{
    uv_timer_init(loop, &handle->uv);
    handle->uv.data = handle;
    handle->trace = trace;
    handle->name = name;
    handle->other = NULL;
}

static void closed(uv_handle_t *uv)
{
    struct handle *handle = uv->data;

    note(handle->trace, "%s ", handle->name);
    if (handle->other != NULL)
        uv_close((uv_handle_t *)&handle->other->uv, closed);
}

static void fired(uv_timer_t *uv)
{
    struct handle *handle = uv->data;

    note(handle->trace, "%s fires ", handle->name);
}

static void end(struct trace *trace, uv_loop_t *loop)
{
    note(trace, "| close %d\n", uv_loop_close(loop));
}

static void order(struct trace *trace)
{
    struct handle h[3];
    uv_loop_t loop;

    note(trace, "closed a b c: ");
    uv_loop_init(&loop);
    handle_open(&h[0], &loop, trace, "a");
    handle_open(&h[1], &loop, trace, "b");
    handle_open(&h[2], &loop, trace, "c");
    for (int i = 0; i < 3; i++)
        uv_close((uv_handle_t *)&h[i].uv, closed);
    note(trace, "not yet, ");
    note(trace, "run %d ", uv_run(&loop, UV_RUN_NOWAIT));
    end(trace, &loop);
}

static void inside(struct trace *trace)
{
    struct handle h[3];
    uv_loop_t loop;

    note(trace, "a closes c when closed, b beside it: ");
    uv_loop_init(&loop);
    handle_open(&h[0], &loop, trace, "a");
    handle_open(&h[1], &loop, trace, "b");
    handle_open(&h[2], &loop, trace, "c");
    h[0].other = &h[2];
    uv_close((uv_handle_t *)&h[1].uv, closed);
    uv_close((uv_handle_t *)&h[0].uv, closed);
    note(trace, "run %d ", uv_run(&loop, UV_RUN_NOWAIT));
    note(trace, "run %d ", uv_run(&loop, UV_RUN_NOWAIT));
    end(trace, &loop);
}

static void active_timer(struct trace *trace)
{
    struct handle h[2];
    uv_loop_t loop;

    note(trace, "an active timer: ");
    uv_loop_init(&loop);
    handle_open(&h[0], &loop, trace, "a");
    handle_open(&h[1], &loop, trace, "b");
    uv_timer_start(&h[0].uv, fired, 20, 20);
    uv_timer_start(&h[1].uv, fired, 40, 0);
    uv_close((uv_handle_t *)&h[0].uv, closed);
    note(trace, "active %d closing %d, other %d ", uv_is_active((uv_handle_t *)&h[0].uv),
         uv_is_closing((uv_handle_t *)&h[0].uv), uv_is_closing((uv_handle_t *)&h[1].uv));
    uv_run(&loop, UV_RUN_DEFAULT);
    note(trace, "closing %d ", uv_is_closing((uv_handle_t *)&h[0].uv));
    uv_close((uv_handle_t *)&h[1].uv, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    end(trace, &loop);
}

static void close_other(uv_timer_t *uv)
{
    struct handle *handle = uv->data;

    fired(uv);
    uv_close((uv_handle_t *)&handle->other->uv, closed);
    handle->other = NULL;
    uv_close((uv_handle_t *)uv, closed);
}

static void close_in_callback(struct trace *trace)
{
    struct handle h[2];
    uv_loop_t loop;

    note(trace, "a closes b of the same deadline, and itself: ");
    uv_loop_init(&loop);
    handle_open(&h[0], &loop, trace, "a");
    handle_open(&h[1], &loop, trace, "b");
    h[0].other = &h[1];
    uv_timer_start(&h[0].uv, close_other, 20, 0);
    uv_timer_start(&h[1].uv, fired, 20, 0);
    uv_run(&loop, UV_RUN_DEFAULT);
    end(trace, &loop);
}

static void check_ran(uv_check_t *check)
{
    note(check->data, "check ");
    uv_check_stop(check);
}

static void close_itself(uv_timer_t *uv)
{
    fired(uv);
    uv_close((uv_handle_t *)uv, closed);
}

static void after_check(struct trace *trace)
{
    struct handle h[1];
    uv_check_t check;
    uv_loop_t loop;

    note(trace, "close callbacks come after check: ");
    uv_loop_init(&loop);
    handle_open(&h[0], &loop, trace, "a");
    uv_check_init(&loop, &check);
    check.data = trace;
    uv_check_start(&check, check_ran);
    uv_timer_start(&h[0].uv, close_itself, 0, 0);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_close((uv_handle_t *)&check, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    end(trace, &loop);
}

static void keeps_alive(struct trace *trace)
{
    struct handle h[1];
    uv_loop_t loop;

    note(trace, "a closing handle keeps the loop: ");
    uv_loop_init(&loop);
    handle_open(&h[0], &loop, trace, "a");
    note(trace, "alive %d busy %s, ", uv_loop_alive(&loop), uv_err_name(uv_loop_close(&loop)));
    uv_unref((uv_handle_t *)&h[0].uv);
    uv_close((uv_handle_t *)&h[0].uv, closed);
    note(trace, "alive %d timeout %d busy %s ", uv_loop_alive(&loop), uv_backend_timeout(&loop),
         uv_err_name(uv_loop_close(&loop)));
    note(trace, "run %d ", uv_run(&loop, UV_RUN_DEFAULT));
    end(trace, &loop);
}

static void reopened(uv_handle_t *uv)
{
    struct handle *handle = uv->data;

    note(handle->trace, "%s closed ", handle->name);
    handle_open(handle, uv_handle_get_loop(uv), handle->trace, "again");
    uv_timer_start(&handle->uv, close_itself, 20, 0);
}

static void memory_may_be_used_again(struct trace *trace)
{
    struct handle h[1];
    uv_loop_t loop;

    note(trace, "reopened in its close callback: ");
    uv_loop_init(&loop);
    handle_open(&h[0], &loop, trace, "a");
    uv_close((uv_handle_t *)&h[0].uv, reopened);
    uv_run(&loop, UV_RUN_DEFAULT);
    end(trace, &loop);
}

static void every_kind(struct trace *trace)
{
    uv_loop_t loop;
    uv_timer_t timer;
    uv_idle_t idle;
    uv_prepare_t prepare;
    uv_check_t check;
    uv_async_t async;
    uv_handle_t *all[] = {(uv_handle_t *)&timer, (uv_handle_t *)&idle, (uv_handle_t *)&prepare,
                          (uv_handle_t *)&check, (uv_handle_t *)&async};

    note(trace, "every kind, without a callback: ");
    uv_loop_init(&loop);
    uv_timer_init(&loop, &timer);
    uv_idle_init(&loop, &idle);
    uv_prepare_init(&loop, &prepare);
    uv_check_init(&loop, &check);
    uv_async_init(&loop, &async, NULL);
    for (int i = 0; i < 5; i++)
        uv_close(all[i], NULL);
    for (int i = 0; i < 5; i++)
        note(trace, "%d%d ", uv_is_active(all[i]), uv_is_closing(all[i]));
    uv_run(&loop, UV_RUN_DEFAULT);
    end(trace, &loop);
}

void close_body(struct trace *trace)
{
    order(trace);
    inside(trace);
    active_timer(trace);
    close_in_callback(trace);
    after_check(trace);
    keeps_alive(trace);
    memory_may_be_used_again(trace);
    every_kind(trace);
}

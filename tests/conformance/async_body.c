/*
 * async_body.c - wake-ups, sent from the loop's own thread: libuv's async.rst.
 */
#include <uv.h>

#include "tests/conformance/conformance.h"

struct async {
    uv_async_t uv;
    struct trace *trace;
    int count;
    int sends; /* that the callback still makes */
};

static void async_ran(uv_async_t *uv)
{
    struct async *async = uv->data;

    async->count++;
    note(async->trace, "async ");
    if (async->sends > 0) {
        async->sends--;
        uv_async_send(uv);
    }
}

static void async_open(struct async *async, uv_loop_t *loop, struct trace *trace)
{
    uv_loop_init(loop);
    async->trace = trace;
    async->count = 0;
    async->sends = 0;
    note(trace, "init %d ", uv_async_init(loop, &async->uv, async_ran));
    async->uv.data = async;
}

static void async_close(struct async *async, uv_loop_t *loop)
{
    uv_close((uv_handle_t *)&async->uv, NULL);
    uv_run(loop, UV_RUN_DEFAULT);
    note(async->trace, "| close %d\n", uv_loop_close(loop));
}

static void coalesces(struct trace *trace)
{
    struct async async;
    uv_loop_t loop;

    note(trace, "three sends: ");
    async_open(&async, &loop, trace);
    for (int i = 0; i < 3; i++)
        note(trace, "%d ", uv_async_send(&async.uv));
    note(trace, "run ");
    uv_run(&loop, UV_RUN_NOWAIT);
    uv_run(&loop, UV_RUN_NOWAIT);
    async_close(&async, &loop);
}

static void nothing_sent(struct trace *trace)
{
    struct async async;
    uv_loop_t loop;

    note(trace, "none: ");
    async_open(&async, &loop, trace);
    note(trace, "run %d ", uv_run(&loop, UV_RUN_NOWAIT));
    async_close(&async, &loop);
}

static void send_inside(struct trace *trace)
{
    struct async async;
    uv_loop_t loop;

    note(trace, "sends to itself: ");
    async_open(&async, &loop, trace);
    async.sends = 2;
    uv_async_send(&async.uv);
    while (async.count < 3)
        uv_run(&loop, UV_RUN_ONCE);
    note(trace, "then ");
    uv_run(&loop, UV_RUN_NOWAIT);
    async_close(&async, &loop);
}

static void send_once_more(uv_timer_t *timer)
{
    struct async *async = timer->data;

    note(async->trace, "timer ");
    uv_async_send(&async->uv);
}

static void idle_ran(uv_idle_t *idle)
{
    note(idle->data, "idle ");
}

static void prepare_ran(uv_prepare_t *prepare)
{
    note(prepare->data, "prepare ");
}

static void check_ran(uv_check_t *check)
{
    note(check->data, "check ");
}

static void poll_phase(struct trace *trace)
{
    struct async async;
    uv_prepare_t prepare;
    uv_check_t check;
    uv_idle_t idle;
    uv_timer_t timer;
    uv_loop_t loop;

    note(trace, "sent by a timer: ");
    async_open(&async, &loop, trace);
    uv_timer_init(&loop, &timer);
    uv_idle_init(&loop, &idle);
    uv_prepare_init(&loop, &prepare);
    uv_check_init(&loop, &check);
    timer.data = &async;
    idle.data = prepare.data = check.data = trace;
    uv_timer_start(&timer, send_once_more, 0, 0);
    uv_idle_start(&idle, idle_ran);
    uv_prepare_start(&prepare, prepare_ran);
    uv_check_start(&check, check_ran);
    uv_run(&loop, UV_RUN_NOWAIT);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_close((uv_handle_t *)&idle, NULL);
    uv_close((uv_handle_t *)&prepare, NULL);
    uv_close((uv_handle_t *)&check, NULL);
    async_close(&async, &loop);
}

static void wakes_the_poll(struct trace *trace)
{
    struct async async;
    uv_timer_t timer;
    uv_loop_t loop;

    note(trace, "a pending wake-up is not waited for: ");
    async_open(&async, &loop, trace);
    uv_timer_init(&loop, &timer);
    timer.data = &async;
    uv_timer_start(&timer, send_once_more, 60000, 0);
    uv_async_send(&async.uv);
    uv_run(&loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&timer, NULL);
    async_close(&async, &loop);
}

static void keeps_alive(struct trace *trace)
{
    struct async async;
    uv_loop_t loop;

    note(trace, "keeps the loop: ");
    async_open(&async, &loop, trace);
    note(trace, "active %d alive %d, ", uv_is_active((uv_handle_t *)&async.uv),
         uv_loop_alive(&loop));
    uv_unref((uv_handle_t *)&async.uv);
    note(trace, "unref: alive %d run %d, ", uv_loop_alive(&loop), uv_run(&loop, UV_RUN_DEFAULT));
    uv_async_send(&async.uv);
    note(trace, "sent: alive %d ", uv_loop_alive(&loop));
    async_close(&async, &loop);
}

static void closed_before_it_ran(struct trace *trace)
{
    struct async async;
    uv_loop_t loop;

    note(trace, "closed before it ran: ");
    async_open(&async, &loop, trace);
    uv_async_send(&async.uv);
    async_close(&async, &loop);
}

void async_body(struct trace *trace)
{
    coalesces(trace);
    nothing_sent(trace);
    send_inside(trace);
    poll_phase(trace);
    wakes_the_poll(trace);
    keeps_alive(trace);
    closed_before_it_ran(trace);
}

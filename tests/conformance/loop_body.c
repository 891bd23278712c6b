/*
 * loop_body.c - the loop itself: libuv's loop.rst.
 */
#include <uv.h>

#include "tests/conformance/conformance.h"

/* A loop with one handle of each simple kind, which note their turn. */
struct house {
    uv_loop_t loop;
    uv_timer_t timer;
    uv_idle_t idle;
    uv_prepare_t prepare;
    uv_check_t check;
    struct trace *trace;
    int fired;
    int stop_in_idle;
};

static void timer_ran(uv_timer_t *timer)
{
    struct house *house = timer->data;

    house->fired++;
    note(house->trace, "timer ");
}

static void idle_ran(uv_idle_t *idle)
{
    struct house *house = idle->data;

    note(house->trace, "idle ");
    if (house->stop_in_idle)
        uv_stop(&house->loop);
}

static void prepare_ran(uv_prepare_t *prepare)
{
    note(((struct house *)prepare->data)->trace, "prepare ");
}

static void check_ran(uv_check_t *check)
{
    note(((struct house *)check->data)->trace, "check ");
}

static void house_open(struct house *house, struct trace *trace)
{
    uv_loop_init(&house->loop);
    uv_timer_init(&house->loop, &house->timer);
    uv_idle_init(&house->loop, &house->idle);
    uv_prepare_init(&house->loop, &house->prepare);
    uv_check_init(&house->loop, &house->check);
    house->timer.data = house->idle.data = house->prepare.data = house->check.data = house;
    house->trace = trace;
    house->fired = 0;
    house->stop_in_idle = 0;
}

static void house_close(struct house *house)
{
    uv_close((uv_handle_t *)&house->timer, NULL);
    uv_close((uv_handle_t *)&house->idle, NULL);
    uv_close((uv_handle_t *)&house->prepare, NULL);
    uv_close((uv_handle_t *)&house->check, NULL);
    uv_run(&house->loop, UV_RUN_DEFAULT);
    note(house->trace, "| close %d\n", uv_loop_close(&house->loop));
}

static void empty(struct trace *trace)
{
    uv_loop_t loop;

    note(trace, "empty: init %d ", uv_loop_init(&loop));
    note(trace, "alive %d timeout %d ", uv_loop_alive(&loop), uv_backend_timeout(&loop));
    note(trace, "default %d ", uv_run(&loop, UV_RUN_DEFAULT));
    note(trace, "once %d ", uv_run(&loop, UV_RUN_ONCE));
    note(trace, "nowait %d ", uv_run(&loop, UV_RUN_NOWAIT));
    note(trace, "| close %d\n", uv_loop_close(&loop));
}

static void modes(struct trace *trace)
{
    struct house house;
    int rc = -1;

    note(trace, "nowait: ");
    house_open(&house, trace);
    uv_timer_start(&house.timer, timer_ran, 200, 0);
    note(trace, "returns %d, once ", uv_run(&house.loop, UV_RUN_NOWAIT));
    while (house.fired == 0)
        rc = uv_run(&house.loop, UV_RUN_ONCE);
    note(trace, "returns %d, default ", rc);
    uv_timer_start(&house.timer, timer_ran, 20, 0);
    note(trace, "returns %d ", uv_run(&house.loop, UV_RUN_DEFAULT));
    house_close(&house);
}

static void once_with_more_to_do(struct trace *trace)
{
    struct house house;

    note(trace, "once with an idle handle: ");
    house_open(&house, trace);
    uv_idle_start(&house.idle, idle_ran);
    note(trace, "returns %d ", uv_run(&house.loop, UV_RUN_ONCE));
    house_close(&house);
}

static void idle_stops(uv_idle_t *idle)
{
    idle_ran(idle);
    uv_idle_stop(idle);
}

/* Whether ONCE may sleep is settled before the idle handles run. */
static void once_with_an_idle_that_stops(struct trace *trace)
{
    struct house house;

    note(trace, "once with an idle handle that stops itself: ");
    house_open(&house, trace);
    uv_idle_start(&house.idle, idle_stops);
    uv_timer_start(&house.timer, timer_ran, 1000, 0);
    note(trace, "returns %d ", uv_run(&house.loop, UV_RUN_ONCE));
    house_close(&house);
}

static void stop_before(struct trace *trace)
{
    struct house house;

    note(trace, "stopped before: ");
    house_open(&house, trace);
    uv_idle_start(&house.idle, idle_ran);
    uv_stop(&house.loop);
    note(trace, "timeout %d ", uv_backend_timeout(&house.loop));
    note(trace, "default returns %d ", uv_run(&house.loop, UV_RUN_DEFAULT));
    note(trace, "then nowait ");
    note(trace, "returns %d ", uv_run(&house.loop, UV_RUN_NOWAIT));
    uv_idle_stop(&house.idle);
    house_close(&house);
}

static void stop_inside(struct trace *trace)
{
    struct house house;

    note(trace, "stopped inside: ");
    house_open(&house, trace);
    uv_idle_start(&house.idle, idle_ran);
    uv_prepare_start(&house.prepare, prepare_ran);
    uv_check_start(&house.check, check_ran);
    uv_timer_start(&house.timer, timer_ran, 60000, 0);
    house.stop_in_idle = 1;
    note(trace, "default returns %d, ", uv_run(&house.loop, UV_RUN_DEFAULT));
    note(trace, "again %d ", uv_run(&house.loop, UV_RUN_DEFAULT));
    house_close(&house);
}

static void alive(struct trace *trace)
{
    struct house house;

    note(trace, "alive: ");
    house_open(&house, trace);
    note(trace, "inactive handles %d, ", uv_loop_alive(&house.loop));
    uv_timer_start(&house.timer, timer_ran, 60000, 0);
    note(trace, "a timer %d, ", uv_loop_alive(&house.loop));
    uv_unref((uv_handle_t *)&house.timer);
    note(trace, "unreferenced %d, ", uv_loop_alive(&house.loop));
    uv_prepare_start(&house.prepare, prepare_ran);
    note(trace, "a prepare %d ", uv_loop_alive(&house.loop));
    house_close(&house);
}

static void backend_timeout(struct trace *trace)
{
    struct house house;
    int timeout;

    note(trace, "poll timeout: ");
    house_open(&house, trace);
    note(trace, "nothing active %d, ", uv_backend_timeout(&house.loop));
    uv_prepare_start(&house.prepare, prepare_ran);
    uv_run(&house.loop, UV_RUN_NOWAIT); /* before its first poll a loop always says 0 */
    note(trace, "%d, ", uv_backend_timeout(&house.loop));
    uv_timer_start(&house.timer, timer_ran, 1000, 0);
    timeout = uv_backend_timeout(&house.loop);
    note(trace, "a timer %d, ", timeout);
    uv_idle_start(&house.idle, idle_ran);
    note(trace, "an idle %d, ", uv_backend_timeout(&house.loop));
    uv_idle_stop(&house.idle);
    uv_timer_start(&house.timer, timer_ran, 20, 0);
    uv_sleep(40);
    uv_update_time(&house.loop);
    note(trace, "a timer that is due %d ", uv_backend_timeout(&house.loop));
    house_close(&house);
}

static void count_kinds(uv_handle_t *handle, void *arg)
{
    int *kinds = arg;

    kinds[uv_handle_get_type(handle)]++;
}

static void close_walked(uv_handle_t *handle, void *arg)
{
    (void)arg;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void walk(struct trace *trace)
{
    struct house house;
    int kinds[UV_HANDLE_TYPE_MAX] = {0};

    note(trace, "walk: ");
    house_open(&house, trace);
    uv_timer_start(&house.timer, timer_ran, 60000, 0);
    uv_close((uv_handle_t *)&house.idle, NULL);
    uv_walk(&house.loop, count_kinds, kinds);
    note(trace, "timer %d idle %d prepare %d check %d async %d, ", kinds[UV_TIMER], kinds[UV_IDLE],
         kinds[UV_PREPARE], kinds[UV_CHECK], kinds[UV_ASYNC]);
    uv_walk(&house.loop, close_walked, NULL);
    note(trace, "closed all: run %d ", uv_run(&house.loop, UV_RUN_DEFAULT));
    note(trace, "| close %d\n", uv_loop_close(&house.loop));
}

static void busy(struct trace *trace)
{
    struct house house;

    note(trace, "busy: ");
    house_open(&house, trace);
    note(trace, "%s, ", uv_err_name(uv_loop_close(&house.loop)));
    uv_idle_start(&house.idle, idle_ran);
    note(trace, "and goes on ");
    uv_run(&house.loop, UV_RUN_NOWAIT);
    house_close(&house);
}

static void clock_moves(struct trace *trace)
{
    uint64_t now, real;
    uv_loop_t loop;

    note(trace, "clock: ");
    uv_loop_init(&loop);
    uv_update_time(&loop);
    now = uv_now(&loop);
    real = uv_hrtime();
    uv_sleep(40);
    note(trace, "stands still %d, ", uv_now(&loop) == now);
    note(trace, "hrtime moves %d, ", uv_hrtime() - real >= 40 * 1000000u);
    uv_update_time(&loop);
    note(trace, "updated %d, ", uv_now(&loop) - now >= 38); /* a coarse clock may lag */
    uv_loop_close(&loop);
    uv_loop_init(&loop);
    note(trace, "a new loop has the time %d, ", uv_now(&loop) >= now);
    note(trace, "milliseconds of hrtime %d ", uv_hrtime() / 1000000 - uv_now(&loop) < 1000);
    note(trace, "| close %d\n", uv_loop_close(&loop));
}

/* Time stands still within an iteration, whatever the callbacks do. */
static void slow_timer(uv_timer_t *timer)
{
    struct house *house = timer->data;
    uint64_t now = uv_now(&house->loop);

    uv_sleep(30);
    note(house->trace, "in a callback %d ", uv_now(&house->loop) == now);
}

static void clock_inside(struct trace *trace)
{
    struct house house;

    note(trace, "time stands still: ");
    house_open(&house, trace);
    uv_timer_start(&house.timer, slow_timer, 0, 0);
    uv_run(&house.loop, UV_RUN_NOWAIT);
    house_close(&house);
}

static void run_updates_the_clock(struct trace *trace)
{
    struct house house;

    note(trace, "a run brings the clock up to date: ");
    house_open(&house, trace);
    uv_timer_start(&house.timer, timer_ran, 20, 0);
    uv_sleep(40);
    note(trace, "nowait ");
    uv_run(&house.loop, UV_RUN_NOWAIT);
    house_close(&house);
}

static void default_loop(struct trace *trace)
{
    uv_timer_t timer;
    uv_loop_t *loop = uv_default_loop();

    note(trace, "default loop: the same %d, ", uv_default_loop() == loop);
    uv_timer_init(loop, &timer);
    timer.data = trace;
    note(trace, "handle's loop %d data %d type %d ",
         uv_handle_get_loop((uv_handle_t *)&timer) == loop,
         uv_handle_get_data((uv_handle_t *)&timer) == trace,
         uv_handle_get_type((uv_handle_t *)&timer) == UV_TIMER);
    uv_close((uv_handle_t *)&timer, NULL);
    note(trace, "run %d ", uv_run(loop, UV_RUN_DEFAULT));
    note(trace, "| close %d\n", uv_loop_close(loop));
}

static void words(struct trace *trace)
{
    note(trace, "words: %s \"%s\", %s \"%s\"\n", uv_err_name(UV_EBUSY), uv_strerror(UV_EBUSY),
         uv_err_name(UV_ECANCELED), uv_strerror(UV_ECANCELED));
}

void loop_body(struct trace *trace)
{
    empty(trace);
    modes(trace);
    once_with_more_to_do(trace);
    once_with_an_idle_that_stops(trace);
    stop_before(trace);
    stop_inside(trace);
    alive(trace);
    backend_timeout(trace);
    walk(trace);
    busy(trace);
    clock_moves(trace);
    clock_inside(trace);
    run_updates_the_clock(trace);
    default_loop(trace);
    words(trace);
}

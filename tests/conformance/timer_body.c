/*
 * timer_body.c - timers: libuv's timer.rst.
 *
 * Deadlines are at least 20 ms apart and only their order is noted, so that a slow machine makes no
 * difference. Timers of one deadline are started at one loop time.
 */
#include <uv.h>

#include "tests/conformance/conformance.h"

struct timer {
    uv_timer_t uv;
    struct trace *trace;
    const char *name;
    struct timer *other; /* that the callback works on */
    int count;
};

static void timer_open(struct timer *timer, uv_loop_t *loop, struct trace *trace, const char *name)
{
    uv_timer_init(loop, &timer->uv);
    timer->uv.data = timer;
    timer->trace = trace;
    timer->name = name;
    timer->other = NULL;
    timer->count = 0;
}

static void say(uv_timer_t *uv)
{
    struct timer *timer = uv->data;

    timer->count++;
    note(timer->trace, "%s ", timer->name);
}

/* Open `count` timers called a, b, c ... */
static void open_all(struct timer *timers, int count, uv_loop_t *loop, struct trace *trace)
{
    static const char *const names[] = {"a", "b", "c", "d"};

    uv_loop_init(loop);
    for (int i = 0; i < count; i++)
        timer_open(&timers[i], loop, trace, names[i]);
}

static void close_all(struct timer *timers, int count, uv_loop_t *loop)
{
    for (int i = 0; i < count; i++)
        uv_close((uv_handle_t *)&timers[i].uv, NULL);
    uv_run(loop, UV_RUN_DEFAULT);
    note(timers[0].trace, "| close %d\n", uv_loop_close(loop));
}

static void equal_timers(struct trace *trace)
{
    struct timer t[3];
    uv_loop_t loop;

    note(trace, "equal deadlines, started c a b: ");
    open_all(t, 3, &loop, trace);
    uv_timer_start(&t[2].uv, say, 20, 0);
    uv_timer_start(&t[0].uv, say, 20, 0);
    uv_timer_start(&t[1].uv, say, 20, 0);
    note(trace, "run %d ", uv_run(&loop, UV_RUN_DEFAULT));
    close_all(t, 3, &loop);
}

static void earlier_first(struct trace *trace)
{
    struct timer t[3];
    uv_loop_t loop;

    note(trace, "a in 60, b in 20, c in 40: ");
    open_all(t, 3, &loop, trace);
    uv_timer_start(&t[0].uv, say, 60, 0);
    uv_timer_start(&t[1].uv, say, 20, 0);
    uv_timer_start(&t[2].uv, say, 40, 0);
    uv_run(&loop, UV_RUN_DEFAULT);
    close_all(t, 3, &loop);
}

static void late_timers_keep_their_order(struct trace *trace)
{
    struct timer t[3];
    uv_loop_t loop;

    note(trace, "the same after sleeping past all: ");
    open_all(t, 3, &loop, trace);
    uv_timer_start(&t[0].uv, say, 60, 0);
    uv_timer_start(&t[1].uv, say, 20, 0);
    uv_timer_start(&t[2].uv, say, 40, 0);
    uv_sleep(80);
    uv_run(&loop, UV_RUN_NOWAIT);
    close_all(t, 3, &loop);
}

static void restarted_goes_last(struct trace *trace)
{
    struct timer t[2];
    uv_loop_t loop;

    note(trace, "a b started, a again: ");
    open_all(t, 2, &loop, trace);
    uv_timer_start(&t[0].uv, say, 20, 0);
    uv_timer_start(&t[1].uv, say, 20, 0);
    uv_timer_start(&t[0].uv, say, 20, 0);
    uv_run(&loop, UV_RUN_DEFAULT);
    close_all(t, 2, &loop);
}

static void stop_at_three(uv_timer_t *uv)
{
    struct timer *timer = uv->data;

    say(uv);
    note(timer->trace, "active %d ", uv_is_active((uv_handle_t *)uv));
    if (timer->count == 3)
        note(timer->trace, "stop %d ", uv_timer_stop(uv));
}

static void repeats(struct trace *trace)
{
    struct timer t[1];
    uv_loop_t loop;

    note(trace, "repeat until stopped: ");
    open_all(t, 1, &loop, trace);
    uv_timer_start(&t[0].uv, stop_at_three, 20, 20);
    note(trace, "repeat %d ", (int)uv_timer_get_repeat(&t[0].uv));
    uv_run(&loop, UV_RUN_DEFAULT);
    note(trace, "active %d ", uv_is_active((uv_handle_t *)&t[0].uv));
    close_all(t, 1, &loop);
}

static void is_inactive_inside(uv_timer_t *uv)
{
    struct timer *timer = uv->data;

    say(uv);
    note(timer->trace, "active %d ", uv_is_active((uv_handle_t *)uv));
}

static void once(struct trace *trace)
{
    struct timer t[1];
    uv_loop_t loop;

    note(trace, "without repeat: ");
    open_all(t, 1, &loop, trace);
    uv_timer_start(&t[0].uv, is_inactive_inside, 20, 0);
    note(trace, "active %d ", uv_is_active((uv_handle_t *)&t[0].uv));
    uv_run(&loop, UV_RUN_DEFAULT);
    close_all(t, 1, &loop);
}

static void stop_now(uv_timer_t *uv)
{
    say(uv);
    uv_timer_stop(uv);
}

static void again(struct trace *trace)
{
    struct timer t[1];
    uv_loop_t loop;

    note(trace, "again: ");
    open_all(t, 1, &loop, trace);
    note(trace, "never started %s, ", uv_err_name(uv_timer_again(&t[0].uv)));
    uv_timer_start(&t[0].uv, stop_now, 60000, 0);
    note(trace, "no repeat %d ", uv_timer_again(&t[0].uv));
    note(trace, "active %d, ", uv_is_active((uv_handle_t *)&t[0].uv));
    uv_timer_set_repeat(&t[0].uv, 20);
    note(trace, "repeat %d: ", (int)uv_timer_get_repeat(&t[0].uv));
    note(trace, "%d ", uv_timer_again(&t[0].uv));
    uv_run(&loop, UV_RUN_DEFAULT);
    note(trace, "stopped: %d ", uv_timer_again(&t[0].uv)); /* it still has its repeat */
    uv_run(&loop, UV_RUN_DEFAULT);
    close_all(t, 1, &loop);
}

static void stop_other(uv_timer_t *uv)
{
    struct timer *timer = uv->data;

    say(uv);
    uv_timer_stop(&timer->other->uv);
}

static void stop_inside(struct trace *trace)
{
    struct timer t[3];
    uv_loop_t loop;

    note(trace, "a stops b of the same deadline: ");
    open_all(t, 3, &loop, trace);
    t[0].other = &t[1];
    for (int i = 0; i < 3; i++)
        uv_timer_start(&t[i].uv, i == 0 ? stop_other : say, 20, 0);
    uv_run(&loop, UV_RUN_DEFAULT);
    close_all(t, 3, &loop);
}

static void start_other(uv_timer_t *uv)
{
    struct timer *timer = uv->data;

    say(uv);
    uv_timer_start(&timer->other->uv, say, 20, 0);
}

static void start_inside(struct trace *trace)
{
    struct timer t[2];
    uv_loop_t loop;

    note(trace, "a starts b: ");
    open_all(t, 2, &loop, trace);
    t[0].other = &t[1];
    uv_timer_start(&t[0].uv, start_other, 20, 0);
    uv_run(&loop, UV_RUN_DEFAULT);
    close_all(t, 2, &loop);
}

static void restart_self(uv_timer_t *uv)
{
    struct timer *timer = uv->data;

    say(uv);
    if (timer->count < 3)
        uv_timer_start(uv, restart_self, 20, 0);
}

static void restart_inside(struct trace *trace)
{
    struct timer t[1];
    uv_loop_t loop;

    note(trace, "restarts itself: ");
    open_all(t, 1, &loop, trace);
    uv_timer_start(&t[0].uv, restart_self, 20, 0);
    uv_run(&loop, UV_RUN_DEFAULT);
    close_all(t, 1, &loop);
}

static void zero_timeouts(struct trace *trace)
{
    struct timer t[3];
    uv_loop_t loop;

    note(trace, "zero timeouts: ");
    open_all(t, 3, &loop, trace);
    uv_timer_start(&t[1].uv, say, 0, 0);
    uv_timer_start(&t[0].uv, say, 0, 0);
    uv_timer_start(&t[2].uv, say, 60000, 0);
    note(trace, "run %d ", uv_run(&loop, UV_RUN_NOWAIT));
    close_all(t, 3, &loop);
}

static void unreferenced(struct trace *trace)
{
    struct timer t[2];
    uv_loop_t loop;

    note(trace, "unref: ");
    open_all(t, 2, &loop, trace);
    uv_timer_start(&t[0].uv, say, 60000, 0);
    note(trace, "has ref %d, ", uv_has_ref((uv_handle_t *)&t[0].uv));
    uv_unref((uv_handle_t *)&t[0].uv);
    uv_unref((uv_handle_t *)&t[0].uv); /* twice is once */
    note(trace, "then %d, active %d, alive %d, run %d ", uv_has_ref((uv_handle_t *)&t[0].uv),
         uv_is_active((uv_handle_t *)&t[0].uv), uv_loop_alive(&loop),
         uv_run(&loop, UV_RUN_DEFAULT));
    uv_ref((uv_handle_t *)&t[0].uv);
    note(trace, "alive %d ", uv_loop_alive(&loop));
    close_all(t, 2, &loop);

    note(trace, "an unreferenced timer fires while another keeps the loop: ");
    open_all(t, 2, &loop, trace);
    uv_timer_start(&t[0].uv, say, 20, 0);
    uv_unref((uv_handle_t *)&t[0].uv);
    uv_timer_start(&t[1].uv, say, 40, 0);
    uv_run(&loop, UV_RUN_DEFAULT);
    close_all(t, 2, &loop);
}

static void due_in(struct trace *trace)
{
    struct timer t[1];
    uv_loop_t loop;

    note(trace, "due in: ");
    open_all(t, 1, &loop, trace);
    uv_timer_start(&t[0].uv, say, 1000, 0);
    note(trace, "%d, ", (int)uv_timer_get_due_in(&t[0].uv));
    uv_sleep(20);
    note(trace, "time stands still: %d, ", (int)uv_timer_get_due_in(&t[0].uv));
    uv_update_time(&loop);
    note(trace, "less after update %d, ", uv_timer_get_due_in(&t[0].uv) <= 980);
    uv_timer_start(&t[0].uv, say, 20, 0);
    uv_sleep(40);
    uv_update_time(&loop);
    note(trace, "past %d ", (int)uv_timer_get_due_in(&t[0].uv));
    close_all(t, 1, &loop);
}

static void refusals(struct trace *trace)
{
    struct timer t[1];
    uv_loop_t loop;

    note(trace, "refused: ");
    open_all(t, 1, &loop, trace);
    note(trace, "no callback %s, ", uv_err_name(uv_timer_start(&t[0].uv, NULL, 0, 0)));
    note(trace, "stop of a stopped one %d, ", uv_timer_stop(&t[0].uv));
    uv_close((uv_handle_t *)&t[0].uv, NULL);
    note(trace, "closing %s ", uv_err_name(uv_timer_start(&t[0].uv, say, 0, 0)));
    uv_run(&loop, UV_RUN_DEFAULT);
    note(trace, "| close %d\n", uv_loop_close(&loop));
}

static void never_early(struct trace *trace)
{
    struct timer t[1];
    uint64_t start;
    uv_loop_t loop;

    note(trace, "never early: ");
    open_all(t, 1, &loop, trace);
    uv_update_time(&loop);
    start = uv_now(&loop);
    uv_timer_start(&t[0].uv, say, 40, 0);
    uv_run(&loop, UV_RUN_DEFAULT);
    note(trace, "%d ", uv_now(&loop) - start >= 40);
    close_all(t, 1, &loop);
}

static void dawdle(uv_timer_t *uv)
{
    say(uv);
    uv_sleep(60);
}

/* The timeout of a poll is reckoned from the loop's time, which a callback that blocks leaves
 * behind, but runs from the call: so the next timer is late by what the callback took. */
static void a_callback_that_blocks(struct trace *trace)
{
    struct timer t[2];
    uint64_t start;
    uv_loop_t loop;

    note(trace, "a blocks 60, b comes late: ");
    open_all(t, 2, &loop, trace);
    uv_update_time(&loop);
    start = uv_now(&loop);
    uv_timer_start(&t[0].uv, dawdle, 20, 0);
    uv_timer_start(&t[1].uv, say, 120, 0);
    uv_run(&loop, UV_RUN_DEFAULT);
    note(trace, "%d ", uv_now(&loop) - start >= 180);
    close_all(t, 2, &loop);
}

static void huge_timeout(struct trace *trace)
{
    struct timer t[2];
    uv_loop_t loop;

    note(trace, "a timeout that overflows is far away: ");
    open_all(t, 2, &loop, trace);
    uv_timer_start(&t[0].uv, say, UINT64_MAX, 0);
    uv_timer_start(&t[1].uv, say, 20, 0);
    uv_unref((uv_handle_t *)&t[0].uv);
    uv_run(&loop, UV_RUN_DEFAULT);
    close_all(t, 2, &loop);
}

void timer_body(struct trace *trace)
{
    equal_timers(trace);
    earlier_first(trace);
    late_timers_keep_their_order(trace);
    restarted_goes_last(trace);
    repeats(trace);
    once(trace);
    again(trace);
    stop_inside(trace);
    start_inside(trace);
    restart_inside(trace);
    zero_timeouts(trace);
    unreferenced(trace);
    due_in(trace);
    refusals(trace);
    never_early(trace);
    a_callback_that_blocks(trace);
    huge_timeout(trace);
}

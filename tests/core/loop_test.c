/*
 * loop_test.c - callbacks, deadlines, running and stopping, on a clock that is a number.
 *
 * asyncio's contracts LOOP-*, which speak of callbacks: no coroutine is needed here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loop.h"
#include "sleep.h"
#include "tests/lib/apart.h"
#include "tests/lib/script.h"
#include "threadsafe.h"

struct fixture {
    struct script script;
    rondo_handle *handle; /* for callbacks that cancel another */
    struct observer observer;
    char picks[1024];   /* what the observer was asked */
    const char *prefer; /* the label at which it takes the last option */
    rondo_future *future;
};

SCRIPT_FIXTURE(fixture)

/* A callback with a letter. */
struct call {
    struct fixture *f;
    const char *name;
};

static rondo_loop *loop_of(struct fixture *f)
{
    return f->script.loop;
}

static void say(void *arg)
{
    const struct call *call = arg;

    note(call->f, "%s", call->name);
}

static int play(struct fixture *f)
{
    return script_play(&f->script);
}

/* LOOP-01: call_soon queues a handle; nothing runs until the loop iterates. */
static void call_soon_runs_nothing_before_the_loop_iterates(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"};

    assert_non_null(rondo_call_soon(loop_of(f), say, &a));
    expect_noted(f, "");
    expect_trace(f, "0ms a\n");
}

/* LOOP-02: ready handles run in the order in which they were queued. */
static void callbacks_run_in_the_order_they_were_queued(void **state)
{
    struct fixture *f = *state;
    struct call calls[] = {{f, "a"}, {f, "b"}, {f, "c"}};

    for (int i = 0; i < 3; i++)
        rondo_call_soon(loop_of(f), say, &calls[i]);
    expect_trace(f, "0ms a\n0ms b\n0ms c\n");
}

static void say_iteration(void *arg)
{
    const struct call *call = arg;

    note(call->f, "%s in iteration %d", call->name, iterations(call->f));
}

static void queue_another(void *arg)
{
    static struct call inner;
    const struct call *call = arg;

    inner = (struct call){call->f, "queued by it"};
    say_iteration(arg);
    rondo_call_soon(loop_of(call->f), say_iteration, &inner);
}

/* LOOP-03: a callback scheduled while an iteration runs is executed in the next one. */
static void what_an_iteration_queues_runs_in_the_next(void **state)
{
    struct fixture *f = *state;
    struct call first = {f, "first"}, second = {f, "second"};

    rondo_call_soon(loop_of(f), queue_another, &first);
    rondo_call_soon(loop_of(f), say_iteration, &second);
    expect_trace(f, "0ms first in iteration 1\n"
                    "0ms second in iteration 1\n"
                    "0ms queued by it in iteration 2\n");
}

static void cancel_other(void *arg)
{
    const struct call *call = arg;

    say(arg);
    rondo_handle_cancel(call->f->handle);
}

/* LOOP-04: a handle cancelled before it runs is skipped. */
static void a_cancelled_handle_is_skipped(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"}, b = {f, "b"};

    rondo_handle_cancel(rondo_call_soon(loop_of(f), say, &a));
    rondo_call_soon(loop_of(f), say, &b);
    expect_trace(f, "0ms b\n");
}

/* LOOP-30: a call as from another thread is queued also where there are no other threads. */
static void a_threadsafe_call_is_made_by_the_loop_when_it_runs(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"};

    assert_int_equal(rondo_call_soon_threadsafe(loop_of(f), say, &a), 0);
    expect_trace(f, "0ms a\n");
}

/* LOOP-04: also by another callback of the same iteration. */
static void a_handle_cancelled_by_an_earlier_callback_of_its_iteration_is_skipped(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"}, b = {f, "b"}, c = {f, "c"};

    rondo_call_soon(loop_of(f), cancel_other, &a);
    f->handle = rondo_call_soon(loop_of(f), say, &b);
    rondo_call_soon(loop_of(f), say, &c);
    expect_trace(f, "0ms a\n0ms c\n");
}

/* LOOP-04: also when its deadline has struck already. */
static void a_timer_cancelled_in_the_iteration_in_which_it_strikes_is_skipped(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"}, b = {f, "b"};

    rondo_call_later(loop_of(f), 5 * MS, cancel_other, &a);
    f->handle = rondo_call_later(loop_of(f), 5 * MS, say, &b);
    expect_trace(f, "5ms a\n");
}

/* LOOP-05: call_later stores its handle among the deadlines, not in the ready queue. */
static void call_later_is_not_ready_at_once(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"};
    char text[80];

    rondo_call_later(loop_of(f), 5 * MS, say, &a);
    assert_string_equal(rondo_loop_describe(loop_of(f), text, sizeof text),
                        "<Loop idle tasks=0 ready=0 deadlines=1>");
    iterate_once(f);
    expect_noted(f, "");
    expect_trace(f, "5ms a\n");
}

/* LOOP-06: a timer never fires before its deadline. */
static void a_timer_never_fires_early(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"}, b = {f, "b"};

    rondo_call_later(loop_of(f), RONDO_US(1500), say, &a); /* due at the next millisecond */
    rondo_call_later(loop_of(f), RONDO_NS(1), say, &b);
    expect_trace(f, "1ms b\n2ms a\n");
}

/* LOOP-06: the port woke the loop too soon; nothing is due. */
static void waking_too_soon_fires_nothing(void **state)
{
    struct fixture *f = *state;
    struct manual_loop *manual = needs_clock_by_hand(f);
    struct call a = {f, "a"};

    rondo_call_later(loop_of(f), 5 * MS, say, &a);
    manual->now_ns = RONDO_US(4999);
    manual_loop_iterate(manual);
    expect_noted(f, "");
    assert_int_equal(manual->armed_ns, 5 * MS);
    expect_trace(f, "5ms a\n");
}

static int nap_briefly(void *fixture, int64_t n)
{
    for (int64_t nap = n; nap > 0; nap /= 10)
        RONDO_TRY(rondo_sleep(nap));
    note((struct fixture *)fixture, "is rested");
    return 0;
}

/* LOOP-10: the shortest sleeps cost a handful of turns each, however fine they are. */
static void short_sleeps_do_not_keep_the_loop_busy(void **state)
{
    struct fixture *f = *state;

    spawn(f, "sleeper", nap_briefly, 10 * MS); /* 10 ms, 1 ms, 100 us ... 1 ns: eight of them */
    expect_trace(f, "17ms sleeper is rested\n");
    assert_true(iterations(f) <= 3 * 8);
}

/* LOOP-12: a timer's handle tells the absolute time at which it is due. */
static void a_handle_tells_when_it_is_due(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"};
    int64_t now = rondo_loop_time(loop_of(f));

    needs_exact_clock();
    assert_int_equal(rondo_handle_when(rondo_call_later(loop_of(f), RONDO_US(1500), say, &a)),
                     now + RONDO_US(1500));
    assert_int_equal(rondo_handle_when(rondo_call_at(loop_of(f), now + RONDO_S(20), say, &a)),
                     now + RONDO_S(20));
    assert_int_equal(rondo_handle_when(rondo_call_soon(loop_of(f), say, &a)), 0);
}

/* LOOP-07: negative delays are legal and still ordered by deadline. */
static void negative_delays_are_ordered_by_deadline(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "one second ago"}, b = {f, "two seconds ago"};

    rondo_call_later(loop_of(f), -RONDO_S(1), say, &a);
    rondo_call_later(loop_of(f), -RONDO_S(2), say, &b);
    expect_trace(f, "0ms two seconds ago\n0ms one second ago\n");
}

/* LOOP-07: the same for absolute times that are past. */
static void past_times_are_ordered_by_deadline(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "1 ms ago"}, b = {f, "2 ms ago"};
    int64_t now = rondo_loop_time(loop_of(f));

    rondo_call_at(loop_of(f), now - 1 * MS, say, &a);
    rondo_call_at(loop_of(f), now - 2 * MS, say, &b);
    expect_trace(f, "0ms 2 ms ago\n0ms 1 ms ago\n");
}

/* LOOP-08: a cancelled timer at the head is dropped: the loop waits for the next live one. */
static void a_cancelled_timer_is_not_waited_for(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"}, b = {f, "b"};

    f->handle = rondo_call_later(loop_of(f), 5 * MS, say, &a);
    rondo_call_later(loop_of(f), 20 * MS, say, &b);
    rondo_handle_cancel(f->handle);
    assert_int_equal(play(f), RONDO_EDEADLOCK);
    expect_noted(f, "20ms b\n");
    assert_int_equal(iterations(f), 1);
}

/* LOOP-08: cancelled by a callback. */
static void a_timer_cancelled_by_a_callback_is_not_waited_for(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"}, b = {f, "b"}, c = {f, "c"};

    rondo_call_soon(loop_of(f), cancel_other, &a);
    f->handle = rondo_call_later(loop_of(f), 5 * MS, say, &b);
    rondo_call_later(loop_of(f), 20 * MS, say, &c);
    assert_int_equal(play(f), RONDO_EDEADLOCK);
    expect_noted(f, "0ms a\n20ms c\n");
    assert_int_equal(iterations(f), 2);
}

/* LOOP-09: cancelling many of them leaves the others in order. */
static void many_cancelled_timers_leave_the_others_in_order(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "x"};
    rondo_handle *handles[300];
    char text[80];

    for (int i = 0; i < 300; i++)
        handles[i] = rondo_call_later(loop_of(f), (300 - i) * MS, say, &a);
    for (int i = 0; i < 300; i++) {
        if (i % 100 != 0)
            rondo_handle_cancel(handles[i]);
    }
    assert_string_equal(rondo_loop_describe(loop_of(f), text, sizeof text),
                        "<Loop idle tasks=0 ready=0 deadlines=3>");
    expect_trace(f, "100ms x\n200ms x\n300ms x\n");
}

/* LOOP-13: cancelling frees what the handle holds at once. */
static void cancelling_a_handle_frees_it(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"};
    size_t before;

    rondo_handle_cancel(rondo_call_later(loop_of(f), MS, say, &a)); /* the loop's array stays */
    before = f->script.memory.live;
    rondo_handle_cancel(rondo_call_soon(loop_of(f), say, &a));
    rondo_handle_cancel(rondo_call_later(loop_of(f), MS, say, &a));
    assert_int_equal(f->script.memory.live, before);
}

/* OWN-03: equal deadlines fire in the order of their creation. */
static void equal_deadlines_fire_in_the_order_of_their_creation(void **state)
{
    struct fixture *f = *state;
    struct call calls[] = {{f, "a"}, {f, "b"}, {f, "c"}, {f, "d"}};
    int64_t when = rondo_loop_time(loop_of(f)) + 5 * MS;

    for (int i = 0; i < 4; i++)
        rondo_call_at(loop_of(f), when, say, &calls[i]);
    expect_trace(f, "5ms a\n5ms b\n5ms c\n5ms d\n");
    assert_int_equal(iterations(f), 1);
}

/* Within one millisecond of loop time the deadlines decide, not the order of creation. */
static void timers_of_one_millisecond_fire_by_deadline(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"}, b = {f, "b"};

    rondo_call_later(loop_of(f), RONDO_US(4900), say, &a);
    rondo_call_later(loop_of(f), RONDO_US(4100), say, &b);
    expect_trace(f, "5ms b\n5ms a\n");
}

static void queue_later(void *arg)
{
    static struct call soon, zero;
    const struct call *call = arg;

    soon = (struct call){call->f, "soon"};
    zero = (struct call){call->f, "later 0"};
    rondo_call_later(loop_of(call->f), 0, say, &zero);
    rondo_call_soon(loop_of(call->f), say, &soon);
}

/* LOOP-05: what is due joins the ready queue at its end. */
static void timers_that_are_due_run_after_what_was_ready(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"};

    rondo_call_soon(loop_of(f), queue_later, &a);
    expect_trace(f, "0ms soon\n0ms later 0\n");
}

static void stop(void *arg)
{
    const struct call *call = arg;

    say(arg);
    rondo_loop_stop(loop_of(call->f));
}

/* LOOP-15: stop() before a run makes that run exactly one iteration. */
static void a_run_that_was_stopped_before_makes_one_iteration(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"}, b = {f, "b"};

    rondo_call_soon(loop_of(f), queue_another, &a);
    rondo_call_later(loop_of(f), 5 * MS, say, &b);
    rondo_loop_stop(loop_of(f));
    assert_int_equal(play(f), 0);
    expect_noted(f, "0ms a in iteration 1\n");
    expect_trace(f, "0ms a in iteration 1\n0ms queued by it in iteration 2\n5ms b\n");
}

/* LOOP-15: it does not wait. */
static void a_run_that_was_stopped_before_does_not_wait(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"};

    rondo_call_later(loop_of(f), 5 * MS, say, &a);
    rondo_loop_stop(loop_of(f));
    assert_int_equal(play(f), 0);
    expect_time(f, 0);
    assert_int_equal(iterations(f), 1);
}

/* LOOP-16: stop() lets the iteration finish; what is queued afterwards stays for the next run. */
static void stop_lets_the_iteration_finish(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"}, b = {f, "b"};

    rondo_call_soon(loop_of(f), stop, &a);
    rondo_call_soon(loop_of(f), queue_another, &b);
    assert_int_equal(play(f), 0);
    expect_noted(f, "0ms a\n0ms b in iteration 1\n");
    assert_int_equal(play(f), RONDO_EDEADLOCK);
    expect_noted(f, "0ms a\n0ms b in iteration 1\n0ms queued by it in iteration 2\n");
}

/* LOOP-16: and a stop is used up by the run that it ended. */
static void a_stop_ends_one_run_only(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"}, b = {f, "b"}, c = {f, "c"};

    rondo_call_soon(loop_of(f), stop, &a);
    assert_int_equal(play(f), 0);
    rondo_call_later(loop_of(f), 1 * MS, say, &b);
    rondo_call_later(loop_of(f), 2 * MS, say, &c);
    expect_trace(f, "0ms a\n1ms b\n2ms c\n");
}

static void say_whether_it_runs(struct fixture *f)
{
    note(f, "%s", rondo_get_running_loop() == loop_of(f) ? "is the running loop" : "is not");
}

static void turn_inside(void *arg)
{
    struct fixture *f = arg;

    check(f, rondo_loop_turn(loop_of(f)) == RONDO_EMISUSE);
    check(f, rondo_loop_leave(loop_of(f)) == RONDO_EMISUSE);
    check(f, rondo_loop_enter(loop_of(f)) == RONDO_EMISUSE);
    note(f, "inside a turn");
}

/* LOOP-34: a program may turn the loop by hand; in between, and only then, it is the running one.
 */
static void a_loop_may_be_turned_by_hand(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"}, b = {f, "b"};

    assert_int_equal(rondo_loop_turn(loop_of(f)), RONDO_EMISUSE);
    assert_int_equal(rondo_loop_leave(loop_of(f)), RONDO_EMISUSE);
    rondo_call_soon(loop_of(f), queue_another, &a);
    rondo_call_later(loop_of(f), 5 * MS, turn_inside, f);
    rondo_call_later(loop_of(f), 9 * MS, stop, &b);
    say_whether_it_runs(f);
    assert_int_equal(rondo_loop_enter(loop_of(f)), 0);
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(rondo_loop_turn(loop_of(f)), 0);
        say_whether_it_runs(f);
    }
    assert_int_equal(rondo_loop_turn(loop_of(f)), RONDO_ESTOPPED);
    assert_int_equal(rondo_loop_leave(loop_of(f)), 0);
    say_whether_it_runs(f);
    expect_noted(f, "0ms is not\n"
                    "0ms a in iteration 1\n"
                    "0ms is the running loop\n"
                    "0ms queued by it in iteration 2\n"
                    "0ms is the running loop\n"
                    "5ms inside a turn\n"
                    "5ms is the running loop\n"
                    "9ms b\n"
                    "9ms is not\n");
    assert_int_equal(play(f), RONDO_EDEADLOCK); /* the stop is used up */
}

static void complete(void *arg)
{
    struct fixture *f = arg;

    rondo_set_result(f->future, 42);
}

/* LOOP-18: run_until_complete gives the result. */
static void run_until_complete_gives_the_value(void **state)
{
    struct fixture *f = *state;
    rondo_value value = {0};

    f->future = rondo_create_future(loop_of(f));
    rondo_call_later(loop_of(f), 5 * MS, complete, f);
    assert_int_equal(rondo_loop_run_until_complete(loop_of(f), f->future, &value), 0);
    assert_int_equal(value.as.i, 42);
    expect_time(f, 5 * MS);
    rondo_unref(f->future);
}

/* LOOP-19, LOOP-23, LOOP-24: a loop stopped before the future was done, and run again. */
static void run_until_complete_says_when_the_loop_was_stopped_first(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"};

    f->future = rondo_create_future(loop_of(f));
    rondo_call_soon(loop_of(f), stop, &a);
    assert_int_equal(rondo_loop_run_until_complete(loop_of(f), f->future, NULL), RONDO_ESTOPPED);
    rondo_set_result(f->future, 1); /* the orphan does not stop a later run */
    rondo_call_later(loop_of(f), 5 * MS, say, &a);
    expect_trace(f, "0ms a\n5ms a\n");
    rondo_unref(f->future);
}

/* LOOP-20: a future of another loop, or none. */
static void run_until_complete_refuses_what_is_not_its_own(void **state)
{
    struct fixture *f = *state;
    struct manual_loop other;

    manual_loop_init(&other);
    f->future = rondo_create_future(&other.loop);
    assert_int_equal(rondo_loop_run_until_complete(loop_of(f), f->future, NULL), RONDO_EMISUSE);
    assert_int_equal(rondo_loop_run_until_complete(loop_of(f), NULL, NULL), RONDO_ENOMEM);
    rondo_unref(f->future);
}

/* A run for a future that nothing can complete ends with EDEADLOCK here: the port's word. */
static void run_until_complete_passes_on_that_nothing_can_ever_happen(void **state)
{
    struct fixture *f = *state;

    f->future = rondo_create_future(loop_of(f));
    assert_int_equal(rondo_loop_run_until_complete(loop_of(f), f->future, NULL), RONDO_EDEADLOCK);
    rondo_unref(f->future);
}

static void run_inside(void *arg)
{
    struct fixture *f = arg;
    rondo_future *future = rondo_create_future(loop_of(f));
    int64_t now = rondo_loop_time(loop_of(f));
    struct manual_loop other;

    manual_loop_init(&other);
    check(f, rondo_loop_run_forever(loop_of(f)) == RONDO_EMISUSE);
    check(f, rondo_loop_run_until_complete(loop_of(f), future, NULL) == RONDO_EMISUSE);
    check(f, rondo_loop_run_forever(&other.loop) == RONDO_EMISUSE);
    check(f, rondo_loop_close(loop_of(f)) == RONDO_EMISUSE);
    check(f, rondo_get_running_loop() == loop_of(f));
    check(f, rondo_loop_is_running(loop_of(f)));
    check(f, rondo_loop_time(NULL) >= now);
    check(f, rondo_loop_time(NULL) <= rondo_loop_time(loop_of(f)));
    note(f, "inside");
    rondo_unref(future);
}

/* LOOP-21, LOOP-22, LOOP-27, LOOP-36: neither this loop nor another runs inside a run, nor is it
 * closed. */
static void nothing_runs_or_closes_inside_a_run(void **state)
{
    struct fixture *f = *state;

    assert_false(rondo_loop_is_running(loop_of(f)));
    rondo_call_soon(loop_of(f), run_inside, f);
    expect_trace(f, "0ms inside\n");
    assert_false(rondo_loop_is_running(loop_of(f)));
    assert_null(rondo_get_running_loop());
}

/* LOOP-26: closing gives up what is queued and armed; the teardown counts memory. */
static void closing_gives_up_what_is_queued(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"};

    rondo_call_soon(loop_of(f), say, &a);
    rondo_call_later(loop_of(f), 5 * MS, say, &a);
    f->future = rondo_create_future(loop_of(f));
    rondo_add_done_callback(f->future, say, &a);
    rondo_set_result(f->future, 1);
    rondo_unref(f->future);
    assert_int_equal(close_loop(f), 0);
    expect_noted(f, "");
}

/* A deadline that is too far away for the clock is no deadline. */
static void a_delay_for_ever_never_ends(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"}, b = {f, "b"};

    rondo_call_later(loop_of(f), 5 * MS, say, &b);
    f->handle = rondo_call_later(loop_of(f), RONDO_FOREVER, say, &a);
    expect_trace(f, "5ms b\n");
    expect_time(f, 5 * MS);
    rondo_handle_cancel(f->handle);
}

/* An allocation that fails leaves nothing queued. */
static void call_soon_without_memory_gives_null(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"};

    memory_fail(&f->script.memory, 1);
    assert_null(rondo_call_soon(loop_of(f), say, &a));
    memory_fail(&f->script.memory, 1);
    assert_null(rondo_call_later(loop_of(f), 5 * MS, say, &a));
    memory_fail(&f->script.memory, 1);
    assert_null(rondo_call_at(loop_of(f), 5 * MS, say, &a));
    expect_trace(f, "");
}

static void ignore_event(void *self, const struct observed *event)
{
    (void)self;
    (void)event;
}

/* Note what is asked; at the label `prefer` take the last option, else the first. */
static size_t pick(void *self, const struct observed_choice *choice)
{
    struct fixture *f = self;
    size_t used = strlen(f->picks);

    snprintf(f->picks + used, sizeof f->picks - used, "%s/%zu ", choice->label, choice->count);
    return f->prefer != NULL && strcmp(choice->label, f->prefer) == 0 ? choice->count - 1 : 0;
}

static void watch(struct fixture *f, const char *prefer)
{
    f->prefer = prefer;
    f->observer =
        (struct observer){.wanted = OBSERVED_USUAL, .event = ignore_event, .pick = pick, .self = f};
    observer = &f->observer;
}

static int fixture_unwatch(void **state)
{
    observer = NULL;
    return fixture_close(state);
}

/* An observer that takes the first option changes nothing: that is production order. */
static void the_first_option_is_production_order(void **state)
{
    struct fixture *f = *state;
    struct call calls[] = {{f, "a"}, {f, "b"}, {f, "c"}};

    needs_exact_clock();
    watch(f, NULL);
    for (int i = 0; i < 3; i++)
        rondo_call_later(loop_of(f), 5 * MS, say, &calls[i]);
    expect_trace(f, "5ms a\n5ms b\n5ms c\n");
    assert_string_equal(f->picks, "timer.order/3 timer.together/2 timer.order/2 timer.together/2 "
                                  "sched.ready/3 sched.ready/2 sched.ready/1 ");
}

/* An observer may reverse the timers of one instant. */
static void an_observer_chooses_among_equal_deadlines(void **state)
{
    struct fixture *f = *state;
    struct call calls[] = {{f, "a"}, {f, "b"}, {f, "c"}};

    needs_exact_clock();
    watch(f, "timer.order");
    for (int i = 0; i < 3; i++)
        rondo_call_later(loop_of(f), 5 * MS, say, &calls[i]);
    expect_trace(f, "5ms c\n5ms b\n5ms a\n");
    assert_int_equal(iterations(f), 1);
}

/* An observer may pull the timers of one instant apart: then what the first sets in motion runs
 * before the second. */
static void an_observer_pulls_equal_deadlines_apart(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"}, b = {f, "b"};

    needs_exact_clock();
    watch(f, "timer.together");
    rondo_call_later(loop_of(f), 5 * MS, queue_another, &a);
    rondo_call_later(loop_of(f), 5 * MS, say_iteration, &b);
    expect_trace(f, "5ms a in iteration 1\n"
                    "5ms queued by it in iteration 2\n"
                    "5ms b in iteration 3\n");
}

static void say_and_queue(void *arg)
{
    struct call *call = arg;

    say(call);
    rondo_call_soon(loop_of(call->f), say, call);
}

/* What became ready in an iteration may come before what it began with; what it began with does not
 * wait for ever: an iteration is as long as it would have been. */
static void an_observer_may_let_what_is_new_come_first(void **state)
{
    struct fixture *f = *state;
    struct call calls[] = {{f, "a"}, {f, "b"}};

    watch(f, "sched.ready");
    rondo_call_soon(loop_of(f), say_iteration, &calls[0]);
    rondo_call_soon(loop_of(f), say_and_queue, &calls[1]);
    expect_trace(f, "0ms b\n0ms b\n0ms a in iteration 2\n");
}

/* An observer may choose among what is ready. */
static void an_observer_chooses_among_ready_callbacks(void **state)
{
    struct fixture *f = *state;
    struct call calls[] = {{f, "a"}, {f, "b"}, {f, "c"}};

    watch(f, "sched.ready");
    for (int i = 0; i < 3; i++)
        rondo_call_soon(loop_of(f), say, &calls[i]);
    expect_trace(f, "0ms c\n0ms b\n0ms a\n");
}

/* Ask who every option is about, and come back with an error where the answer is not a sleep. */
static size_t ask_who(void *self, const struct observed_choice *choice)
{
    struct fixture *f = self;

    for (size_t i = 0; i < choice->count; i++) {
        struct pending pending;
        size_t used = strlen(f->picks);

        choice->describe(choice, i, &pending);
        snprintf(f->picks + used, sizeof f->picks - used, "%s:%s ",
                 pending.who.id != 0 ? pending.who.name : "-", pending.what);
    }
    return 0;
}

static int nap(void *fixture, int64_t n)
{
    (void)fixture;
    return rondo_sleep(n);
}

static void ask_about_two_sleeps(void *arg)
{
    struct fixture *f = arg;

    watch(f, NULL);
    f->observer.pick = ask_who;
    spawn(f, "a", nap, 5 * MS);
    spawn(f, "b", nap, 5 * MS);
    play(f);
    /* start, and b's, alone; timer.order a, b; timer.together: it is about b only, whatever the
     * option; both have rung; b, or a, which its bell has woken; both are awake, and b, alone */
    if (strcmp(f->picks, "a:start b:start b:start a:sleep b:sleep b:sleep b:sleep a:sleep "
                         "b:sleep b:sleep a:sleep a:sleep b:sleep b:sleep ") != 0)
        exit(1);
}

/* Every option of a choice can be asked who it is about (observe.h). */
static void every_option_says_who_it_is_about(void **state)
{
    struct fixture *f = *state;

    needs_exact_clock();
    assert_int_equal(play_apart(f, ask_about_two_sleeps, f), 0);
}

/* LOOP-31: a callback that is NULL is refused where it is given. */
static void a_callback_that_is_null_is_refused(void **state)
{
    struct fixture *f = *state;

    assert_null(rondo_call_soon(loop_of(f), NULL, f));
    assert_null(rondo_call_later(loop_of(f), 5 * MS, NULL, f));
    assert_null(rondo_call_at(loop_of(f), 5 * MS, NULL, f));
    expect_trace(f, "");
}

/* LOOP-34: what is queued between two turns is not waited for in vain. */
static void what_is_queued_between_two_turns_is_due(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"}, b = {f, "b"}, c = {f, "c"};

    assert_int_equal(rondo_loop_enter(loop_of(f)), 0);
    rondo_call_soon(loop_of(f), say, &a);
    assert_int_equal(rondo_loop_turn(loop_of(f)), 0);
    rondo_call_later(loop_of(f), 5 * MS, say, &b);
    assert_int_equal(rondo_loop_turn(loop_of(f)), 0);
    rondo_call_later(loop_of(f), 5 * MS, say, &c);
    rondo_loop_stop(loop_of(f)); /* the next turn does not wait for c */
    assert_int_equal(rondo_loop_turn(loop_of(f)), RONDO_ESTOPPED);
    assert_int_equal(rondo_loop_leave(loop_of(f)), 0);
    expect_noted(f, "0ms a\n5ms b\n");
    expect_time(f, 5 * MS);
    expect_trace(f, "0ms a\n5ms b\n10ms c\n");
}

/* LOOP-15: nor does a run that was stopped before wait for what was queued since. */
static void a_stopped_run_does_not_wait_for_what_was_queued_since(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"};

    rondo_loop_stop(loop_of(f));
    rondo_call_later(loop_of(f), 5 * MS, say, &a);
    assert_int_equal(play(f), 0);
    expect_time(f, 0);
    expect_trace(f, "5ms a\n");
}

static void work_then_queue(void *arg)
{
    const struct call *call = arg;

    work_for(call->f, RONDO_US(500));
    rondo_call_later(loop_of(call->f), 0, say, arg);
}

/* LOOP-05: a delay of zero is the next iteration, also in the middle of a millisecond. */
static void no_delay_is_the_next_iteration(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"};

    needs_exact_clock();
    rondo_call_soon(loop_of(f), work_then_queue, &a);
    expect_trace(f, "0ms a\n");
    expect_time(f, RONDO_US(500));
}

/* Outside of a run there is no loop whose time it could be. */
static void without_a_loop_there_is_no_time(void **state)
{
    (void)state;
    assert_int_equal(rondo_loop_time(NULL), 0);
}

static void describe_in_a_callback(void *arg)
{
    const struct call *call = arg;
    char text[80];

    rondo_call_soon(loop_of(call->f), say, arg);
    note(call->f, "%s", rondo_loop_describe(loop_of(call->f), text, sizeof text));
}

/* A loop describes what is ready: for this iteration and for the next. */
static void a_loop_describes_what_is_ready_in_its_iteration(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"}, b = {f, "b"}, c = {f, "c"};

    rondo_call_soon(loop_of(f), describe_in_a_callback, &a);
    rondo_call_soon(loop_of(f), say, &b);
    rondo_call_soon(loop_of(f), say, &c);
    expect_trace(f, "0ms <Loop running tasks=0 ready=3 deadlines=0>\n0ms b\n0ms c\n0ms a\n");
}

/* Also three, one after the other. */
static void an_observer_pulls_three_deadlines_apart(void **state)
{
    struct fixture *f = *state;
    struct call calls[] = {{f, "a"}, {f, "b"}, {f, "c"}};

    needs_exact_clock();
    watch(f, "timer.together");
    for (int i = 0; i < 3; i++)
        rondo_call_later(loop_of(f), 5 * MS, queue_another, &calls[i]);
    expect_trace(f, "5ms a in iteration 1\n"
                    "5ms queued by it in iteration 2\n"
                    "5ms b in iteration 3\n"
                    "5ms queued by it in iteration 4\n"
                    "5ms c in iteration 5\n"
                    "5ms queued by it in iteration 6\n");
}

/* Pull the first two of an instant apart, and no others. */
static size_t pick_apart_once(void *self, const struct observed_choice *choice)
{
    struct fixture *f = self;
    bool apart = strcmp(choice->label, "timer.together") == 0 && f->prefer != NULL;

    if (apart)
        f->prefer = NULL;
    return apart;
}

static void hop(void *arg)
{
    const struct call *call = arg;

    say(arg);
    if (iterations(call->f) < 6)
        rondo_call_soon(loop_of(call->f), hop, arg);
}

static void hop_and_queue_at_once(void *arg)
{
    static struct call zero;
    const struct call *call = arg;

    zero = (struct call){call->f, "at once"};
    hop(arg);
    rondo_call_later(loop_of(call->f), 0, say, &zero);
}

/* What becomes due later in the same instant is not held back for that. */
static void only_what_was_pulled_apart_waits(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"}, b = {f, "b"};

    needs_exact_clock();
    watch(f, "once");
    f->observer.pick = pick_apart_once;
    rondo_call_later(loop_of(f), 5 * MS, say, &a);
    rondo_call_later(loop_of(f), 5 * MS, hop_and_queue_at_once, &b);
    expect_trace(f, "5ms a\n5ms b\n5ms b\n5ms at once\n5ms b\n5ms b\n5ms b\n");
}

/* Note of the first choice who each option is about, as an observer may ask in any order. */
static size_t note_options(void *self, const struct observed_choice *choice)
{
    struct fixture *f = self;

    if (f->picks[0] == '\0') {
        for (size_t i = choice->count; i-- > 0;) {
            struct pending pending;
            size_t used = strlen(f->picks);

            choice->describe(choice, i, &pending);
            snprintf(f->picks + used, sizeof f->picks - used, "%zu:%s:%s ", i,
                     pending.who.id != 0 ? pending.who.name : "-", pending.what);
        }
    }
    return 0;
}

/* Each of several options says who it is about and what it is, in whatever order one asks
 * (observe.h). */
static void each_of_many_options_says_who_it_is_about(void **state)
{
    struct fixture *f = *state;
    struct call call = {f, "called"};

    watch(f, NULL);
    f->observer.pick = note_options;
    spawn(f, "a", nap, 0);
    rondo_call_soon(loop_of(f), say, &call);
    f->future = rondo_create_future(loop_of(f));
    rondo_add_done_callback(f->future, say, &call);
    rondo_set_result(f->future, 1);
    expect_trace(f, "0ms called\n0ms called\n");
    assert_string_equal(f->picks, "2:-:done callback 1:-:call_soon 0:a:start ");
    rondo_unref(f->future);
}

#define TEST(name)    SCRIPT_TEST(name, fixture)
#define WATCHED(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_unwatch)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(call_soon_runs_nothing_before_the_loop_iterates),
        TEST(callbacks_run_in_the_order_they_were_queued),
        TEST(what_an_iteration_queues_runs_in_the_next),
        TEST(a_cancelled_handle_is_skipped),
        TEST(a_handle_cancelled_by_an_earlier_callback_of_its_iteration_is_skipped),
        TEST(a_timer_cancelled_in_the_iteration_in_which_it_strikes_is_skipped),
        TEST(a_threadsafe_call_is_made_by_the_loop_when_it_runs),
        TEST(call_later_is_not_ready_at_once),
        TEST(a_timer_never_fires_early),
        TEST(waking_too_soon_fires_nothing),
        TEST(short_sleeps_do_not_keep_the_loop_busy),
        TEST(a_handle_tells_when_it_is_due),
        TEST(negative_delays_are_ordered_by_deadline),
        TEST(past_times_are_ordered_by_deadline),
        TEST(a_cancelled_timer_is_not_waited_for),
        TEST(a_timer_cancelled_by_a_callback_is_not_waited_for),
        TEST(many_cancelled_timers_leave_the_others_in_order),
        TEST(cancelling_a_handle_frees_it),
        TEST(equal_deadlines_fire_in_the_order_of_their_creation),
        TEST(timers_of_one_millisecond_fire_by_deadline),
        TEST(timers_that_are_due_run_after_what_was_ready),
        TEST(a_run_that_was_stopped_before_makes_one_iteration),
        TEST(a_run_that_was_stopped_before_does_not_wait),
        TEST(stop_lets_the_iteration_finish),
        TEST(a_stop_ends_one_run_only),
        TEST(a_loop_may_be_turned_by_hand),
        TEST(run_until_complete_gives_the_value),
        TEST(run_until_complete_says_when_the_loop_was_stopped_first),
        TEST(run_until_complete_refuses_what_is_not_its_own),
        TEST(run_until_complete_passes_on_that_nothing_can_ever_happen),
        TEST(nothing_runs_or_closes_inside_a_run),
        TEST(closing_gives_up_what_is_queued),
        TEST(a_delay_for_ever_never_ends),
        TEST(call_soon_without_memory_gives_null),
        TEST(a_callback_that_is_null_is_refused),
        WATCHED(the_first_option_is_production_order),
        WATCHED(an_observer_chooses_among_equal_deadlines),
        WATCHED(an_observer_pulls_equal_deadlines_apart),
        WATCHED(an_observer_chooses_among_ready_callbacks),
        WATCHED(an_observer_may_let_what_is_new_come_first),
        WATCHED(every_option_says_who_it_is_about),
        TEST(what_is_queued_between_two_turns_is_due),
        TEST(a_stopped_run_does_not_wait_for_what_was_queued_since),
        TEST(no_delay_is_the_next_iteration),
        TEST(without_a_loop_there_is_no_time),
        TEST(a_loop_describes_what_is_ready_in_its_iteration),
        WATCHED(an_observer_pulls_three_deadlines_apart),
        WATCHED(only_what_was_pulled_apart_waits),
        WATCHED(each_of_many_options_says_who_it_is_about),
    };

    return play_all(tests);
}

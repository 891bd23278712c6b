/*
 * task_test.c - coroutines that run side by side, and cancelling them: TASK-*, CAN-*.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <alloca.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fiber.h"
#include "event.h"
#include "handler.h"
#include "sleep.h"
#include "task.h"
#include "tests/lib/apart.h"
#include "tests/lib/script.h"

struct fixture {
    struct script script;
    rondo_future *future; /* that a role waits for */
    rondo_future *second; /* that it waits for afterwards */
    rondo_task *chain[50];
    int drops;
    void *frames[2];
    rondo_event event; /* never set */
};

static int fixture_open(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    script_open(&f->script);
    f->future = rondo_create_future(f->script.loop);
    f->second = rondo_create_future(f->script.loop);
    *state = f;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    rondo_unref(f->future);
    rondo_unref(f->second);
    return script_teardown(&f->script);
}

static const char *told(const struct fixture *f, const char *name)
{
    rondo_future *task = script_role((struct script *)(uintptr_t)&f->script, name);

    return rondo_err_name(rondo_future_result(task, NULL));
}

/* ---- bodies ---- */

static int speak(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    note(f, "speaks");
    return (int)n;
}

static int nap(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = rondo_sleep(n);

    note(f, "woke with %s", rondo_err_name(rc));
    return rc;
}

static int spawn_and_speak(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    spawn(f, "child", speak, 0);
    note(f, "has spawned");
    check(f, rondo_sleep(0) == 0);
    note(f, "goes on");
    return 0;
}

static int await_future(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = rondo_await(f->future, NULL);

    (void)n;
    note(f, "got %s \"%s\"", rondo_err_name(rc), rc < 0 ? rondo_error_text() : "");
    return rc;
}

/* Swallow the first cancel, then wait for the second future. */
static int await_both(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = rondo_await(f->future, NULL);

    (void)n;
    note(f, "first %s", rondo_err_name(rc));
    rc = rondo_await(f->second, NULL);
    note(f, "second %s", rondo_err_name(rc));
    return rc;
}

static int swallow(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = rondo_sleep(n);

    note(f, "swallows %s", rondo_err_name(rc));
    return 0;
}

/* Await the role "b". */
static int await_b(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = rondo_await(role(f, "b"), NULL);

    (void)n;
    note(f, "got %s \"%s\"", rondo_err_name(rc), rc < 0 ? rondo_error_text() : "");
    return rc;
}

/* Cancel the role "a" after `n`. */
static int cancel_a(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    note(f, "cancels a: %s", rondo_cancel(role(f, "a"), "enough") ? "taken" : "too late");
    return 0;
}

/* ---- creation, stepping, results ---- */

/* TASK-01: creating a task runs nothing of it before the creator suspends. */
static void a_task_starts_when_its_creator_suspends(void **state)
{
    struct fixture *f = *state;

    spawn(f, "parent", spawn_and_speak, 0);
    expect_trace(f, "0ms parent has spawned\n0ms child speaks\n0ms parent goes on\n");
}

static int answer(void *arg, rondo_value *out)
{
    (void)arg;
    return rondo_return(out, 42);
}

/* TASK-02: a task's result is what its coroutine returns. */
static void a_task_has_its_coroutines_result(void **state)
{
    struct fixture *f = *state;
    rondo_task *task = rondo_loop_create_task(f->script.loop, answer, f);
    rondo_value value = {0};

    assert_false(rondo_done(task));
    assert_int_equal(rondo_loop_run_until_complete(f->script.loop, task, &value), 0);
    assert_int_equal(value.as.i, 42);
    assert_true(rondo_done(task));
    rondo_unref(task);
}

static int complain(void *fixture, int64_t n)
{
    (void)fixture;
    return rondo_fail((int)n, "no such row %d", 7);
}

/* TASK-02: or the failure it returns, with its message. */
static void a_task_fails_with_its_coroutines_error(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", await_b, 0);
    spawn(f, "b", complain, RONDO_EUSER - 3);
    expect_trace(f, "0ms a got EUSER-3 \"no such row 7\"\n");
    assert_string_equal(rondo_future_error_text(role(f, "b")), "no such row 7");
    assert_string_equal(rondo_future_error_text(role(f, "a")), "no such row 7");
    assert_false(rondo_cancelled(role(f, "a")));
}

static int recover(void *fixture, int64_t n)
{
    (void)n;
    (void)complain(fixture, RONDO_EUSER);
    return RONDO_EUSER - 1;
}

/* TASK-02: a message belongs to the failure that it came with. */
static void a_message_does_not_stick_to_another_error(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", recover, 0);
    expect_trace(f, "");
    assert_string_equal(rondo_future_error_text(role(f, "a")), "");
}

static int await_self(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = rondo_await(role(f, "a"), NULL);

    (void)n;
    note(f, "is told %s", rondo_err_name(rc));
    return rc;
}

/* TASK-05: a future of another loop is not waited for. */
static void a_future_of_another_loop_is_not_awaited(void **state)
{
    struct fixture *f = *state;
    struct manual_loop other;

    manual_loop_init(&other);
    rondo_unref(f->future);
    f->future = rondo_create_future(&other.loop);
    spawn(f, "a", await_future, 0);
    expect_trace(f, "0ms a got EMISUSE \"\"\n");
}

/* TASK-06: a task that awaits itself is told so. */
static void a_task_that_awaits_itself_is_told_so(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", await_self, 0);
    expect_trace(f, "0ms a is told EMISUSE\n");
}

/* TASK-07: a task refuses to be completed from outside. */
static void a_task_refuses_set_result_and_set_error(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", speak, 0);
    assert_int_equal(rondo_set_result(role(f, "a"), 1), RONDO_EMISUSE);
    assert_int_equal(rondo_set_error(role(f, "a"), RONDO_EUSER, NULL), RONDO_EMISUSE);
    expect_trace(f, "0ms a speaks\n");
}

static int spawn_nameless(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_task *one = rondo_spawn(answer, f);
    rondo_task *two = rondo_spawn(answer, f, .name = "two");
    rondo_task *three = rondo_spawn(answer, f);

    (void)n;
    note(f, "%s %s %s", rondo_get_name(one), rondo_get_name(two), rondo_get_name(three));
    rondo_set_name(one, "one");
    note(f, "%s", rondo_get_name(one));
    rondo_unref(one);
    rondo_unref(two);
    rondo_unref(three);
    return 0;
}

/* TASK-09: tasks without a name are numbered, strictly increasing. */
static void nameless_tasks_are_numbered(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", spawn_nameless, 0);
    expect_trace(f, "0ms a Task-2 two Task-4\n0ms a one\n");
}

static int describe_a(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    char text[80];

    (void)n;
    note(f, "sees %s", rondo_future_describe(role(f, "a"), text, sizeof text));
    return 0;
}

/* TASK-09: a task describes its state and what it waits for. */
static void a_task_describes_itself(void **state)
{
    struct fixture *f = *state;
    char text[80];

    spawn(f, "a", nap, 5 * MS);
    spawn(f, "b", describe_a, 0);
    assert_string_equal(rondo_future_describe(role(f, "a"), text, sizeof text),
                        "<Task pending name=a>");
    expect_trace(f, "0ms b sees <Task pending name=a wait=sleep>\n5ms a woke with OK\n");
    assert_string_equal(rondo_future_describe(role(f, "a"), text, sizeof text),
                        "<Task done name=a>");
}

static int await_each_other(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    return rondo_await(role(f, n == 0 ? "b" : "a"), NULL);
}

static int describe_both(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    char text[80];

    (void)n;
    note(f, "sees %s", rondo_future_describe(role(f, "a"), text, sizeof text));
    note(f, "sees %s", rondo_future_describe(role(f, "b"), text, sizeof text));
    rondo_cancel(role(f, "a"), NULL); /* a circle of references would be left */
    return 0;
}

/* FUT-23: to describe two tasks that wait for each other comes to an end. */
static void tasks_that_await_each_other_describe_themselves(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", await_each_other, 0);
    spawn(f, "b", await_each_other, 1);
    spawn(f, "c", describe_both, 0);
    expect_trace(f, "0ms c sees <Task pending name=a wait=task>\n"
                    "0ms c sees <Task pending name=b wait=task>\n");
}

static int know_myself(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    const char *name = n == 0 ? "a" : "b";

    for (int i = 0; i < 3; i++) {
        check(f, rondo_current_task() == role(f, name));
        check(f, rondo_sleep(n) == 0);
    }
    check(f, rondo_current_task() == role(f, name));
    return 0;
}

static void nobody_runs(void *arg)
{
    struct fixture *f = arg;

    check(f, rondo_current_task() == NULL);
    note(f, "callback");
}

/* TASK-10: the current task is the one that runs, also when tasks interleave. */
static void the_current_task_is_the_one_that_runs(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", know_myself, 0);
    spawn(f, "b", know_myself, 1);
    rondo_call_later(f->script.loop, 1 * MS, nobody_runs, f);
    expect_trace(f, "1ms callback\n");
    assert_null(rondo_current_task());
}

/* TASK-12: the loop knows only the tasks that are not done. */
static void the_loop_lists_tasks_that_are_not_done(void **state)
{
    struct fixture *f = *state;
    char text[80];

    spawn(f, "a", speak, 0);
    spawn(f, "b", await_future, 0);
    assert_int_equal(list_length(&f->script.loop->tasks), 2);
    expect_trace(f, "0ms a speaks\n0ms b never ends\n");
    assert_string_equal(rondo_loop_describe(f->script.loop, text, sizeof text),
                        "<Loop idle tasks=1 ready=0 deadlines=0>");
    rondo_cancel(role(f, "b"), NULL);
    script_play(&f->script);
    assert_int_equal(list_length(&f->script.loop->tasks), 0);
}

static void count_drop(void *p)
{
    ((struct fixture *)p)->drops++;
}

static int return_owned_and_fail(void *arg, rondo_value *out)
{
    *out = (rondo_value){.as = {.p = arg}, .drop = count_drop};
    return RONDO_EUSER;
}

static int return_owned(void *arg, rondo_value *out)
{
    *out = (rondo_value){.as = {.p = arg}, .drop = count_drop};
    return 0;
}

/* A result that a failure makes void is dropped. */
static void a_result_that_a_failure_makes_void_is_dropped(void **state)
{
    struct fixture *f = *state;
    rondo_task *task = rondo_loop_create_task(f->script.loop, return_owned_and_fail, f);

    script_play(&f->script);
    assert_int_equal(rondo_future_result(task, NULL), RONDO_EUSER);
    assert_int_equal(f->drops, 1);
    rondo_unref(task);
    assert_int_equal(f->drops, 1);
}

/* A result is dropped when the last reference goes. */
static void a_result_is_dropped_with_its_task(void **state)
{
    struct fixture *f = *state;
    rondo_task *task = rondo_loop_create_task(f->script.loop, return_owned, f);

    script_play(&f->script);
    assert_int_equal(f->drops, 0);
    rondo_unref(task);
    assert_int_equal(f->drops, 1);
}

/* A task whose holder lets go runs to its end all the same. */
static void a_task_nobody_holds_runs_to_its_end(void **state)
{
    struct fixture *f = *state;

    rondo_unref(rondo_loop_create_task(f->script.loop, return_owned, f));
    script_play(&f->script);
    assert_int_equal(f->drops, 1);
}

/* ---- cancelling ---- */

/* CAN-01: cancelling a task that waits for a future cancels that future first. */
static void cancelling_a_waiting_task_cancels_what_it_waits_for(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", await_future, 0);
    spawn(f, "b", cancel_a, 5 * MS);
    expect_trace(f, "5ms b cancels a: taken\n5ms a got ECANCELED \"enough\"\n");
    assert_true(rondo_cancelled(f->future));
    assert_true(rondo_cancelled(role(f, "a")));
}

/* CAN-02: cancelled before its first step, the body never runs. */
static void a_task_cancelled_before_it_starts_never_runs(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", speak, 0);
    assert_true(rondo_cancel(role(f, "a"), "enough"));
    assert_false(rondo_done(role(f, "a")));
    expect_trace(f, "");
    assert_true(rondo_cancelled(role(f, "a")));
    assert_string_equal(rondo_future_error_text(role(f, "a")), "enough");
}

static int yield_twice(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    for (int i = 0; i < 2; i++) {
        int rc = rondo_sleep(0);

        note(f, "yield %s", rondo_err_name(rc));
        RONDO_TRY(rc);
    }
    return 0;
}

/* CAN-03: cancelled while it is ready to run, it is told at its next step. */
static void a_task_cancelled_between_steps_is_told_at_the_next(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", yield_twice, 0);
    spawn(f, "b", cancel_a, 0);
    expect_trace(f, "0ms a yield OK\n0ms b cancels a: taken\n0ms a yield ECANCELED\n");
    assert_true(rondo_cancelled(role(f, "a")));
}

static int cancel_future(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    check(f, rondo_cancel(f->future, "gone"));
    return 0;
}

/* CAN-04: the awaited future is cancelled by someone else, and so is the task. */
static void a_future_cancelled_by_another_cancels_who_awaits_it(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", await_future, 0);
    spawn(f, "b", cancel_future, 0);
    expect_trace(f, "0ms a got ECANCELED \"gone\"\n");
    assert_true(rondo_cancelled(role(f, "a")));
    assert_int_equal(rondo_cancelling(role(f, "a")), 0);
}

static int cancel_both(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    check(f, rondo_cancel(f->future, NULL));
    check(f, rondo_cancel(role(f, "a"), NULL));
    return 0;
}

/* CAN-05: cancelling both the future and the task gives one cancellation. */
static void cancelling_future_and_task_is_one_cancellation(void **state)
{
    struct fixture *f = *state;

    rondo_set_result(f->second, 1);
    spawn(f, "a", await_both, 0);
    spawn(f, "b", cancel_both, 0);
    expect_trace(f, "0ms a first ECANCELED\n0ms a second OK\n");
}

/* CAN-06: swallowing the cancel and returning a value, the task ends normally. */
static void a_task_may_swallow_its_cancel(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", swallow, 10 * MS);
    spawn(f, "b", cancel_a, 5 * MS);
    expect_trace(f, "5ms b cancels a: taken\n5ms a swallows ECANCELED\n");
    assert_false(rondo_cancelled(role(f, "a")));
    assert_string_equal(told(f, "a"), "OK");
}

static int set_second(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_set_result(f->second, 1) == 0);
    return 0;
}

/* CAN-07: swallowing and going on, it may await again; later futures are untouched. */
static void a_task_that_swallows_its_cancel_may_await_again(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", await_both, 0);
    spawn(f, "b", cancel_a, 5 * MS);
    spawn(f, "c", set_second, 9 * MS);
    expect_trace(f, "5ms b cancels a: taken\n5ms a first ECANCELED\n9ms a second OK\n");
    assert_string_equal(told(f, "a"), "OK");
}

static int cancel_self(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    check(f, rondo_cancel(rondo_current_task(), "by myself"));
    note(f, "goes on");
    rc = rondo_sleep(n);
    note(f, "slept %s \"%s\"", rondo_err_name(rc), rondo_error_text());
    return rc;
}

/* CAN-08: a task may cancel itself; it takes effect where it next suspends. */
static void a_task_that_cancels_itself_is_told_where_it_suspends(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", cancel_self, 10 * MS);
    expect_trace(f, "0ms a goes on\n0ms a slept ECANCELED \"by myself\"\n");
    assert_true(rondo_cancelled(role(f, "a")));
}

/* CAN-08: also at a sleep of 0. */
static void a_task_that_cancels_itself_is_told_at_a_yield(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", cancel_self, 0);
    expect_trace(f, "0ms a goes on\n0ms a slept ECANCELED \"by myself\"\n");
}

static int cancel_self_and_return(void *fixture, int64_t n)
{
    (void)fixture;
    (void)n;
    rondo_cancel(rondo_current_task(), "by myself");
    return 0;
}

/* CAN-09: cancelling itself and returning at once ends as cancelled. */
static void a_task_that_cancels_itself_and_returns_is_cancelled(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", cancel_self_and_return, 0);
    expect_trace(f, "");
    assert_true(rondo_cancelled(role(f, "a")));
    assert_string_equal(rondo_future_error_text(role(f, "a")), "by myself");
}

/* CAN-10: a cancel goes through the task that is awaited to its future. */
static void a_cancel_reaches_the_innermost_future(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", await_b, 0);
    spawn(f, "b", await_future, 0);
    spawn(f, "c", cancel_a, 5 * MS);
    expect_trace(f, "5ms c cancels a: taken\n"
                    "5ms b got ECANCELED \"enough\"\n"
                    "5ms a got ECANCELED \"enough\"\n");
    assert_true(rondo_cancelled(f->future));
    assert_true(rondo_cancelled(role(f, "b")));
    assert_true(rondo_cancelled(role(f, "a")));
}

/* CAN-10: the inner task swallows the cancel: the outer gets the value, not a cancel. */
static void an_awaited_task_that_swallows_the_cancel_ends_it(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", await_b, 0);
    spawn(f, "b", swallow, 10 * MS);
    spawn(f, "c", cancel_a, 5 * MS);
    expect_trace(f, "5ms c cancels a: taken\n5ms b swallows ECANCELED\n5ms a got OK \"\"\n");
    assert_string_equal(told(f, "a"), "OK");
}

/* CAN-11: cancelling a task that is done is refused. */
static void a_done_task_refuses_a_cancel(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", speak, 0);
    spawn(f, "b", cancel_a, 5 * MS);
    expect_trace(f, "0ms a speaks\n5ms b cancels a: too late\n");
    assert_string_equal(told(f, "a"), "OK");
    assert_int_equal(rondo_cancelling(role(f, "a")), 0);
}

/* CAN-12, CAN-13: a cancelled sleep ends at the cancel and takes its timer along. */
static void a_cancelled_sleep_ends_at_the_cancel(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", nap, RONDO_S(10));
    spawn(f, "b", cancel_a, 5 * MS);
    expect_trace(f, "5ms b cancels a: taken\n5ms a woke with ECANCELED\n");
    expect_time(f, 5 * MS);
    assert_int_equal(deadlines_count(&f->script.loop->deadlines), 0);
}

static int cancel_a_with_a_message(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    rondo_cancel(role(f, "a"), "the message");
    return 0;
}

static int await_a(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = rondo_await(role(f, "a"), NULL);

    (void)n;
    note(f, "got %s \"%s\"", rondo_err_name(rc), rondo_error_text());
    return rc;
}

/* CAN-14: the message travels to whoever awaits the task, also in two steps. */
static void the_message_of_a_cancel_travels_outwards(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", nap, RONDO_S(10));
    spawn(f, "b", await_a, 0);
    spawn(f, "c", await_b, 0);
    spawn(f, "d", cancel_a_with_a_message, 5 * MS);
    expect_trace(f, "5ms a woke with ECANCELED\n"
                    "5ms b got ECANCELED \"the message\"\n"
                    "5ms c got ECANCELED \"the message\"\n");
    assert_string_equal(rondo_future_error_text(role(f, "c")), "the message");
}

static int cancel_second_with_a_message(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    rondo_cancel(f->second, "the second message");
    return 0;
}

/* CAN-14: the message is that of the cancellation the task ends with, not of an earlier one that it
 * swallowed. */
static void the_message_is_that_of_the_cancel_that_ended_it(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", await_both, 0);
    spawn(f, "b", cancel_a_with_a_message, 5 * MS);
    spawn(f, "c", cancel_second_with_a_message, 6 * MS);
    expect_trace(f, "5ms a first ECANCELED\n6ms a second ECANCELED\n");
    assert_string_equal(rondo_future_error_text(role(f, "a")), "the second message");
}

/* CAN-15: cancelling() counts the requests; each is taken. */
static void cancel_requests_are_counted(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", nap, 5 * MS);
    assert_int_equal(rondo_cancelling(role(f, "a")), 0);
    assert_true(rondo_cancel(role(f, "a"), NULL));
    assert_int_equal(rondo_cancelling(role(f, "a")), 1);
    assert_true(rondo_cancel(role(f, "a"), NULL));
    assert_int_equal(rondo_cancelling(role(f, "a")), 2);
    expect_trace(f, "");
    assert_false(rondo_cancel(role(f, "a"), NULL));
    assert_int_equal(rondo_cancelling(f->future), 0);
}

static int cancel_a_twice(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_cancel(role(f, "a"), NULL));
    check(f, rondo_cancel(role(f, "a"), NULL));
    return 0;
}

/* CAN-15: two requests in one tick are one cancellation at the await: the second finds the future
 * cancelled and is due at the same step. */
static void two_requests_before_it_runs_are_one_cancellation(void **state)
{
    struct fixture *f = *state;

    rondo_set_result(f->second, 1);
    spawn(f, "a", await_both, 0);
    spawn(f, "b", cancel_a_twice, 5 * MS);
    expect_trace(f, "5ms a first ECANCELED\n5ms a second OK\n");
}

static int uncancel_and_sleep(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = rondo_sleep(n);

    note(f, "first %s, %d left", rondo_err_name(rc), rondo_uncancel(rondo_current_task()));
    note(f, "%d not below 0", rondo_uncancel(rondo_current_task()));
    rc = rondo_sleep(n);
    note(f, "second %s", rondo_err_name(rc));
    return rc;
}

/* CAN-16: uncancel() takes one request back, and a later cancel works again. */
static void uncancel_takes_a_request_back(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", uncancel_and_sleep, 10 * MS);
    spawn(f, "b", cancel_a, 5 * MS);
    spawn(f, "c", cancel_a, 8 * MS);
    expect_trace(f, "5ms b cancels a: taken\n"
                    "5ms a first ECANCELED, 0 left\n"
                    "5ms a 0 not below 0\n"
                    "8ms c cancels a: taken\n"
                    "8ms a second ECANCELED\n");
    assert_int_equal(rondo_cancelling(role(f, "a")), 1);
    rondo_uncancel(role(f, "a")); /* done: it changes nothing any more */
    assert_true(rondo_cancelled(role(f, "a")));
    assert_true(rondo_done(role(f, "a")));
}

static int cancel_and_uncancel_a(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    check(f, rondo_set_result(f->future, 1) == 0); /* a is ready to run */
    check(f, rondo_cancel(role(f, "a"), NULL));
    check(f, rondo_cancelling(role(f, "a")) == 1);
    check(f, rondo_uncancel(role(f, "a")) == 0);
    return 0;
}

/* CAN-17: uncancel to 0 drops a request that was not delivered yet. */
static void uncancel_to_zero_drops_a_request_not_delivered(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", await_future, 0);
    spawn(f, "b", cancel_and_uncancel_a, 0);
    expect_trace(f, "0ms a got OK \"\"\n");
    assert_string_equal(told(f, "a"), "OK");
}

static int cancel_twice_and_uncancel_a(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    check(f, rondo_set_result(f->future, 1) == 0);
    check(f, rondo_cancel(role(f, "a"), NULL));
    check(f, rondo_cancel(role(f, "a"), NULL));
    check(f, rondo_uncancel(role(f, "a")) == 1);
    return 0;
}

/* CAN-17: while one request is left, it is delivered. */
static void uncancel_to_one_drops_nothing(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", await_future, 0);
    spawn(f, "b", cancel_twice_and_uncancel_a, 0);
    expect_trace(f, "0ms a got ECANCELED \"\"\n");
}

static void uncancel_plain_future(void *arg)
{
    struct fixture *f = arg;

    rondo_uncancel(f->future);
}

/* uncancel() of a plain future is misuse, which must not abort (check.h). */
static void uncancel_of_a_plain_future_does_not_abort(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(play_apart(f, uncancel_plain_future, f), 0);
}

/* The timer of a hand-made timeout: cancels `task` once. */
struct hand_made {
    rondo_task *task;
    bool fired;
};

static void hand_made_strikes(void *arg)
{
    struct hand_made *timer = arg;

    timer->fired = true;
    rondo_cancel(timer->task, NULL);
}

static int hand_made_timeout(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    struct hand_made timer = {rondo_current_task(), false};
    rondo_handle *handle = rondo_call_later(rondo_get_running_loop(), n, hand_made_strikes, &timer);
    int rc = rondo_sleep(10 * MS);

    if (!timer.fired)
        rondo_handle_cancel(handle);
    if (rc == RONDO_ECANCELED && timer.fired && rondo_uncancel(rondo_current_task()) == 0)
        rc = RONDO_ETIMEDOUT;
    note(f, "block ends with %s", rondo_err_name(rc));
    return rc;
}

/* CAN-18: a timeout block converts a cancel only if its own timer fired and no other is left. */
static void a_hand_made_timeout_converts_only_its_own_cancel(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", hand_made_timeout, 5 * MS);
    expect_trace(f, "5ms a block ends with ETIMEDOUT\n");
}

/* CAN-18: a foreign cancel before the timer stays a cancel. */
static void a_hand_made_timeout_passes_a_foreign_cancel(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", hand_made_timeout, 5 * MS);
    spawn(f, "b", cancel_a, 3 * MS);
    expect_trace(f, "3ms b cancels a: taken\n3ms a block ends with ECANCELED\n");
}

static void cancel_a_now(void *arg)
{
    struct fixture *f = arg;

    rondo_cancel(role(f, "a"), NULL);
}

/* CAN-18: so does one in the same instant. */
static void a_hand_made_timeout_passes_a_foreign_cancel_of_the_same_instant(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", hand_made_timeout, 5 * MS);
    rondo_call_later(f->script.loop, 5 * MS, cancel_a_now, f);
    expect_trace(f, "5ms a block ends with ECANCELED\n");
}

static int inner(struct fixture *f)
{
    RONDO_TRY(rondo_await(f->future, NULL));
    note(f, "not reached");
    return 0;
}

static int outer(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = inner(f);

    (void)n;
    note(f, "outer swallows %s", rondo_err_name(rc));
    return 0;
}

/* CAN-20: a cancel passes through plain calls of inner coroutines. */
static void a_cancel_passes_through_plain_calls(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", outer, 0);
    spawn(f, "b", cancel_a, 5 * MS);
    expect_trace(f, "5ms b cancels a: taken\n5ms a outer swallows ECANCELED\n");
    assert_string_equal(told(f, "a"), "OK");
}

static int clean_up(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = rondo_sleep(n);

    check(f, rc == RONDO_ECANCELED);
    check(f, rondo_sleep(20 * MS) == 0);
    note(f, "has cleaned up");
    return rc;
}

/* Cleanup after a cancel may await. */
static void cleanup_after_a_cancel_may_await(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", clean_up, 10 * MS);
    spawn(f, "b", cancel_a, 5 * MS);
    expect_trace(f, "5ms b cancels a: taken\n25ms a has cleaned up\n");
    assert_true(rondo_cancelled(role(f, "a")));
}

/* OWN-05: two sleeps that end together: the first runs, and is done when the second cancels it. */
static void a_cancel_after_its_last_step_comes_too_late(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", nap, 5 * MS);
    spawn(f, "b", cancel_a, 5 * MS);
    expect_trace(f, "5ms a woke with OK\n5ms b cancels a: too late\n");
}

/* OWN-05: a cancel and the end of a sleep in one iteration: cancelled. */
static void a_cancel_in_the_iteration_in_which_a_sleep_ends_wins(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", nap, 5 * MS);
    rondo_call_later(f->script.loop, 5 * MS, cancel_a_now, f);
    expect_trace(f, "5ms a woke with ECANCELED\n");
}

/* ---- depth, ends, memory ---- */

static int await_chain(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    return rondo_await(n == 0 ? f->future : f->chain[n - 1], NULL);
}

static void build_chain(struct fixture *f, int64_t length)
{
    char name[16];

    for (int64_t i = 0; i < length; i++) {
        snprintf(name, sizeof name, "link %d", (int)i);
        f->chain[i] = spawn(f, name, await_chain, i);
    }
}

static int cancel_chain(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_cancel(f->chain[n - 1], NULL));
    return 0;
}

/* CAN-10: through a long chain of tasks. */
static void a_cancel_goes_through_a_long_chain(void **state)
{
    struct fixture *f = *state;

    build_chain(f, 50);
    spawn(f, "b", cancel_chain, 50);
    expect_trace(f, "");
    assert_true(rondo_cancelled(f->future));
    assert_true(rondo_cancelled(f->chain[49]));
}

static void cancel_ring(void *arg)
{
    struct fixture *f = arg;

    spawn(f, "a", await_b, 0);
    spawn(f, "b", await_a, 0);
    spawn(f, "c", cancel_a, 5 * MS);
    script_play(&f->script);
}

/* Two tasks that await each other are a deadlock; cancelling one must not overrun the stack
 * (CPython raises RecursionError). */
static void cancelling_tasks_that_await_each_other_does_not_crash(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(play_apart(f, cancel_ring, f), 0);
}

static int spawn_with_a_tiny_stack(void *arg, rondo_value *out)
{
    rondo_task *task = rondo_spawn(answer, arg, .stack_size = 1);
    int rc = rondo_await(task, out);

    rondo_unref(task);
    return rc;
}

static void run_with_a_tiny_stack(void *arg)
{
    struct fixture *f = arg;
    rondo_task *task = rondo_loop_create_task(f->script.loop, spawn_with_a_tiny_stack, f);
    int rc = rondo_loop_run_until_complete(f->script.loop, task, NULL);

    if (rc != 0 && rc != RONDO_ENOMEM)
        exit(1);
}

/* A stack size is a wish of the program's: whatever it is, nothing aborts (task.h: "bytes, rounded
 * up to pages"). */
static void a_stack_size_of_one_byte_does_not_abort(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(play_apart(f, run_with_a_tiny_stack, f), 0);
}

/* Long enough to overrun a stack that holds a frame for each link. */
#define LONG_CHAIN 3000

static rondo_future *long_chain[LONG_CHAIN + 1]; /* a future, then tasks */

static int await_link(void *arg, rondo_value *out)
{
    rondo_future **link = arg;

    return rondo_await(link[-1], out);
}

static int cancel_long_chain(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    rondo_cancel(long_chain[LONG_CHAIN], NULL);
    return 0;
}

static void run_long_chain(void *arg)
{
    struct fixture *f = arg;
    rondo_loop *loop = f->script.loop;

    long_chain[0] = f->future;
    for (int i = 1; i <= LONG_CHAIN; i++)
        long_chain[i] = rondo_loop_create_task(loop, await_link, &long_chain[i]);
    rondo_unref(rondo_loop_create_task(loop, cancel_long_chain, NULL));
    script_play(&f->script);
    if (!rondo_cancelled(long_chain[LONG_CHAIN]))
        exit(1);
}

/* CAN-10: however long the chain is, a cancel does not overrun the stack of the task that makes
 * it. */
static void a_cancel_goes_through_a_very_long_chain(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(play_apart(f, run_long_chain, f), 0);
}

/* Closing the loop gives up tasks that never ended; the teardown counts memory. */
static void closing_the_loop_gives_up_its_tasks(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", nap, RONDO_S(1));
    spawn(f, "b", speak, 0);
    rondo_loop_stop(f->script.loop);
    assert_int_equal(script_play(&f->script), 0); /* a sleeps, b has ended */
    spawn(f, "c", speak, 0);                      /* c never starts */
    assert_int_equal(close_loop(f), 0);
    expect_noted(f, "0ms b speaks\n");
}

static int spawn_sweep(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_task *task;
    rondo_value value = {0};
    int rc;

    memory_fail(&f->script.memory, (size_t)n);
    task = rondo_spawn(answer, f, .name = "swept");
    check(f, rondo_all_tasks(NULL, NULL, 0) == (task != NULL ? 2 : 1));
    rc = rondo_await(task, &value);
    sweep_over(f);
    check(f, rc == RONDO_ENOMEM || (rc == 0 && value.as.i == 42));
    rondo_unref(task);
    return 0;
}

/* TASK-19: whichever allocation fails: a clean code and no task, or a task that works; and nothing
 * is left. */
static void a_spawn_without_memory_fails_cleanly(void **state)
{
    struct fixture *f = *state;

    expect_sweep(f, spawn_sweep, 2, 20);
}

static int fail_sweep(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    memory_fail(&f->script.memory, (size_t)n);
    rc = complain(f, RONDO_EUSER);
    rondo_cancel(rondo_current_task(), "words");
    check(f, rondo_sleep(MS) == RONDO_ECANCELED);
    memory_fail(&f->script.memory, 0);
    return rc;
}

/* A message that finds no memory is lost; the code is not. */
static void a_message_without_memory_is_lost_but_not_its_code(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {"1", "2", "3", "4"};

    for (int i = 0; i < 4; i++)
        spawn(f, names[i], fail_sweep, i + 1);
    expect_trace(f, "");
    for (int i = 0; i < 4; i++)
        assert_string_equal(told(f, names[i]), "EUSER0");
}

/* TASK-03: to spawn a NULL function is refused at once, and leaves no task. */
static void nothing_cannot_be_spawned(void **state)
{
    struct fixture *f = *state;
    size_t live = f->script.memory.live;

    assert_null(rondo_loop_create_task(f->script.loop, NULL, f));
    assert_int_equal(rondo_all_tasks(f->script.loop, NULL, 0), 0);
    assert_int_equal(f->script.memory.live, live);
}

static int descend(void *fixture, int64_t depth)
{
    struct fixture *f = fixture;

    if (depth > 0)
        return descend(f, depth - 1);
    note(f, "at the bottom: %zu task", rondo_all_tasks(NULL, NULL, 0));
    RONDO_TRY(rondo_sleep(5 * MS));
    note(f, "at the bottom again: %zu task", rondo_all_tasks(NULL, NULL, 0));
    return 0;
}

/* EAG-08: coroutines that call one another, a hundred deep, are one task. */
static void a_hundred_nested_calls_are_one_task(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", descend, 100);
    expect_trace(f, "0ms a at the bottom: 1 task\n5ms a at the bottom again: 1 task\n");
}

static int call_and_spawn(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_task *child = spawn(f, "child", speak, 0);

    (void)n;
    check(f, speak(f, 0) == 0);
    note(f, "suspends");
    return rondo_await(child, NULL);
}

/* OWN-09: a coroutine that is called is entered at once, by the task that calls it; one that is
 * spawned begins when its creator suspends. */
static void a_call_is_at_once_and_a_spawn_is_later(void **state)
{
    struct fixture *f = *state;

    spawn(f, "parent", call_and_spawn, 0);
    expect_trace(f, "0ms parent speaks\n0ms parent suspends\n0ms child speaks\n");
}

/* ---- the end of a task ---- */

static void hear(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    struct fixture *f = arg;
    const char *here = exception->here != NULL ? exception->here : "nowhere";

    check(f, loop == f->script.loop && exception->code == 0);
    note(f, "hears: %s: %s %s", exception->message, rondo_get_name(exception->future),
         strstr(here, "task_test.c:") != NULL ? "here" : here);
}

static int wait_for_the_event(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    return rondo_event_wait(&f->event);
}

/* TASK-13: a task that is not done when its loop is closed is reported, with the place where it
 * waits. */
static void a_task_that_is_given_up_is_reported(void **state)
{
    struct fixture *f = *state;

    rondo_loop_set_exception_handler(f->script.loop, hear, f);
    spawn(f, "waits", wait_for_the_event, 0);
    iterate_once(f);
    spawn(f, "never began", wait_for_the_event, 0);
    close_loop(f);
    expect_noted(f, "0ms hears: Task was destroyed but it is pending: waits here\n"
                    "0ms hears: Task was destroyed but it is pending: never began nowhere\n");
}

/* TASK-13: after a run that ended because nothing could happen any more it is known already. */
static void a_task_that_was_stuck_is_not_reported_again(void **state)
{
    struct fixture *f = *state;

    rondo_loop_set_exception_handler(f->script.loop, hear, f);
    spawn(f, "waits", wait_for_the_event, 0);
    assert_int_equal(script_play(&f->script), RONDO_EDEADLOCK);
    close_loop(f);
    expect_noted(f, "0ms waits never ends\n");
}

static int show_stack(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    f->frames[n] = __builtin_frame_address(0);
    return 0;
}

/* TASK-17: the stack of a task that is done is used again, though the task is still held. */
static void a_task_that_is_done_gives_back_its_stack(void **state)
{
    struct fixture *f = *state;

    spawn(f, "first", show_stack, 0);
    script_play(&f->script);
    spawn(f, "second", show_stack, 1);
    expect_trace(f, "");
    assert_ptr_equal(f->frames[0], f->frames[1]);
}

static void say_so(void *arg)
{
    note((struct fixture *)arg, "called back");
}

static int say_bye(void *arg, rondo_value *out)
{
    (void)out;
    note((struct fixture *)arg, "says bye");
    return 0;
}

/* The drop of a result, which uses the loop. */
static void use_the_loop(void *arg)
{
    struct fixture *f = arg;

    note(f, "drops it");
    rondo_call_soon(rondo_get_running_loop(), say_so, f);
    rondo_unref(rondo_spawn(say_bye, f, .name = "late"));
    rondo_set_result(f->future, 1);
}

static int return_something(void *arg, rondo_value *out)
{
    return rondo_return_owned(out, arg, use_the_loop);
}

static int forget_something(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    rondo_unref(rondo_spawn(return_something, f));
    RONDO_TRY(rondo_await(f->future, NULL));
    note(f, "sees it");
    return 0;
}

/* TASK-17: what a task owned is freed when it goes, by code that may queue, spawn and complete. */
static void what_a_task_owned_may_use_the_loop_as_it_goes(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", forget_something, 0);
    expect_trace(f, "0ms drops it\n0ms called back\n0ms late says bye\n0ms a sees it\n");
}

static int tell_stack(void *arg, rondo_value *out)
{
    char here;

    (void)out;
    *(uintptr_t *)arg = (uintptr_t)&here;
    return 0;
}

/* Run a task. Returns: where its stack is, which is of a size as it wishes (0: the usual). */
static uintptr_t stack_of_a_task(struct fixture *f, size_t size)
{
    uintptr_t place = 0;
    rondo_task *task = rondo_spawn(tell_stack, &place, .stack_size = size);

    check(f, rondo_await(task, NULL) == 0);
    rondo_unref(task);
    return place;
}

static void end_ten_tasks(struct fixture *f, size_t size)
{
    uintptr_t place = stack_of_a_task(f, size);

    for (int64_t i = 0; i < 10; i++) {
        rondo_task *doomed = rondo_spawn(answer, f, .stack_size = size);

        check(f, rondo_cancel(doomed, NULL)); /* before its first step */
        check(f, rondo_await(doomed, NULL) == RONDO_ECANCELED);
        rondo_unref(doomed);
        check(f, stack_of_a_task(f, size) == place);
    }
}

static int end_many_tasks(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    uintptr_t usual = stack_of_a_task(f, 0);

    end_ten_tasks(f, 0);
    end_ten_tasks(f, (size_t)n);
    check(f, stack_of_a_task(f, 0) == usual); /* not one that another wished for */
    return 0;
}

/* A task that ends gives its stack back, also one that never began. */
static void a_task_that_ends_gives_its_stack_back(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", end_many_tasks, 200000);
    expect_trace(f, "");
}

static int tell_stack_and_wait(void *arg, rondo_value *out)
{
    char here;

    (void)out;
    *(uintptr_t *)arg += (uintptr_t)&here;
    return rondo_sleep(0);
}

/* Those of tasks that are done are kept for the next, but not beyond their loop. */
static void a_loop_that_is_closed_gives_all_stacks_back(void **state)
{
    uintptr_t sums[3] = {0};

    (void)state;
    for (int round = 0; round < 3; round++) {
        struct manual_loop other;

        manual_loop_init(&other);
        for (int i = 0; i < 4; i++)
            rondo_unref(rondo_loop_create_task(&other.loop, tell_stack_and_wait, &sums[round]));
        assert_int_equal(rondo_loop_run_forever(&other.loop), RONDO_EDEADLOCK);
        assert_int_equal(rondo_loop_close(&other.loop), 0);
        assert_int_equal(sums[round], sums[0]);
    }
}

static int fill_stack(void *arg, rondo_value *out)
{
    size_t size = *(size_t *)arg;
    volatile char *room = alloca(size);

    (void)out;
    for (size_t i = 0; i < size; i += 512)
        room[i] = 1;
    return 0;
}

static int fill_a_large_stack(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    size_t size = (size_t)n;
    rondo_task *task = rondo_spawn(fill_stack, &size, .stack_size = (size_t)n + 1);

    check(f, rondo_await(task, NULL) == 0);
    rondo_unref(task);
    return 0;
}

static void run_with_a_large_stack(void *arg)
{
    struct fixture *f = arg;

    spawn(f, "a", fill_a_large_stack, 1 << 20);
    script_play(&f->script);
    if (f->script.length > 0)
        exit(1);
}

/* A task has the stack that it was given. */
static void a_task_has_the_stack_it_was_given(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(play_apart(f, run_with_a_large_stack, f), 0);
}

static int wait_for_ever(void *arg, rondo_value *out)
{
    char here;

    (void)out;
    *(uintptr_t *)arg = (uintptr_t)&here;
    return rondo_sleep(RONDO_FOREVER);
}

static void ignore_exception(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    (void)loop;
    (void)exception;
    (void)arg;
}

/* Nor does a task that is given up with its loop keep its stack. */
static void a_task_that_is_given_up_gives_its_stack_back(void **state)
{
    uintptr_t places[5];

    (void)state;
    for (int i = 0; i < 5; i++) {
        struct manual_loop other;

        manual_loop_init(&other);
        rondo_loop_set_exception_handler(&other.loop, ignore_exception, NULL);
        rondo_unref(rondo_loop_create_task(&other.loop, wait_for_ever, &places[i]));
        assert_int_equal(rondo_loop_run_forever(&other.loop), RONDO_EDEADLOCK);
        assert_int_equal(rondo_loop_close(&other.loop), 0);
        assert_int_equal(places[i], places[0]);
    }
}

static int ask_for_too_much(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    check(f, rondo_spawn(answer, f, .stack_size = SIZE_MAX) == NULL);
    check(f, rondo_spawn(answer, f, .stack_size = SIZE_MAX / 2) == NULL);
    return 0;
}

/* task.h: a stack that cannot be had is a task that is not there; nothing is left. */
static void a_stack_that_cannot_be_had_is_no_task(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", ask_for_too_much, 0);
    expect_trace(f, "");
}

/* What needs a running loop, or a task, says so where there is none. */
static void outside_of_a_loop_there_are_no_tasks(void **state)
{
    struct fixture *f = *state;

    assert_null(rondo_spawn(answer, f));
    assert_null(rondo_loop_create_task(NULL, answer, f));
    assert_null(rondo_current_task());
    assert_int_equal(rondo_all_tasks(NULL, NULL, 0), 0);
    assert_int_equal(rondo_fail(RONDO_EUSER, "words"), RONDO_EUSER);
    assert_string_equal(rondo_error_text(), "");
}

static void note_awaited(void *self, const struct observed *event)
{
    struct fixture *f = self;

    if (event->kind == OBSERVED_RESUMED && strcmp(event->object.kind, "task") == 0)
        note(f, "resumes from %s", event->object.name);
}

static size_t production_order(void *self, const struct observed_choice *choice)
{
    (void)self;
    (void)choice;
    return 0;
}

static int rename_b(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    rondo_set_name(role(f, "b"), "renamed");
    return 0;
}

/* TASK-09: a task may be renamed while another waits for it: the report has the new name. */
static void an_observer_sees_the_name_that_a_task_has_now(void **state)
{
    struct fixture *f = *state;
    struct observer watcher = {.wanted = OBSERVED_USUAL,
                               .event = note_awaited,
                               .pick = production_order,
                               .self = f};

    observer = &watcher;
    spawn(f, "a", await_b, 0);
    spawn(f, "b", nap, 5 * MS);
    spawn(f, "c", rename_b, 1 * MS);
    script_play(&f->script);
    observer = NULL;
    assert_non_null(strstr(f->script.text, "5ms a resumes from renamed\n"));
}

static void note_ends(void *self, const struct observed *event)
{
    struct fixture *f = self;

    if (event->kind == OBSERVED_FINISHED)
        note(f, "%s ends: %s", event->who.name, rondo_err_name(event->code));
}

/* observe.h: a task that is given up with its loop ends as what it is, stuck. */
static void an_observer_sees_who_is_given_up(void **state)
{
    struct fixture *f = *state;
    struct observer watcher = {.wanted = OBSERVED_USUAL,
                               .event = note_ends,
                               .pick = production_order,
                               .self = f};

    rondo_loop_set_exception_handler(f->script.loop, ignore_exception, NULL);
    spawn(f, "a", nap, RONDO_FOREVER);
    iterate_once(f);
    spawn(f, "b", nap, 0); /* never begins */
    observer = &watcher;
    assert_int_equal(rondo_loop_close(f->script.loop), 0);
    observer = NULL;
    f->script.loop = NULL;
    expect_noted(f, "0ms a ends: EDEADLOCK\n0ms b ends: EDEADLOCK\n");
}

/* task.h: for factories; what cannot be a task is NULL. */
static void a_task_needs_a_loop_and_a_function(void **state)
{
    struct fixture *f = *state;

    assert_null(rondo_task_new(NULL, answer, f, &(rondo_spawn_options){0}, RONDO_HERE));
    assert_null(rondo_task_new(f->script.loop, NULL, f, &(rondo_spawn_options){0}, RONDO_HERE));
    assert_int_equal(rondo_uncancel(f->future), 0);
    assert_int_equal(rondo_uncancel(NULL), 0);
}

static void note_parents(void *self, const struct observed *event)
{
    struct fixture *f = self;

    if (event->kind == OBSERVED_SPAWNED)
        note(f, "%s is spawned by %u", event->who.name, event->by.id);
}

/* observe.h: who is spawned outside of any task is the program's, number 0. */
static void an_observer_sees_who_spawned_whom(void **state)
{
    struct fixture *f = *state;
    struct observer watcher = {.wanted = OBSERVED_USUAL,
                               .event = note_parents,
                               .pick = production_order,
                               .self = f};

    observer = &watcher;
    spawn(f, "a", spawn_sweep, 100);
    script_play(&f->script);
    observer = NULL;
    expect_noted(f, "0ms a is spawned by 0\n0ms a swept is spawned by 1\n");
}

static int fill_a_small_stack(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    size_t size = (size_t)n;
    rondo_task *task = rondo_spawn(fill_stack, &size, .stack_size = 1);

    check(f, rondo_await(task, NULL) == 0);
    rondo_unref(task);
    return 0;
}

static void run_with_a_small_stack(void *arg)
{
    struct fixture *f = arg;

    spawn(f, "a", fill_a_small_stack, 12 << 10);
    script_play(&f->script);
    if (f->script.length > 0)
        exit(1);
}

static void say_who_is_blamed(int number)
{
    (void)number;
    _Exit(rondo_current_task() == NULL ? 1 : 2 + (int)rondo_get_name(rondo_current_task())[0]);
}

static int go_past_the_stack(void *fixture, int64_t n)
{
    (void)fixture, (void)n;
    memset(fiber_current()->stack->low, 0, 8); /* what a frame too many does */
    return 0;
}

static void run_past_the_stack(void *arg)
{
    struct fixture *f = arg;
    struct stack *stack;

    stack_limit_guards(false, 0);
    do
        stack = stack_take(STACK_SIZE_TASK);
    while (stack->guarded); /* others have used it */
    stack_give(stack);
    signal(SIGABRT, say_who_is_blamed);
    spawn(f, "a", go_past_the_stack, 0);
    spawn(f, "b", speak, 0);
    script_play(&f->script);
}

/* Though it ends without having stopped, and another begins on the same stack. */
static void who_goes_past_its_stack_is_blamed_for_it(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(play_apart(f, run_past_the_stack, f), 2 + 'a');
}

/* However small the wish, there is room for a frame of printf. */
static void the_least_stack_has_room_for_printf(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(play_apart(f, run_with_a_small_stack, f), 0);
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_task_starts_when_its_creator_suspends),
        TEST(a_task_has_its_coroutines_result),
        TEST(a_task_fails_with_its_coroutines_error),
        TEST(a_message_does_not_stick_to_another_error),
        TEST(a_future_of_another_loop_is_not_awaited),
        TEST(a_task_that_awaits_itself_is_told_so),
        TEST(a_task_refuses_set_result_and_set_error),
        TEST(nameless_tasks_are_numbered),
        TEST(a_task_describes_itself),
        TEST(tasks_that_await_each_other_describe_themselves),
        TEST(the_current_task_is_the_one_that_runs),
        TEST(the_loop_lists_tasks_that_are_not_done),
        TEST(a_result_that_a_failure_makes_void_is_dropped),
        TEST(a_result_is_dropped_with_its_task),
        TEST(a_task_nobody_holds_runs_to_its_end),
        TEST(cancelling_a_waiting_task_cancels_what_it_waits_for),
        TEST(a_task_cancelled_before_it_starts_never_runs),
        TEST(a_task_cancelled_between_steps_is_told_at_the_next),
        TEST(a_future_cancelled_by_another_cancels_who_awaits_it),
        TEST(cancelling_future_and_task_is_one_cancellation),
        TEST(a_task_may_swallow_its_cancel),
        TEST(a_task_that_swallows_its_cancel_may_await_again),
        TEST(a_task_that_cancels_itself_is_told_where_it_suspends),
        TEST(a_task_that_cancels_itself_is_told_at_a_yield),
        TEST(a_task_that_cancels_itself_and_returns_is_cancelled),
        TEST(a_cancel_reaches_the_innermost_future),
        TEST(an_awaited_task_that_swallows_the_cancel_ends_it),
        TEST(a_done_task_refuses_a_cancel),
        TEST(a_cancelled_sleep_ends_at_the_cancel),
        TEST(the_message_of_a_cancel_travels_outwards),
        TEST(the_message_is_that_of_the_cancel_that_ended_it),
        TEST(cancel_requests_are_counted),
        TEST(two_requests_before_it_runs_are_one_cancellation),
        TEST(uncancel_takes_a_request_back),
        TEST(uncancel_to_zero_drops_a_request_not_delivered),
        TEST(uncancel_to_one_drops_nothing),
        TEST(uncancel_of_a_plain_future_does_not_abort),
        TEST(a_hand_made_timeout_converts_only_its_own_cancel),
        TEST(a_hand_made_timeout_passes_a_foreign_cancel),
        TEST(a_hand_made_timeout_passes_a_foreign_cancel_of_the_same_instant),
        TEST(a_cancel_passes_through_plain_calls),
        TEST(cleanup_after_a_cancel_may_await),
        TEST(a_cancel_after_its_last_step_comes_too_late),
        TEST(a_cancel_in_the_iteration_in_which_a_sleep_ends_wins),
        TEST(a_cancel_goes_through_a_long_chain),
        TEST(a_cancel_goes_through_a_very_long_chain),
        TEST(cancelling_tasks_that_await_each_other_does_not_crash),
        TEST(a_stack_size_of_one_byte_does_not_abort),
        TEST(closing_the_loop_gives_up_its_tasks),
        TEST(a_spawn_without_memory_fails_cleanly),
        TEST(a_message_without_memory_is_lost_but_not_its_code),
        TEST(nothing_cannot_be_spawned),
        TEST(a_hundred_nested_calls_are_one_task),
        TEST(a_call_is_at_once_and_a_spawn_is_later),
        TEST(a_task_that_is_given_up_is_reported),
        TEST(a_task_that_was_stuck_is_not_reported_again),
        TEST(a_task_that_is_done_gives_back_its_stack),
        TEST(what_a_task_owned_may_use_the_loop_as_it_goes),
        TEST(a_task_that_ends_gives_its_stack_back),
        TEST(a_task_has_the_stack_it_was_given),
        TEST(a_loop_that_is_closed_gives_all_stacks_back),
        TEST(a_task_that_is_given_up_gives_its_stack_back),
        TEST(a_stack_that_cannot_be_had_is_no_task),
        TEST(outside_of_a_loop_there_are_no_tasks),
        TEST(an_observer_sees_the_name_that_a_task_has_now),
        TEST(an_observer_sees_who_is_given_up),
        TEST(a_task_needs_a_loop_and_a_function),
        TEST(an_observer_sees_who_spawned_whom),
        TEST(the_least_stack_has_room_for_printf),
        TEST(who_goes_past_its_stack_is_blamed_for_it),
    };

    return play_all(tests);
}

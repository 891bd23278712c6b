/*
 * timeout_test.c - deadlines by scope and for one future: asyncio's contracts TMO-*, WF-*.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handler.h"
#include "sleep.h"
#include "tests/lib/script.h"
#include "timeout.h"

struct fixture {
    struct script script;
    rondo_future *future;
    int64_t limit; /* of a wait_for */
};

static int fixture_open(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    script_open(&f->script);
    f->future = rondo_create_future(f->script.loop);
    *state = f;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    rondo_unref(f->future);
    return script_teardown(&f->script);
}

/* Cancel role "a" after `n`. */
static int cancel_a(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_cancel(role(f, "a"), "foreign"));
    return 0;
}

/* Sleep 10 ms under a limit of `n`. */
static int limited_sleep(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = 0;

    RONDO_TIMEOUT(rc, n) {
        rc = rondo_sleep(10 * MS);
        note(f, "inside %s", rondo_err_name(rc));
    }
    note(f, "outside %s, cancelling %d", rondo_err_name(rc),
         rondo_cancelling(rondo_current_task()));
    return rc;
}

/* TMO-01, TMO-10: past the deadline: ECANCELED inside, ETIMEDOUT outside; the task is not left
 * cancelling. */
static void past_its_deadline_a_scope_times_out(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", limited_sleep, 5 * MS);
    expect_trace(f, "5ms a inside ECANCELED\n5ms a outside ETIMEDOUT, cancelling 0\n");
    assert_false(rondo_cancelled(role(f, "a")));
}

static int expired(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_timeout timeout;
    int rc;

    rondo_timeout_open(&timeout, n, RONDO_HERE);
    check(f, !rondo_timeout_expired(&timeout));
    rc = rondo_sleep(10 * MS);
    note(f, "%s", rondo_timeout_expired(&timeout) ? "expired" : "in time");
    rc = rondo_timeout_close(&timeout, rc);
    note(f, "%s, %s", rondo_err_name(rc), rondo_timeout_expired(&timeout) ? "expired" : "in time");
    return rc;
}

/* TMO-01: expired() tells. */
static void a_scope_says_that_it_expired(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", expired, 5 * MS);
    expect_trace(f, "5ms a expired\n5ms a ETIMEDOUT, expired\n");
}

/* TMO-02: a body that ends in time: no error, not expired, the timer is gone. */
static void a_body_in_time_leaves_no_timer(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", expired, 50 * MS);
    expect_trace(f, "10ms a in time\n10ms a OK, in time\n");
    expect_time(f, 10 * MS);
    assert_int_equal(deadlines_count(&f->script.loop->deadlines), 0);
}

/* TMO-03: no limit. */
static void a_limit_of_for_ever_never_strikes(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", limited_sleep, RONDO_FOREVER);
    expect_trace(f, "10ms a inside OK\n10ms a outside OK, cancelling 0\n");
}

static int limited_yield(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = 0;

    RONDO_TIMEOUT(rc, n) {
        note(f, "still runs");
        rc = rondo_sleep(0);
    }
    note(f, "outside %s", rondo_err_name(rc));
    return rc;
}

/* TMO-04: zero and past deadlines fire at the first suspension, even at sleep(0). */
static void a_deadline_of_zero_fires_at_the_first_suspension(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", limited_yield, 0);
    spawn(f, "b", limited_yield, -RONDO_S(1));
    expect_trace(f, "0ms a still runs\n0ms b still runs\n"
                    "0ms a outside ETIMEDOUT\n0ms b outside ETIMEDOUT\n");
}

static int never_suspend(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = 0;

    RONDO_TIMEOUT(rc, n) {
        rc = RONDO_EUSER;
    }
    note(f, "outside %s", rondo_err_name(rc));
    return rondo_sleep(0);
}

/* TMO-04: without a suspension it does not fire, and nothing is left of it. */
static void a_deadline_of_zero_spares_a_body_that_never_suspends(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", never_suspend, 0);
    expect_trace(f, "0ms a outside EUSER0\n");
    assert_int_equal(rondo_future_result(role(f, "a"), NULL), 0);
}

static int nested(struct fixture *f, int64_t outer_ns, int64_t inner_ns, int64_t after_ns)
{
    int rc = 0;

    RONDO_TIMEOUT(rc, outer_ns) {
        int inner = 0;

        RONDO_TIMEOUT(inner, inner_ns) {
            inner = rondo_sleep(10 * MS);
        }
        note(f, "inner %s", rondo_err_name(inner));
        rc = inner;
        if (inner == RONDO_ETIMEDOUT)
            rc = rondo_sleep(after_ns);
    }
    note(f, "outer %s, cancelling %d", rondo_err_name(rc), rondo_cancelling(rondo_current_task()));
    return rc;
}

static int nested_equal(void *fixture, int64_t n)
{
    return nested(fixture, n, n, 0);
}

/* TMO-05: nested with equal deadlines: only the outermost becomes a timeout. */
static void of_equal_nested_deadlines_only_the_outermost_times_out(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", nested_equal, 5 * MS);
    expect_trace(f, "5ms a inner ECANCELED\n5ms a outer ETIMEDOUT, cancelling 0\n");
}

static int nested_zero(void *fixture, int64_t n)
{
    (void)n;
    return nested(fixture, 0, 0, 0);
}

/* TMO-05: the same for deadlines of zero. */
static void of_nested_deadlines_of_zero_only_the_outermost_times_out(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", nested_zero, 0);
    expect_trace(f, "0ms a inner ECANCELED\n0ms a outer ETIMEDOUT, cancelling 0\n");
}

static int nested_shorter(void *fixture, int64_t n)
{
    return nested(fixture, 8 * MS, 5 * MS, n);
}

/* TMO-06: the inner one is shorter: it times out, and the outer still limits what follows. */
static void an_inner_timeout_leaves_the_outer_in_force(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", nested_shorter, 10 * MS);
    expect_trace(f, "5ms a inner ETIMEDOUT\n8ms a outer ETIMEDOUT, cancelling 0\n");
}

/* TMO-06: what follows is quick enough. */
static void an_inner_timeout_alone_does_not_end_the_outer(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", nested_shorter, 1 * MS);
    expect_trace(f, "5ms a inner ETIMEDOUT\n6ms a outer OK, cancelling 0\n");
}

static int nested_longer(void *fixture, int64_t n)
{
    (void)n;
    return nested(fixture, 5 * MS, 8 * MS, 0);
}

/* TMO-06: the outer is shorter: the inner only sees a cancel. */
static void an_outer_timeout_is_a_cancel_to_the_inner(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", nested_longer, 0);
    expect_trace(f, "5ms a inner ECANCELED\n5ms a outer ETIMEDOUT, cancelling 0\n");
}

static int foreign_error(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = 0;

    RONDO_TIMEOUT(rc, n) {
        rc = rondo_sleep(10 * MS);
        rc = rondo_fail(RONDO_EUSER - 1, "cleanup failed");
    }
    note(f, "outside %s \"%s\", cancelling %d", rondo_err_name(rc), rondo_error_text(),
         rondo_cancelling(rondo_current_task()));
    return rc;
}

/* TMO-07: other errors pass unchanged, in time ... */
static void another_error_passes_unchanged(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", foreign_error, 20 * MS);
    expect_trace(f, "10ms a outside EUSER-1 \"cleanup failed\", cancelling 0\n");
}

/* TMO-07: ... and in the cleanup after the deadline has struck. */
static void an_error_of_the_cleanup_replaces_the_timeout(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", foreign_error, 5 * MS);
    expect_trace(f, "5ms a outside EUSER-1 \"cleanup failed\", cancelling 0\n");
}

/* TMO-09: a foreign cancel before the deadline stays a cancel. */
static void a_foreign_cancel_stays_a_cancel(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", limited_sleep, 8 * MS);
    spawn(f, "b", cancel_a, 3 * MS);
    expect_trace(f, "3ms a inside ECANCELED\n3ms a outside ECANCELED, cancelling 1\n");
    assert_true(rondo_cancelled(role(f, "a")));
}

static int slow_cleanup_inside(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = 0;

    RONDO_TIMEOUT(rc, n) {
        rc = rondo_sleep(RONDO_S(1));
        note(f, "cleans up after %s", rondo_err_name(rc));
        rc = rondo_sleep(10 * MS);
    }
    note(f, "outside %s, cancelling %d", rondo_err_name(rc),
         rondo_cancelling(rondo_current_task()));
    return rc;
}

static int cancelled_before(void *fixture, int64_t n)
{
    rondo_cancel(rondo_current_task(), NULL);
    return limited_sleep(fixture, n);
}

/* TMO-09: a foreign cancel that was due before the scope was opened stays one, though the deadline
 * strikes together with it. CPython loses it. */
static void a_cancel_that_was_due_at_the_opening_stays_a_cancel(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", cancelled_before, 0);
    expect_trace(f, "0ms a inside ECANCELED\n0ms a outside ECANCELED, cancelling 1\n");
    assert_true(rondo_cancelled(role(f, "a")));
}

/* TMO-09: a foreign cancel after the deadline has struck is not swallowed either. */
static void a_foreign_cancel_during_the_cleanup_is_not_swallowed(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", slow_cleanup_inside, 5 * MS);
    spawn(f, "b", cancel_a, 8 * MS);
    expect_trace(f, "5ms a cleans up after ECANCELED\n"
                    "8ms a outside ECANCELED, cancelling 1\n");
}

static void cancel_a_now(void *arg)
{
    struct fixture *f = arg;

    rondo_cancel(role(f, "a"), NULL);
}

/* TMO-09: a foreign cancel in the same iteration as the deadline. */
static void a_foreign_cancel_at_the_deadline_is_not_swallowed(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", limited_sleep, 5 * MS);
    rondo_call_later(f->script.loop, 5 * MS, cancel_a_now, f);
    expect_trace(f, "5ms a inside ECANCELED\n5ms a outside ECANCELED, cancelling 1\n");
}

/* OWN-04: the deadline and the body's end in one iteration: a timeout. */
static void a_deadline_in_the_iteration_in_which_the_body_ends_wins(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", limited_sleep, 10 * MS);
    expect_trace(f, "10ms a inside ECANCELED\n10ms a outside ETIMEDOUT, cancelling 0\n");
}

static int reschedule(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_timeout timeout;
    int rc;

    rondo_timeout_open(&timeout, 5 * MS, RONDO_HERE);
    check(f, rondo_sleep(3 * MS) == 0);
    check(f, rondo_timeout_reschedule(&timeout, time_at(f, n)) == 0);
    check(f, rondo_timeout_when(&timeout) == time_at(f, n));
    rc = rondo_timeout_close(&timeout, rondo_sleep(20 * MS));
    note(f, "%s", rondo_err_name(rc));
    check(f, rondo_timeout_reschedule(&timeout, MS) == RONDO_EMISUSE);
    return rc;
}

/* TMO-11: rescheduling moves the deadline to a time of the loop's. */
static void rescheduling_moves_the_deadline(void **state)
{
    struct fixture *f = *state;

    spawn(f, "later", reschedule, 10 * MS);
    spawn(f, "sooner", reschedule, 4 * MS);
    spawn(f, "at once", reschedule, 3 * MS);
    spawn(f, "long past", reschedule, 1 * MS);
    spawn(f, "never", reschedule, RONDO_FOREVER);
    expect_trace(f, "3ms at once ETIMEDOUT\n"
                    "3ms long past ETIMEDOUT\n"
                    "4ms sooner ETIMEDOUT\n"
                    "10ms later ETIMEDOUT\n"
                    "23ms never OK\n");
}

static int reschedule_expired(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_timeout timeout;
    int rc;

    rondo_timeout_open(&timeout, n, RONDO_HERE);
    rc = rondo_sleep(RONDO_S(1));
    check(f, rondo_timeout_reschedule(&timeout, RONDO_S(1)) == RONDO_EMISUSE); /* expiring */
    rc = rondo_timeout_close(&timeout, rc);
    check(f, rondo_timeout_reschedule(&timeout, RONDO_S(1)) == RONDO_EMISUSE); /* expired */
    check(f, rondo_timeout_close(&timeout, RONDO_EUSER) == RONDO_EUSER);       /* again: nothing */
    return rc;
}

/* TMO-11: what has struck or is closed cannot be moved. */
static void rescheduling_what_has_struck_is_misuse(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", reschedule_expired, 5 * MS);
    expect_trace(f, "");
    assert_int_equal(rondo_future_result(role(f, "a"), NULL), RONDO_ETIMEDOUT);
}

static int limited_until(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = rondo_sleep(3 * MS);

    RONDO_TIMEOUT_AT(rc, time_at(f, n)) {
        rc = rondo_sleep(10 * MS);
    }
    note(f, "%s, cancelling %d", rondo_err_name(rc), rondo_cancelling(rondo_current_task()));
    return rc;
}

/* TMO-01, TMO-03, TMO-04: a scope may be given the time at which it ends (asyncio: timeout_at). */
static void a_scope_may_end_at_a_time(void **state)
{
    struct fixture *f = *state;

    spawn(f, "at 5", limited_until, 5 * MS);
    spawn(f, "at 2, past", limited_until, 2 * MS);
    spawn(f, "never", limited_until, RONDO_FOREVER);
    expect_trace(f, "3ms at 2, past ETIMEDOUT, cancelling 0\n"
                    "5ms at 5 ETIMEDOUT, cancelling 0\n"
                    "13ms never OK, cancelling 0\n");
}

static int return_from_the_block(int64_t sleep_ns)
{
    int rc = 0;

    RONDO_TIMEOUT(rc, 5 * MS) {
        RONDO_TRY(rondo_sleep(sleep_ns));
        return 7;
    }
    return rc;
}

static int leave_the_block(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = return_from_the_block(n);

    note(f, "%d, cancelling %d", rc == RONDO_ECANCELED ? -1 : rc,
         rondo_cancelling(rondo_current_task()));
    return 0;
}

static void hear(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    struct fixture *f = arg;

    check(f, loop == f->script.loop);
    check(f, strstr(exception->here, "timeout_test.c:") != NULL);
    note(f, "hears: %s %s %s", exception->message, rondo_err_name(exception->code),
         exception->text);
}

/* A block that is left by `return` gives a code that is not translated, which is wrong once the
 * deadline has struck: that is told, with the place, also while it is still in time. */
static void a_block_left_by_return_is_told(void **state)
{
    struct fixture *f = *state;

    rondo_loop_set_exception_handler(f->script.loop, hear, f);
    spawn(f, "in time", leave_the_block, 3 * MS);
    spawn(f, "late", leave_the_block, 10 * MS);
    expect_trace(f, "3ms in time hears: a timeout was left by return, break or goto EMISUSE \n"
                    "3ms in time 7, cancelling 0\n"
                    "5ms late hears: a timeout was left by return, break or goto EMISUSE it had "
                    "struck, and the code was not translated\n"
                    "5ms late -1, cancelling 0\n");
}

/* TMO-12: outside a task a scope is never armed. */
static void outside_a_task_a_scope_is_never_armed(void **state)
{
    struct fixture *f = *state;
    rondo_timeout timeout;

    rondo_timeout_open(&timeout, 0, RONDO_HERE);
    assert_int_equal(rondo_timeout_reschedule(&timeout, MS), RONDO_EMISUSE);
    assert_false(rondo_timeout_expired(&timeout));
    assert_int_equal(rondo_timeout_close(&timeout, RONDO_EUSER), RONDO_EUSER);
    expect_trace(f, "");
}

static int limit_after_cancel(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(RONDO_S(1)) == RONDO_ECANCELED);
    return limited_sleep(fixture, n);
}

/* TMO-13: in the cleanup after a cancel was caught, a scope times out as ever. */
static void a_scope_works_after_a_cancel_was_caught(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", limit_after_cancel, 5 * MS);
    spawn(f, "b", cancel_a, 3 * MS);
    expect_trace(f, "8ms a inside ECANCELED\n8ms a outside ETIMEDOUT, cancelling 1\n");
}

/* TMO-13: and passes a second cancel on. */
static void a_scope_after_a_caught_cancel_passes_another_on(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", limit_after_cancel, 5 * MS);
    spawn(f, "b", cancel_a, 3 * MS);
    spawn(f, "c", cancel_a, 6 * MS);
    expect_trace(f, "6ms a inside ECANCELED\n6ms a outside ECANCELED, cancelling 2\n");
}

static int leave_by_return(void)
{
    int rc = 0;

    RONDO_TIMEOUT(rc, 5 * MS) {
        return 7;
    }
    return rc;
}

static int leave_early(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = 0;

    (void)n;
    RONDO_TIMEOUT(rc, 5 * MS) {
        break;
    }
    check(f, leave_by_return() == 7);
    RONDO_TIMEOUT(rc, 5 * MS) {
        rc = RONDO_EUSER;
        continue;
    }
    check(f, rc == RONDO_EUSER);
    return rondo_sleep(20 * MS);
}

/* However the block is left, its deadline is disarmed. */
static void a_block_left_early_is_disarmed(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", leave_early, 0);
    expect_trace(f, "");
    assert_int_equal(rondo_future_result(role(f, "a"), NULL), 0);
}

/* ---- wait_for ---- */

/* Wait for the role "inner" at most `n`. */
static int wait_for_inner(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = rondo_wait_for(role(f, "inner"), n, NULL);

    note(f, "%s, cancelling %d", rondo_err_name(rc), rondo_cancelling(rondo_current_task()));
    return rc;
}

static int wait_for_future(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value value = {0};
    int rc = rondo_wait_for(f->future, n, &value);

    note(f, "%s %d", rondo_err_name(rc), (int)value.as.i);
    return rc;
}

static int nap(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = rondo_sleep(n);

    note(f, "%s", rondo_err_name(rc));
    return rc;
}

static int complete(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_set_result(f->future, 42) == 0);
    return 0;
}

/* WF-01: the value; RONDO_FOREVER is no limit. */
static void wait_for_gives_the_value(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_for_future, 10 * MS);
    spawn(f, "b", wait_for_future, RONDO_FOREVER);
    spawn(f, "c", complete, 5 * MS);
    expect_trace(f, "5ms a OK 42\n5ms b OK 42\n");
}

/* WF-02: at the limit the inner task is cancelled and its end awaited. */
static void at_the_limit_the_inner_task_is_cancelled(void **state)
{
    struct fixture *f = *state;

    spawn(f, "inner", nap, RONDO_S(1));
    spawn(f, "a", wait_for_inner, 5 * MS);
    expect_trace(f, "5ms inner ECANCELED\n5ms a ETIMEDOUT, cancelling 0\n");
    assert_true(rondo_cancelled(role(f, "inner")));
}

/* WF-03: a limit of zero: a done future gives its result. */
static void a_limit_of_zero_gives_the_result_of_a_done_future(void **state)
{
    struct fixture *f = *state;

    rondo_set_result(f->future, 42);
    spawn(f, "a", wait_for_future, 0);
    spawn(f, "b", wait_for_future, -RONDO_S(1));
    expect_trace(f, "0ms a OK 42\n0ms b OK 42\n");
}

/* WF-03: a coroutine that has not started is never started. */
static void a_limit_of_zero_never_starts_a_task(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_for_inner, 0);
    spawn(f, "inner", nap, 1 * MS);
    expect_trace(f, "0ms a ETIMEDOUT, cancelling 0\n");
    assert_true(rondo_cancelled(role(f, "inner")));
}

/* WF-03: a running task is cancelled. */
static void a_limit_of_zero_cancels_a_running_task(void **state)
{
    struct fixture *f = *state;

    spawn(f, "inner", nap, RONDO_S(1));
    spawn(f, "a", wait_for_inner, 0);
    expect_trace(f, "0ms inner ECANCELED\n0ms a ETIMEDOUT, cancelling 0\n");
}

static int slow_cleanup(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = rondo_sleep(RONDO_S(1));
    int cleanup = rondo_sleep(n);

    note(f, "cleanup %s", rondo_err_name(cleanup));
    return rc;
}

/* WF-04: it waits for the inner cleanup even if that takes time. */
static void wait_for_waits_for_the_cleanup(void **state)
{
    struct fixture *f = *state;

    spawn(f, "inner", slow_cleanup, 20 * MS);
    spawn(f, "a", wait_for_inner, 5 * MS);
    expect_trace(f, "25ms inner cleanup OK\n25ms a ETIMEDOUT, cancelling 0\n");
}

/* WF-04: also with a limit of zero. */
static void wait_for_with_a_limit_of_zero_waits_for_the_cleanup(void **state)
{
    struct fixture *f = *state;

    spawn(f, "inner", slow_cleanup, 20 * MS);
    spawn(f, "a", wait_for_inner, 0);
    expect_trace(f, "20ms inner cleanup OK\n20ms a ETIMEDOUT, cancelling 0\n");
}

static void complete_now(void *arg)
{
    struct fixture *f = arg;

    rondo_set_result(f->future, 42);
}

/* WF-05: a result set while the limit is far away is returned at once. */
static void a_result_set_by_a_callback_is_returned(void **state)
{
    struct fixture *f = *state;

    rondo_call_later(f->script.loop, 5 * MS, complete_now, f);
    spawn(f, "a", wait_for_future, RONDO_S(10));
    expect_trace(f, "5ms a OK 42\n");
    expect_time(f, 5 * MS);
}

static int swallow(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(RONDO_S(1)) == RONDO_ECANCELED);
    return (int)n;
}

/* WF-06: an inner task that swallows the cancel and returns gives its value. */
static void an_inner_task_that_swallows_the_cancel_gives_its_value(void **state)
{
    struct fixture *f = *state;

    spawn(f, "inner", swallow, 0);
    spawn(f, "a", wait_for_inner, 5 * MS);
    expect_trace(f, "5ms a OK, cancelling 0\n");
}

/* WF-06: also with a limit of zero. */
static void with_a_limit_of_zero_a_swallowed_cancel_gives_the_value(void **state)
{
    struct fixture *f = *state;

    spawn(f, "inner", swallow, 0);
    spawn(f, "a", wait_for_inner, 0);
    expect_trace(f, "0ms a OK, cancelling 0\n");
}

/* WF-07: an error of the inner cleanup replaces the timeout. */
static void an_error_of_the_inner_cleanup_replaces_the_timeout(void **state)
{
    struct fixture *f = *state;

    spawn(f, "inner", swallow, RONDO_EUSER - 9);
    spawn(f, "a", wait_for_inner, 5 * MS);
    expect_trace(f, "5ms a EUSER-9, cancelling 0\n");
}

/* WF-08: cancelling the waiting task cancels the inner one, with and without a limit. */
static void cancelling_wait_for_cancels_the_inner_task(void **state)
{
    struct fixture *f = *state;

    spawn(f, "inner", nap, RONDO_S(1));
    spawn(f, "a", wait_for_inner, RONDO_S(2));
    spawn(f, "b", cancel_a, 3 * MS);
    expect_trace(f, "3ms inner ECANCELED\n3ms a ECANCELED, cancelling 1\n");
}

static void cancelling_wait_for_without_a_limit_cancels_the_inner_task(void **state)
{
    struct fixture *f = *state;

    spawn(f, "inner", nap, RONDO_S(1));
    spawn(f, "a", wait_for_inner, RONDO_FOREVER);
    spawn(f, "b", cancel_a, 3 * MS);
    expect_trace(f, "3ms inner ECANCELED\n3ms a ECANCELED, cancelling 1\n");
}

static int complete_and_cancel_a(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_set_result(f->future, 42) == 0);
    check(f, rondo_cancel(role(f, "a"), NULL));
    return 0;
}

/* WF-09: the waiting task is cancelled when the inner one is already done: not swallowed. */
static void a_cancel_after_the_inner_end_is_not_swallowed(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_for_future, RONDO_S(1));
    spawn(f, "b", complete_and_cancel_a, 3 * MS);
    expect_trace(f, "3ms a ECANCELED 0\n");
}

/* WF-09: nor is one during the inner cleanup after the limit. */
static void a_cancel_during_the_inner_cleanup_is_not_swallowed(void **state)
{
    struct fixture *f = *state;

    spawn(f, "inner", slow_cleanup, 20 * MS);
    spawn(f, "a", wait_for_inner, 5 * MS);
    spawn(f, "b", cancel_a, 8 * MS);
    expect_trace(f, "8ms inner cleanup ECANCELED\n8ms a ECANCELED, cancelling 1\n");
}

/* WF-09: nor with a limit of zero; the cleanup is then left alone (CPython 3.11 to 3.13, own probe:
 * CancelledError at once, the cleanup goes on). */
static void a_cancel_during_the_cleanup_after_a_limit_of_zero_is_not_swallowed(void **state)
{
    struct fixture *f = *state;

    spawn(f, "inner", slow_cleanup, 20 * MS);
    spawn(f, "a", wait_for_inner, 0);
    spawn(f, "b", cancel_a, 8 * MS);
    expect_trace(f, "8ms a ECANCELED, cancelling 1\n20ms inner cleanup OK\n");
}

static int wait_for_itself(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    note(f, "%s", rondo_err_name(rondo_wait_for(rondo_current_task(), n, NULL)));
    return rondo_cancelling(rondo_current_task());
}

/* TASK-06: a task cannot wait for itself, whatever the limit, and is not cancelled by it. */
static void waiting_for_oneself_is_misuse_with_any_limit(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_for_itself, 5 * MS);
    spawn(f, "b", wait_for_itself, 0);
    expect_trace(f, "0ms a EMISUSE\n0ms b EMISUSE\n");
    assert_int_equal(rondo_future_result(role(f, "b"), NULL), 0);
}

/* TASK-05: a future of another loop is not waited for, whatever the limit, nor cancelled. */
static void a_future_of_another_loop_is_misuse_with_any_limit(void **state)
{
    struct fixture *f = *state;
    struct manual_loop other;

    manual_loop_init(&other);
    rondo_unref(f->future);
    f->future = rondo_create_future(&other.loop);
    spawn(f, "a", wait_for_future, 5 * MS);
    spawn(f, "b", wait_for_future, 0);
    expect_trace(f, "0ms a EMISUSE 0\n0ms b EMISUSE 0\n");
    assert_false(rondo_done(f->future));
}

/* FUT-19: a future that could not be made is an error, not a crash; so is a call outside a task. */
static void wait_for_refuses_nothing_and_nobody(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_wait_for(NULL, MS, NULL), RONDO_ENOMEM);
    assert_int_equal(rondo_wait_for(f->future, MS, NULL), RONDO_EMISUSE);
    assert_false(rondo_done(f->future));
}

static int sweep(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = 0;

    memory_fail(&f->script.memory, (size_t)n);
    RONDO_TIMEOUT(rc, MS) {
        rc = rondo_sleep(RONDO_S(1));
    }
    memory_fail(&f->script.memory, 0);
    check(f, rc == RONDO_ETIMEDOUT);
    return 0;
}

/* A timeout needs no memory for its code. */
static void a_timeout_without_memory_is_a_timeout(void **state)
{
    struct fixture *f = *state;

    for (int64_t n = 1; n < 5; n++) {
        spawn(f, "sweep", sweep, n);
        script_play(&f->script);
    }
    expect_noted(f, "");
}

static int limited_cleanup(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = 0, cleanup = 0;

    RONDO_TIMEOUT(rc, n) {
        rc = rondo_sleep(100 * MS);
        note(f, "inside %s", rondo_err_name(rc));
        RONDO_TIMEOUT(cleanup, 10 * MS) {
            cleanup = rondo_sleep(100 * MS);
        }
        note(f, "cleanup %s, cancelling %d", rondo_err_name(cleanup),
             rondo_cancelling(rondo_current_task()));
    }
    note(f, "outside %s, cancelling %d", rondo_err_name(rc),
         rondo_cancelling(rondo_current_task()));
    return rc;
}

/* TMO-14: a scope opened in the cleanup of one that strikes nests as at any other time. */
static void a_scope_in_the_cleanup_of_another_nests(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", limited_cleanup, 5 * MS);
    expect_trace(f, "5ms a inside ECANCELED\n"
                    "15ms a cleanup ETIMEDOUT, cancelling 1\n"
                    "15ms a outside ETIMEDOUT, cancelling 0\n");
}

static int describe_scope(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_timeout scope;
    char text[80];
    int rc;

    rondo_timeout_open(&scope, n, RONDO_HERE);
    note(f, "%s", rondo_timeout_describe(&scope, text, sizeof text));
    rc = rondo_sleep(10 * MS);
    note(f, "%s", rondo_timeout_describe(&scope, text, sizeof text));
    rc = rondo_timeout_close(&scope, rc);
    note(f, "%s", rondo_timeout_describe(&scope, text, sizeof text));
    return rc;
}

/* TMO-16: a scope says whether it is open, striking, struck or closed, and when its deadline is. */
static void a_scope_describes_itself(void **state)
{
    struct fixture *f = *state;
    double start = (double)f->script.start_ns / 1e9;
    char expected[500];

    needs_exact_clock();
    snprintf(expected, sizeof expected,
             "0ms a <Timeout active when=%.3f>\n"
             "0ms b <Timeout active when=%.3f>\n"
             "0ms c <Timeout active>\n"
             "5ms a <Timeout expiring when=%.3f>\n"
             "5ms a <Timeout expired when=%.3f>\n"
             "10ms b <Timeout active when=%.3f>\n"
             "10ms b <Timeout closed when=%.3f>\n"
             "10ms c <Timeout active>\n"
             "10ms c <Timeout closed>\n",
             start + 0.005, start + 0.020, start + 0.005, start + 0.005, start + 0.020,
             start + 0.020);
    spawn(f, "a", describe_scope, 5 * MS);
    spawn(f, "b", describe_scope, 20 * MS);
    spawn(f, "c", describe_scope, RONDO_FOREVER);
    expect_trace(f, expected);
}

static int count_timers(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = 0;

    RONDO_TIMEOUT(rc, n) {
        note(f, "%zu timers", deadlines_count(&f->script.loop->deadlines));
    }
    return rc;
}

/* TMO-02: a scope without a limit has no timer. */
static void a_scope_without_a_limit_has_no_timer(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", count_timers, RONDO_FOREVER);
    spawn(f, "b", count_timers, 5 * MS);
    expect_trace(f, "0ms a 0 timers\n0ms b 1 timers\n");
}

static int wait_a_nanosecond(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    note(f, "%s", rondo_err_name(rondo_wait_for(f->future, n, NULL)));
    return 0;
}

static int complete_at_once(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    check(f, rondo_set_result(f->future, 1) == 0);
    return 0;
}

/* WF-03: a limit of a nanosecond is not none: what ends at once is in time. */
static void the_least_limit_is_more_than_none(void **state)
{
    struct fixture *f = *state;

    needs_exact_clock(); /* on which it is not over before it has begun */
    spawn(f, "a", wait_a_nanosecond, 1);
    spawn(f, "b", complete_at_once, 0);
    expect_trace(f, "0ms a OK\n");
}

static int reschedule_without_memory(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_timeout timeout;
    int rc;

    rondo_timeout_open(&timeout, RONDO_FOREVER, RONDO_HERE);
    memory_fail(&f->script.memory, 1);
    check(f, rondo_timeout_reschedule(&timeout, time_at(f, n)) == 0);
    check(f, memory_failed(&f->script.memory));
    rc = rondo_timeout_close(&timeout, rondo_sleep(RONDO_FOREVER));
    note(f, "ends %s", rondo_err_name(rc));
    return 0;
}

/* A deadline for which the loop's array has no room strikes all the same. */
static void a_deadline_without_memory_strikes_all_the_same(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", reschedule_without_memory, 5 * MS);
    expect_trace(f, "5ms a ends ETIMEDOUT\n");
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(past_its_deadline_a_scope_times_out),
        TEST(a_scope_says_that_it_expired),
        TEST(a_body_in_time_leaves_no_timer),
        TEST(a_limit_of_for_ever_never_strikes),
        TEST(a_deadline_of_zero_fires_at_the_first_suspension),
        TEST(a_deadline_of_zero_spares_a_body_that_never_suspends),
        TEST(of_equal_nested_deadlines_only_the_outermost_times_out),
        TEST(of_nested_deadlines_of_zero_only_the_outermost_times_out),
        TEST(an_inner_timeout_leaves_the_outer_in_force),
        TEST(an_inner_timeout_alone_does_not_end_the_outer),
        TEST(an_outer_timeout_is_a_cancel_to_the_inner),
        TEST(another_error_passes_unchanged),
        TEST(an_error_of_the_cleanup_replaces_the_timeout),
        TEST(a_foreign_cancel_stays_a_cancel),
        TEST(a_deadline_without_memory_strikes_all_the_same),
        TEST(a_cancel_that_was_due_at_the_opening_stays_a_cancel),
        TEST(a_foreign_cancel_during_the_cleanup_is_not_swallowed),
        TEST(a_foreign_cancel_at_the_deadline_is_not_swallowed),
        TEST(a_deadline_in_the_iteration_in_which_the_body_ends_wins),
        TEST(rescheduling_moves_the_deadline),
        TEST(rescheduling_what_has_struck_is_misuse),
        TEST(a_scope_may_end_at_a_time),
        TEST(a_block_left_by_return_is_told),
        TEST(outside_a_task_a_scope_is_never_armed),
        TEST(a_scope_works_after_a_cancel_was_caught),
        TEST(a_scope_after_a_caught_cancel_passes_another_on),
        TEST(a_block_left_early_is_disarmed),
        TEST(wait_for_gives_the_value),
        TEST(at_the_limit_the_inner_task_is_cancelled),
        TEST(a_limit_of_zero_gives_the_result_of_a_done_future),
        TEST(a_limit_of_zero_never_starts_a_task),
        TEST(a_limit_of_zero_cancels_a_running_task),
        TEST(wait_for_waits_for_the_cleanup),
        TEST(wait_for_with_a_limit_of_zero_waits_for_the_cleanup),
        TEST(a_result_set_by_a_callback_is_returned),
        TEST(an_inner_task_that_swallows_the_cancel_gives_its_value),
        TEST(with_a_limit_of_zero_a_swallowed_cancel_gives_the_value),
        TEST(an_error_of_the_inner_cleanup_replaces_the_timeout),
        TEST(cancelling_wait_for_cancels_the_inner_task),
        TEST(cancelling_wait_for_without_a_limit_cancels_the_inner_task),
        TEST(a_cancel_after_the_inner_end_is_not_swallowed),
        TEST(a_cancel_during_the_inner_cleanup_is_not_swallowed),
        TEST(a_cancel_during_the_cleanup_after_a_limit_of_zero_is_not_swallowed),
        TEST(waiting_for_oneself_is_misuse_with_any_limit),
        TEST(a_future_of_another_loop_is_misuse_with_any_limit),
        TEST(wait_for_refuses_nothing_and_nobody),
        TEST(a_timeout_without_memory_is_a_timeout),
        TEST(a_scope_in_the_cleanup_of_another_nests),
        TEST(a_scope_describes_itself),
        TEST(a_scope_without_a_limit_has_no_timer),
        TEST(the_least_limit_is_more_than_none),
    };

    return play_all(tests);
}

/*
 * shield_test.c - waiting without becoming part of it: asyncio's contracts SHD-*.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "gather.h"
#include "observe.h"
#include "shield.h"
#include "sleep.h"
#include "tests/lib/script.h"
#include "timeout.h"

struct fixture {
    struct script script;
    rondo_future *inner; /* a plain future, until a test puts a task there */
};

static int fixture_open(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    script_open(&f->script);
    f->inner = rondo_create_future(f->script.loop);
    *state = f;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    rondo_unref(f->inner);
    return script_teardown(&f->script);
}

/* Put the task of a role in place of the inner future. */
static void adopt(struct fixture *f, const char *name)
{
    rondo_unref(f->inner);
    f->inner = rondo_ref(role(f, name));
}

/* Shield the inner future; note the end. */
static int shield(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value value = {.as.i = n};
    int rc = rondo_shield(f->inner, &value);

    note(f, "%s/%d \"%s\"", rondo_err_name(rc), (int)value.as.i, rc < 0 ? rondo_error_text() : "");
    return rc;
}

static int complete(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n * MS) == 0);
    check(f, rondo_set_result(f->inner, 42) == 0);
    return 0;
}

static int fail_inner(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n * MS) == 0);
    check(f, rondo_set_error(f->inner, RONDO_EUSER - 1, "broken") == 0);
    return 0;
}

static int cancel_inner(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n * MS) == 0);
    check(f, rondo_cancel(f->inner, "inner gone"));
    return 0;
}

/* Cancel role "s" after `n` ms. */
static int cancel_s(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n * MS) == 0);
    check(f, rondo_cancel(role(f, "s"), "why"));
    return 0;
}

static int work(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = rondo_sleep(n * MS);

    note(f, "ends with %s", rondo_err_name(rc));
    return rc;
}

/* SHD-01: the result passes through. */
static void a_result_passes_through(void **state)
{
    struct fixture *f = *state;

    spawn(f, "s", shield, 0);
    spawn(f, "a", complete, 5);
    expect_trace(f, "5ms s OK/42 \"\"\n");
}

/* SHD-01: so does a failure, with its message. */
static void a_failure_passes_through(void **state)
{
    struct fixture *f = *state;

    spawn(f, "s", shield, 7);
    spawn(f, "a", fail_inner, 5);
    expect_trace(f, "5ms s EUSER-1/7 \"broken\"\n");
}

/* SHD-01: and a cancellation of the inner future, which is no request to who waits. */
static void a_cancel_of_the_inner_future_passes_through(void **state)
{
    struct fixture *f = *state;

    spawn(f, "s", shield, 7);
    spawn(f, "a", cancel_inner, 5);
    expect_trace(f, "5ms s ECANCELED/7 \"inner gone\"\n");
    assert_true(rondo_cancelled(f->inner));
    assert_int_equal(rondo_cancelling(role(f, "s")), 0);
}

/* SHD-02: cancelling who waits leaves the inner task running. */
static void cancelling_who_waits_leaves_the_inner_task_running(void **state)
{
    struct fixture *f = *state;

    spawn(f, "inner", work, 20);
    adopt(f, "inner");
    spawn(f, "s", shield, 7);
    spawn(f, "a", cancel_s, 5);
    expect_trace(f, "5ms s ECANCELED/7 \"why\"\n20ms inner ends with OK\n");
    assert_true(rondo_cancelled(role(f, "s")));
    assert_int_equal(rondo_cancelling(role(f, "inner")), 0);
}

/* SHD-02: it leaves nothing in the future's line, which ends later than the task. */
static void a_cancelled_shield_leaves_the_line(void **state)
{
    struct fixture *f = *state;

    spawn(f, "s", shield, 7);
    spawn(f, "a", cancel_s, 5);
    spawn(f, "b", complete, 10);
    spawn(f, "later", work, 15);
    expect_trace(f, "5ms s ECANCELED/7 \"why\"\n15ms later ends with OK\n");
    assert_int_equal(rondo_future_result(f->inner, NULL), 0);
}

static int complete_and_cancel_s(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    check(f, rondo_set_result(f->inner, 42) == 0);
    check(f, rondo_cancel(role(f, "s"), "why"));
    return 0;
}

/* SHD-02: a cancel in the iteration in which the inner future ends wins, as in CPython. */
static void a_cancel_at_the_end_of_the_inner_future_is_not_swallowed(void **state)
{
    struct fixture *f = *state;

    spawn(f, "s", shield, 7);
    spawn(f, "a", complete_and_cancel_s, 0);
    expect_trace(f, "0ms s ECANCELED/7 \"why\"\n");
    assert_int_equal(rondo_future_result(f->inner, NULL), 0);
}

static int complete_and_cancel_s_later(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_set_result(f->inner, 42) == 0);
    check(f, rondo_sleep(n) == 0);
    check(f, rondo_cancel(role(f, "s"), "why"));
    return 0;
}

/* SHD-02: so does one between the two hops from the inner future to the task. */
static void a_cancel_between_the_two_hops_is_not_swallowed(void **state)
{
    struct fixture *f = *state;

    spawn(f, "s", shield, 7);
    spawn(f, "a", complete_and_cancel_s_later, 0);
    expect_trace(f, "0ms s ECANCELED/7 \"why\"\n");
}

static void ignore_event(void *self, const struct observed *event)
{
    (void)self;
    (void)event;
}

static size_t pick_last(void *self, const struct observed_choice *choice)
{
    (void)self;
    return choice->count - 1;
}

/* SHD-02: nor does it matter which of the two runs first, the hop or the task that was cancelled.
 */
static void a_cancelled_shield_may_run_before_its_hop(void **state)
{
    struct fixture *f = *state;
    struct observer reverse = {.wanted = OBSERVED_USUAL, .event = ignore_event, .pick = pick_last};

    observer = &reverse;
    spawn(f, "s", shield, 7);
    iterate_once(f);
    spawn(f, "a", complete_and_cancel_s, 0);
    script_play(&f->script);
    observer = NULL;
    expect_noted(f, "0ms s ECANCELED/7 \"why\"\n");
}

static int shield_at_once(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int before = iterations(f);

    check(f, shield(f, n) == 0);
    check(f, iterations(f) == before);
    return 0;
}

/* SHD-03: the shield of a future that is done is that future: no suspension. */
static void a_done_future_is_not_waited_for(void **state)
{
    struct fixture *f = *state;

    rondo_set_result(f->inner, 42);
    spawn(f, "s", shield_at_once, 0);
    expect_trace(f, "0ms s OK/42 \"\"\n");
}

static int shield_after_a_cancel(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_cancel(rondo_current_task(), "self"));
    return shield(f, n);
}

/* SHD-03: nor does a cancel that is due come out of it; it waits for the next suspension. */
static void a_done_future_takes_no_cancel(void **state)
{
    struct fixture *f = *state;

    rondo_set_result(f->inner, 42);
    spawn(f, "s", shield_after_a_cancel, 0);
    expect_trace(f, "0ms s OK/42 \"\"\n");
    assert_true(rondo_cancelled(role(f, "s"))); /* CAN-09: at its end */
}

/* A cancel that is due comes out of the wait for a pending future, which goes on. */
static void a_cancel_that_is_due_leaves_the_future_alone(void **state)
{
    struct fixture *f = *state;

    spawn(f, "s", shield_after_a_cancel, 7);
    expect_trace(f, "0ms s ECANCELED/7 \"self\"\n");
    assert_false(rondo_done(f->inner));
}

static int gather_two(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_future *both[] = {role(f, "x"), role(f, "y")};
    int rc = rondo_gather(both, 2, 0, NULL);

    note(f, "gathered %s", rondo_err_name(rc));
    return (int)n + rc;
}

/* SHD-04: a gather that is shielded still gathers all. */
static void a_shielded_gather_still_gathers_all(void **state)
{
    struct fixture *f = *state;

    spawn(f, "x", work, 10);
    spawn(f, "y", work, 20);
    spawn(f, "g", gather_two, 0);
    adopt(f, "g");
    spawn(f, "s", shield, 7);
    spawn(f, "a", cancel_s, 5);
    expect_trace(f, "5ms s ECANCELED/7 \"why\"\n"
                    "10ms x ends with OK\n"
                    "20ms y ends with OK\n"
                    "20ms g gathered OK\n");
}

static int shield_x(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    return rondo_shield(role(f, "inner x"), NULL);
}

static int shield_y(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    return rondo_shield(role(f, "inner y"), NULL);
}

/* SHD-05: a gather of shields is cancelled, the shields with it, the tasks behind them are not. */
static void cancelling_a_gather_of_shields_leaves_the_tasks_behind_them(void **state)
{
    struct fixture *f = *state;

    spawn(f, "inner x", work, 10);
    spawn(f, "inner y", work, 20);
    spawn(f, "x", shield_x, 0);
    spawn(f, "y", shield_y, 0);
    spawn(f, "s", gather_two, 0);
    spawn(f, "a", cancel_s, 5);
    expect_trace(f, "5ms s gathered ECANCELED\n"
                    "10ms inner x ends with OK\n"
                    "20ms inner y ends with OK\n");
    assert_true(rondo_cancelled(role(f, "x")));
    assert_true(rondo_cancelled(role(f, "y")));
}

static int shield_with_a_limit(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = 0;

    RONDO_TIMEOUT(rc, n * MS) {
        rc = rondo_shield(f->inner, NULL);
    }
    note(f, "%s", rondo_err_name(rc));
    return 0;
}

/* WF-10: behind a shield the task survives the timeout and completes. */
static void a_timeout_around_a_shield_leaves_the_task(void **state)
{
    struct fixture *f = *state;

    spawn(f, "inner", work, 20);
    adopt(f, "inner");
    spawn(f, "s", shield_with_a_limit, 5);
    expect_trace(f, "5ms s ETIMEDOUT\n20ms inner ends with OK\n");
}

static int shield_itself(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    check(f, rondo_shield(rondo_current_task(), NULL) == RONDO_EMISUSE);
    check(f, rondo_shield(NULL, NULL) == RONDO_ENOMEM);
    return 0;
}

/* SHD-06: outside a task, or for the task itself, it is misuse; for nothing it is no memory. */
static void a_shield_refuses_nothing_and_nobody(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_shield(f->inner, NULL), RONDO_EMISUSE);
    spawn(f, "s", shield_itself, 0);
    expect_trace(f, "");
}

static int answer(void *arg, rondo_value *out)
{
    RONDO_TRY(rondo_sleep(0));
    return rondo_return(out, (int64_t)(intptr_t)arg);
}

/* Shield a task, failing the `n`-th allocation. */
static int sweep(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value value = {0};
    rondo_task *task;
    int rc;

    memory_fail(&f->script.memory, (size_t)n);
    task = rondo_spawn(answer, (void *)(intptr_t)3, .name = "inner");
    rc = rondo_shield(task, &value);
    sweep_over(f);
    check(f, rc == 0 ? value.as.i == 3 : rc == RONDO_ENOMEM);
    rondo_unref(task);
    return 0;
}

/* Whichever allocation fails: a clean code, and nothing is left. */
static void a_shield_without_memory_fails_cleanly(void **state)
{
    struct fixture *f = *state;

    expect_sweep(f, sweep, 2, 30);
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_result_passes_through),
        TEST(a_failure_passes_through),
        TEST(a_cancel_of_the_inner_future_passes_through),
        TEST(cancelling_who_waits_leaves_the_inner_task_running),
        TEST(a_cancelled_shield_leaves_the_line),
        TEST(a_cancel_at_the_end_of_the_inner_future_is_not_swallowed),
        TEST(a_cancel_between_the_two_hops_is_not_swallowed),
        TEST(a_cancelled_shield_may_run_before_its_hop),
        TEST(a_done_future_is_not_waited_for),
        TEST(a_done_future_takes_no_cancel),
        TEST(a_cancel_that_is_due_leaves_the_future_alone),
        TEST(a_shielded_gather_still_gathers_all),
        TEST(cancelling_a_gather_of_shields_leaves_the_tasks_behind_them),
        TEST(a_timeout_around_a_shield_leaves_the_task),
        TEST(a_shield_refuses_nothing_and_nobody),
        TEST(a_shield_without_memory_fails_cleanly),
    };

    return play_all(tests);
}

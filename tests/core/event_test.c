/*
 * event_test.c - a flag that tasks can wait for: asyncio's contracts EVT-*.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "event.h"
#include "sleep.h"
#include "tests/lib/script.h"

struct fixture {
    struct script script;
    rondo_event event;
};

SCRIPT_FIXTURE(fixture)

static int wait(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = rondo_event_wait(&f->event);

    (void)n;
    note(f, "wait %s, %s", rondo_err_name(rc), rondo_event_is_set(&f->event) ? "set" : "clear");
    return rc;
}

static int set(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    rondo_event_set(&f->event);
    note(f, "sets");
    return 0;
}

static int wait_at_once(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int before = iterations(f);

    (void)n;
    check(f, rondo_event_wait(&f->event) == 0);
    check(f, iterations(f) == before);
    return 0;
}

/* EVT-01: waiting for a set event does not suspend. */
static void waiting_for_a_set_event_does_not_suspend(void **state)
{
    struct fixture *f = *state;

    rondo_event_set(&f->event);
    assert_true(rondo_event_is_set(&f->event));
    spawn(f, "a", wait_at_once, 0);
    expect_trace(f, "");
}

/* EVT-02: set wakes all that wait, in the order they came. */
static void set_wakes_all_that_wait_in_order(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait, 0);
    spawn(f, "b", wait, 0);
    spawn(f, "c", set, 5 * MS);
    expect_trace(f, "5ms c sets\n5ms a wait OK, set\n5ms b wait OK, set\n");
}

static int spawn_waiter_and_set(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    spawn(f, "c", wait, 0);
    rondo_event_set(&f->event);
    return 0;
}

/* EVT-02: a task whose first step was queued before the set sees the flag and runs first. */
static void a_task_queued_before_the_set_runs_before_the_waiters(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait, 0);
    spawn(f, "b", wait, 0);
    spawn(f, "d", spawn_waiter_and_set, 0);
    expect_trace(f, "0ms c wait OK, set\n0ms a wait OK, set\n0ms b wait OK, set\n");
}

static int set_and_clear(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    rondo_event_set(&f->event);
    rondo_event_clear(&f->event);
    return 0;
}

/* EVT-03: cleared again at once, it still wakes those who waited. */
static void set_followed_by_clear_wakes_those_who_waited(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait, 0);
    spawn(f, "b", set_and_clear, 5 * MS);
    expect_trace(f, "5ms a wait OK, clear\n");
}

static int wait_twice(void *fixture, int64_t n)
{
    RONDO_TRY(wait(fixture, n));
    return wait(fixture, n);
}

static int set_twice_and_clear(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    rondo_event_set(&f->event);
    rondo_event_set(&f->event);
    rondo_event_clear(&f->event);
    rondo_event_set(&f->event);
    rondo_event_clear(&f->event);
    return 0;
}

/* EVT-03: setting twice wakes once. */
static void setting_twice_wakes_once(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_twice, 0);
    spawn(f, "b", set_twice_and_clear, 5 * MS);
    expect_trace(f, "5ms a wait OK, clear\n5ms a never ends\n");
}

static int cancel_a(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_cancel(role(f, "a"), NULL));
    return 0;
}

/* EVT-04: a cancelled waiter leaves the line. */
static void a_cancelled_waiter_leaves_the_line(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait, 0);
    spawn(f, "b", wait, 0);
    spawn(f, "c", cancel_a, 3 * MS);
    spawn(f, "d", set, 5 * MS);
    expect_trace(f, "3ms a wait ECANCELED, clear\n5ms d sets\n5ms b wait OK, set\n");
}

static int set_and_cancel_a(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    rondo_event_set(&f->event);
    check(f, rondo_cancel(role(f, "a"), NULL));
    return 0;
}

/* EVT-04: woken and cancelled in one tick, it is cancelled; the others are woken. */
static void a_waiter_woken_and_cancelled_is_cancelled(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait, 0);
    spawn(f, "b", wait, 0);
    spawn(f, "c", set_and_cancel_a, 5 * MS);
    expect_trace(f, "5ms a wait ECANCELED, set\n5ms b wait OK, set\n");
}

/* Outside a task one can set, not wait. */
static void waiting_outside_a_task_is_misuse(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_event_wait(&f->event), RONDO_EMISUSE);
    rondo_event_set(&f->event);
    rondo_event_clear(&f->event);
    assert_false(rondo_event_is_set(&f->event));
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(waiting_for_a_set_event_does_not_suspend),
        TEST(set_wakes_all_that_wait_in_order),
        TEST(a_task_queued_before_the_set_runs_before_the_waiters),
        TEST(set_followed_by_clear_wakes_those_who_waited),
        TEST(setting_twice_wakes_once),
        TEST(a_cancelled_waiter_leaves_the_line),
        TEST(a_waiter_woken_and_cancelled_is_cancelled),
        TEST(waiting_outside_a_task_is_misuse),
    };

    return play_all(tests);
}

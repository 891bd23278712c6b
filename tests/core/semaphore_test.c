/*
 * semaphore_test.c - at most so many tasks at once: asyncio's contracts SEM-*.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "observe.h"
#include "semaphore.h"
#include "sleep.h"
#include "tests/lib/script.h"

struct fixture {
    struct script script;
    rondo_semaphore semaphore;
    int inside;
    int inside_max;
};

SCRIPT_FIXTURE(fixture)

static void permits(struct fixture *f, unsigned count)
{
    f->semaphore = (rondo_semaphore)RONDO_SEMAPHORE("permits", count);
}

static int take(struct fixture *f)
{
    int rc = rondo_semaphore_acquire(&f->semaphore);

    note(f, rc == 0 ? "takes a permit" : "gives up: %s", rondo_err_name(rc));
    return rc;
}

static void give(struct fixture *f)
{
    note(f, "gives a permit");
    check(f, rondo_semaphore_release(&f->semaphore) == 0);
}

static int hold(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(take(f));
    check(f, rondo_sleep(n) == 0);
    give(f);
    return 0;
}

static int take_one(void *fixture, int64_t n)
{
    (void)n;
    return take(fixture);
}

/* SEM-01: with no permits it is locked from the start. */
static void a_semaphore_without_permits_is_locked(void **state)
{
    struct fixture *f = *state;

    assert_true(rondo_semaphore_locked(&f->semaphore));
    spawn(f, "a", take_one, 0);
    expect_trace(f, "0ms a never ends\n");
    rondo_semaphore_release(&f->semaphore);
    assert_int_equal(rondo_loop_run_until_complete(f->script.loop, role(f, "a"), NULL), 0);
}

static int count_permits(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int before = iterations(f);

    for (int64_t i = 0; i < n; i++) {
        check(f, !rondo_semaphore_locked(&f->semaphore));
        check(f, rondo_semaphore_acquire(&f->semaphore) == 0);
    }
    check(f, rondo_semaphore_locked(&f->semaphore));
    check(f, rondo_semaphore_release(&f->semaphore) == 0);
    check(f, !rondo_semaphore_locked(&f->semaphore));
    check(f, iterations(f) == before);
    return 0;
}

/* SEM-02: acquire takes a permit, release gives it back; a free one is taken without a switch. */
static void acquire_takes_a_permit_and_release_gives_it_back(void **state)
{
    struct fixture *f = *state;

    permits(f, 3);
    spawn(f, "a", count_permits, 3);
    expect_trace(f, "");
}

static int release_and_look(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    give(f);
    note(f, "sees it %s", rondo_semaphore_locked(&f->semaphore) ? "locked" : "free");
    return 0;
}

/* SEM-02: a permit given while a task waits is reserved for it: locked() stays true. */
static void a_permit_given_to_a_waiter_is_not_free(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", take_one, 0);
    spawn(f, "b", release_and_look, 5 * MS);
    expect_trace(f, "5ms b gives a permit\n5ms b sees it locked\n5ms a takes a permit\n");
}

/* SEM-03: permits go to waiters in the order they came. */
static void permits_go_to_waiters_in_order(void **state)
{
    struct fixture *f = *state;

    permits(f, 2);
    spawn(f, "a", hold, 5 * MS);
    spawn(f, "b", hold, 7 * MS);
    spawn(f, "c", hold, 5 * MS);
    spawn(f, "d", hold, 5 * MS);
    expect_trace(f, "0ms a takes a permit\n"
                    "0ms b takes a permit\n"
                    "5ms a gives a permit\n"
                    "5ms c takes a permit\n"
                    "7ms b gives a permit\n"
                    "7ms d takes a permit\n"
                    "10ms c gives a permit\n"
                    "12ms d gives a permit\n");
}

static int hold_twice(void *fixture, int64_t n)
{
    RONDO_TRY(hold(fixture, n));
    return hold(fixture, 0);
}

/* SEM-03: a task that releases and acquires again goes behind the waiters. */
static void a_releaser_goes_behind_the_waiters(void **state)
{
    struct fixture *f = *state;

    permits(f, 1);
    spawn(f, "a", hold_twice, 5 * MS);
    spawn(f, "b", hold, 1 * MS);
    expect_trace(f, "0ms a takes a permit\n"
                    "5ms a gives a permit\n"
                    "5ms b takes a permit\n"
                    "6ms b gives a permit\n"
                    "6ms a takes a permit\n"
                    "6ms a gives a permit\n");
}

static int say_four(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    note(f, "runs");
    return 0;
}

static int take_and_spawn(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    RONDO_TRY(take(f));
    spawn(f, "t4", say_four, 0);
    return 0;
}

static int release_three_and_take(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    for (int i = 0; i < 3; i++)
        check(f, rondo_semaphore_release(&f->semaphore) == 0);
    check(f, rondo_semaphore_locked(&f->semaphore)); /* t1 is woken but has not run */
    return take(f);
}

/* SEM-04: several releases in one tick wake several waiters in order; a task created by the first
 * runs after them. */
static void several_releases_wake_several_waiters_before_new_tasks(void **state)
{
    struct fixture *f = *state;

    spawn(f, "t1", take_and_spawn, 0);
    spawn(f, "t2", release_three_and_take, 0);
    spawn(f, "t3", take_one, 0);
    expect_trace(f, "0ms t1 takes a permit\n"
                    "0ms t2 takes a permit\n"
                    "0ms t3 takes a permit\n"
                    "0ms t4 runs\n");
}

static int cancel_b_and_c_then_release(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(take(f));
    check(f, rondo_sleep(n) == 0);
    check(f, rondo_cancel(role(f, "b"), NULL));
    check(f, rondo_cancel(role(f, "c"), NULL));
    give(f);
    return 0;
}

/* SEM-05: cancelled waiters are skipped; the next that lives is woken. */
static void cancelled_waiters_are_skipped(void **state)
{
    struct fixture *f = *state;

    permits(f, 1);
    spawn(f, "a", cancel_b_and_c_then_release, 5 * MS);
    spawn(f, "b", hold, 0);
    spawn(f, "c", hold, 0);
    spawn(f, "d", hold, 1 * MS);
    expect_trace(f, "0ms a takes a permit\n"
                    "5ms a gives a permit\n"
                    "5ms b gives up: ECANCELED\n"
                    "5ms c gives up: ECANCELED\n"
                    "5ms d takes a permit\n"
                    "6ms d gives a permit\n");
    assert_false(rondo_semaphore_locked(&f->semaphore));
}

static int cancel_b_then_release(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(take(f));
    check(f, rondo_sleep(n) == 0);
    check(f, rondo_cancel(role(f, "b"), NULL));
    give(f);
    return 0;
}

/* SEM-06: the first waiter is cancelled and a permit released in one tick: the second gets it. */
static void a_cancel_and_a_release_in_one_tick_reach_the_second(void **state)
{
    struct fixture *f = *state;

    permits(f, 1);
    spawn(f, "a", cancel_b_then_release, 5 * MS);
    spawn(f, "b", hold, 0);
    spawn(f, "c", hold, 0);
    expect_trace(f, "0ms a takes a permit\n"
                    "5ms a gives a permit\n"
                    "5ms b gives up: ECANCELED\n"
                    "5ms c takes a permit\n"
                    "5ms c gives a permit\n");
}

static int release_then_cancel_b(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(take(f));
    check(f, rondo_sleep(n) == 0);
    give(f);
    check(f, rondo_cancel(role(f, "b"), NULL));
    return 0;
}

/* SEM-07: a waiter cancelled right after it was granted a permit passes it on. */
static void a_waiter_cancelled_after_its_grant_passes_it_on(void **state)
{
    struct fixture *f = *state;

    permits(f, 1);
    spawn(f, "a", release_then_cancel_b, 5 * MS);
    spawn(f, "b", hold, 0);
    spawn(f, "c", hold, 0);
    expect_trace(f, "0ms a takes a permit\n"
                    "5ms a gives a permit\n"
                    "5ms b gives up: ECANCELED\n"
                    "5ms c takes a permit\n"
                    "5ms c gives a permit\n");
    assert_false(rondo_semaphore_locked(&f->semaphore));
}

/* SEM-07: with nobody behind it, the permit is free again. */
static void a_grant_cancelled_with_nobody_behind_is_free_again(void **state)
{
    struct fixture *f = *state;

    permits(f, 1);
    spawn(f, "a", release_then_cancel_b, 5 * MS);
    spawn(f, "b", hold, 0);
    expect_trace(f, "0ms a takes a permit\n5ms a gives a permit\n5ms b gives up: ECANCELED\n");
    assert_false(rondo_semaphore_locked(&f->semaphore));
}

static int release_two_and_newcomer(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    give(f);
    give(f);
    return take(f);
}

/* A permit that is free while a woken task has not run yet reaches who queued behind it. */
static void a_newcomer_behind_a_woken_waiter_gets_the_second_permit(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", take_one, 0);
    spawn(f, "b", release_two_and_newcomer, 5 * MS);
    expect_trace(f, "5ms b gives a permit\n"
                    "5ms b gives a permit\n"
                    "5ms a takes a permit\n"
                    "5ms b takes a permit\n");
}

static int cancel_a(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_cancel(role(f, "a"), NULL));
    return 0;
}

/* SEM-08: a cancelled acquire leaves no live waiter. */
static void a_cancelled_acquire_leaves_no_waiter(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", take_one, 0);
    spawn(f, "b", cancel_a, 5 * MS);
    expect_trace(f, "5ms a gives up: ECANCELED\n");
    rondo_semaphore_release(&f->semaphore);
    assert_false(rondo_semaphore_locked(&f->semaphore));
}

/* SEM-09: a bounded one refuses a release beyond its first value. */
static void a_bounded_semaphore_refuses_a_release_too_many(void **state)
{
    struct fixture *f = *state;

    f->semaphore = (rondo_semaphore)RONDO_BOUNDED_SEMAPHORE("bounded", 1);
    assert_int_equal(rondo_semaphore_release(&f->semaphore), RONDO_EMISUSE);
    spawn(f, "a", hold, 0);
    expect_trace(f, "0ms a takes a permit\n0ms a gives a permit\n");
    assert_int_equal(rondo_semaphore_release(&f->semaphore), RONDO_EMISUSE);
}

static int release_twice_then_cancel_b(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_semaphore_acquire(&f->semaphore) == 0);
    check(f, rondo_sleep(n) == 0);
    check(f, rondo_semaphore_release(&f->semaphore) == 0);
    note(f, "again: %s", rondo_err_name(rondo_semaphore_release(&f->semaphore)));
    check(f, rondo_cancel(role(f, "b"), NULL));
    return 0;
}

/* SEM-09: nor does a permit count twice while it is promised to a waiter, who may be cancelled. */
static void a_promised_permit_cannot_be_released_again(void **state)
{
    struct fixture *f = *state;

    f->semaphore = (rondo_semaphore)RONDO_BOUNDED_SEMAPHORE("bounded", 1);
    spawn(f, "a", release_twice_then_cancel_b, 5 * MS);
    spawn(f, "b", hold, 0);
    expect_trace(f, "5ms a again: EMISUSE\n5ms b gives up: ECANCELED\n");
    assert_int_equal(f->semaphore.value, 1);
}

/* An unbounded one counts up to what it can hold. */
static void a_release_that_would_overflow_is_misuse(void **state)
{
    struct fixture *f = *state;

    permits(f, UINT32_MAX);
    assert_int_equal(rondo_semaphore_release(&f->semaphore), RONDO_EMISUSE);
    assert_int_equal(rondo_semaphore_acquire(&f->semaphore), RONDO_EMISUSE); /* outside a task */
}

static int scoped(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = 0;

    RONDO_PERMIT(rc, &f->semaphore) {
        f->inside++;
        if (f->inside > f->inside_max)
            f->inside_max = f->inside;
        rc = rondo_sleep(n);
        f->inside--;
    }
    return rc;
}

/* A scoped permit comes back, and at most so many tasks are inside at once. */
static void at_most_so_many_tasks_are_inside(void **state)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g"};
    struct fixture *f = *state;

    permits(f, 3);
    for (int i = 0; i < 7; i++)
        spawn(f, names[i], scoped, (1 + i % 3) * MS);
    spawn(f, "weather", cancel_a, 0);
    expect_trace(f, "");
    assert_int_equal(f->inside_max, 3);
    assert_int_equal(f->inside, 0);
    assert_int_equal(f->semaphore.value, 3);
}

static void note_permits(void *self, const struct observed *event)
{
    struct fixture *f = self;

    if (event->object.kind == NULL || strcmp(event->object.kind, "semaphore") != 0)
        return;
    if (event->kind == OBSERVED_HELD)
        note(f, "seen to take %s", event->object.name);
    if (event->kind == OBSERVED_RELEASED)
        note(f, "seen to give back %s", event->object.name);
}

static size_t first(void *self, const struct observed_choice *choice)
{
    (void)self;
    (void)choice;
    return 0;
}

/* observe.h: an observer sees permits go and come, so a report knows who holds one. */
static void an_observer_sees_permits_go_and_come(void **state)
{
    struct fixture *f = *state;
    struct observer watcher = {.wanted = OBSERVED_USUAL,
                               .event = note_permits,
                               .pick = first,
                               .self = f};

    f->semaphore = (rondo_semaphore)RONDO_SEMAPHORE("permits", 1);
    observer = &watcher;
    spawn(f, "a", hold, 5 * MS);
    script_play(&f->script);
    observer = NULL;
    expect_noted(f, "0ms a seen to take permits\n"
                    "0ms a takes a permit\n"
                    "5ms a gives a permit\n"
                    "5ms a seen to give back permits\n");
}

static void release_in_a_callback(void *fixture)
{
    struct fixture *f = fixture;

    check(f, rondo_semaphore_release(&f->semaphore) == 0);
}

/* A callback may give a permit, as in asyncio; no task is seen to have given it. */
static void a_callback_may_give_a_permit(void **state)
{
    struct fixture *f = *state;
    struct observer watcher = {.wanted = OBSERVED_USUAL,
                               .event = note_permits,
                               .pick = first,
                               .self = f};

    f->semaphore = (rondo_semaphore)RONDO_SEMAPHORE("permits", 0);
    observer = &watcher;
    spawn(f, "a", take_one, 0);
    rondo_call_later(f->script.loop, 5 * MS, release_in_a_callback, f);
    script_play(&f->script);
    observer = NULL;
    expect_noted(f, "5ms a seen to take permits\n5ms a takes a permit\n");
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_semaphore_without_permits_is_locked),
        TEST(acquire_takes_a_permit_and_release_gives_it_back),
        TEST(a_permit_given_to_a_waiter_is_not_free),
        TEST(permits_go_to_waiters_in_order),
        TEST(a_releaser_goes_behind_the_waiters),
        TEST(several_releases_wake_several_waiters_before_new_tasks),
        TEST(cancelled_waiters_are_skipped),
        TEST(a_cancel_and_a_release_in_one_tick_reach_the_second),
        TEST(a_waiter_cancelled_after_its_grant_passes_it_on),
        TEST(a_grant_cancelled_with_nobody_behind_is_free_again),
        TEST(a_newcomer_behind_a_woken_waiter_gets_the_second_permit),
        TEST(a_cancelled_acquire_leaves_no_waiter),
        TEST(a_bounded_semaphore_refuses_a_release_too_many),
        TEST(a_promised_permit_cannot_be_released_again),
        TEST(a_release_that_would_overflow_is_misuse),
        TEST(at_most_so_many_tasks_are_inside),
        TEST(an_observer_sees_permits_go_and_come),
        TEST(a_callback_may_give_a_permit),
    };

    return play_all(tests);
}

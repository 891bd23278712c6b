/*
 * lock_test.c - mutual exclusion between tasks: asyncio's contracts LCK-*.
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
#include "lock.h"
#include "sleep.h"
#include "tests/lib/script.h"

struct fixture {
    struct script script;
    rondo_lock lock;
    int inside; /* tasks between acquire and release */
};

SCRIPT_FIXTURE(fixture)

static int take(struct fixture *f)
{
    int rc = rondo_lock_acquire(&f->lock);

    note(f, rc == 0 ? "takes lock" : "gives up: %s", rondo_err_name(rc));
    if (rc == 0)
        check(f, ++f->inside == 1);
    return rc;
}

static void give(struct fixture *f)
{
    f->inside--;
    note(f, "gives lock");
    check(f, rondo_lock_release(&f->lock) == 0);
}

/* Take the lock and hold it for `n`. */
static int hold(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(take(f));
    check(f, rondo_sleep(n) == 0);
    give(f);
    return 0;
}

/* LCK-01: waiters get the lock in the order they came, one at each release. */
static void a_released_lock_goes_to_the_task_that_waited_longest(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", hold, 5 * MS);
    spawn(f, "b", hold, 5 * MS);
    spawn(f, "c", hold, 5 * MS);
    expect_trace(f, "0ms a takes lock\n"
                    "5ms a gives lock\n"
                    "5ms b takes lock\n"
                    "10ms b gives lock\n"
                    "10ms c takes lock\n"
                    "15ms c gives lock\n");
}

/* LCK-02: releasing an open lock is misuse and changes nothing. */
static void releasing_an_open_lock_is_misuse(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_lock_release(&f->lock), RONDO_EMISUSE);
    assert_false(rondo_lock_locked(&f->lock));
    spawn(f, "a", hold, 0);
    expect_trace(f, "0ms a takes lock\n0ms a gives lock\n");
}

/* A task outside a loop cannot wait. */
static void acquiring_outside_a_task_is_misuse(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_lock_acquire(&f->lock), RONDO_EMISUSE);
    assert_false(rondo_lock_locked(&f->lock));
}

static int cancel_at(struct fixture *f, const char *name, int64_t when)
{
    check(f, rondo_sleep(when) == 0);
    check(f, rondo_cancel(role(f, name), NULL));
    return 0;
}

static int cancel_b(void *fixture, int64_t n)
{
    return cancel_at(fixture, "b", n);
}

/* LCK-03, LCK-04: a cancelled waiter leaves no entry; the release skips to the next. */
static void a_cancelled_waiter_is_skipped(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", hold, 5 * MS);
    spawn(f, "b", hold, 5 * MS);
    spawn(f, "c", hold, 5 * MS);
    spawn(f, "d", cancel_b, 3 * MS);
    expect_trace(f, "0ms a takes lock\n"
                    "3ms b gives up: ECANCELED\n"
                    "5ms a gives lock\n"
                    "5ms c takes lock\n"
                    "10ms c gives lock\n");
}

/* LCK-03: the only waiter is cancelled: the lock is open afterwards. */
static void a_lock_whose_only_waiter_was_cancelled_opens(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", hold, 5 * MS);
    spawn(f, "b", hold, 5 * MS);
    spawn(f, "d", cancel_b, 3 * MS);
    expect_trace(f, "0ms a takes lock\n3ms b gives up: ECANCELED\n5ms a gives lock\n");
    assert_false(rondo_lock_locked(&f->lock));
}

/* Take the lock, and at `n` release it and cancel the roles named. */
static int release_then_cancel_b(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(take(f));
    check(f, rondo_sleep(n) == 0);
    give(f);
    check(f, rondo_cancel(role(f, "b"), NULL));
    return 0;
}

/* LCK-05: cancelling a waiter that has just been woken hands the wake-up to the next. */
static void a_waiter_cancelled_after_it_was_woken_passes_the_lock_on(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", release_then_cancel_b, 5 * MS);
    spawn(f, "b", hold, 5 * MS);
    spawn(f, "c", hold, 5 * MS);
    spawn(f, "d", hold, 5 * MS);
    expect_trace(f, "0ms a takes lock\n"
                    "5ms a gives lock\n"
                    "5ms b gives up: ECANCELED\n"
                    "5ms c takes lock\n"
                    "10ms c gives lock\n"
                    "10ms d takes lock\n"
                    "15ms d gives lock\n");
}

/* LCK-05: with nobody behind it, the lock is open. */
static void a_woken_waiter_cancelled_with_nobody_behind_leaves_the_lock_open(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", release_then_cancel_b, 5 * MS);
    spawn(f, "b", hold, 5 * MS);
    expect_trace(f, "0ms a takes lock\n5ms a gives lock\n5ms b gives up: ECANCELED\n");
    assert_false(rondo_lock_locked(&f->lock));
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

/* LCK-06: a cancel and a release in one tick: exactly one other waiter gets the lock. */
static void a_cancel_and_a_release_in_one_tick_wake_one(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", cancel_b_then_release, 5 * MS);
    spawn(f, "b", hold, 5 * MS);
    spawn(f, "c", hold, 5 * MS);
    spawn(f, "d", hold, 5 * MS);
    expect_trace(f, "0ms a takes lock\n"
                    "5ms a gives lock\n"
                    "5ms b gives up: ECANCELED\n"
                    "5ms c takes lock\n"
                    "10ms c gives lock\n"
                    "10ms d takes lock\n"
                    "15ms d gives lock\n");
}

static int cancel_c_then_release(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(take(f));
    check(f, rondo_sleep(n) == 0);
    check(f, rondo_cancel(role(f, "c"), NULL));
    give(f);
    return 0;
}

/* LCK-06: also when the one that is cancelled was not first in line: its step runs before that of
 * the woken one, and must not wake a second. */
static void a_waiter_cancelled_behind_the_woken_one_wakes_nobody(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", cancel_c_then_release, 5 * MS);
    spawn(f, "b", hold, 5 * MS);
    spawn(f, "c", hold, 5 * MS);
    spawn(f, "d", hold, 5 * MS);
    expect_trace(f, "0ms a takes lock\n"
                    "5ms a gives lock\n"
                    "5ms c gives up: ECANCELED\n"
                    "5ms b takes lock\n"
                    "10ms b gives lock\n"
                    "10ms d takes lock\n"
                    "15ms d gives lock\n");
}

static int release_and_look(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(take(f));
    note(f, "%s", rondo_lock_locked(&f->lock) ? "locked" : "open");
    check(f, rondo_sleep(n) == 0);
    give(f);
    note(f, "%s", rondo_lock_locked(&f->lock) ? "locked" : "open");
    return 0;
}

/* LCK-07: locked() is false right after a release; with waiters, until the woken one runs. */
static void a_lock_is_open_from_its_release_until_the_woken_task_runs(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", release_and_look, 5 * MS);
    spawn(f, "b", hold, 0);
    expect_trace(f, "0ms a takes lock\n"
                    "0ms a locked\n"
                    "5ms a gives lock\n"
                    "5ms a open\n"
                    "5ms b takes lock\n"
                    "5ms b gives lock\n");
}

static int release_and_take_again(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(take(f));
    check(f, rondo_sleep(n) == 0);
    give(f);
    RONDO_TRY(take(f));
    give(f);
    return 0;
}

/* OWN-01: neither the releaser nor a newcomer overtakes a task that was woken. */
static void nobody_overtakes_a_woken_waiter(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", release_and_take_again, 5 * MS);
    spawn(f, "b", hold, 1 * MS);
    expect_trace(f, "0ms a takes lock\n"
                    "5ms a gives lock\n"
                    "5ms b takes lock\n"
                    "6ms b gives lock\n"
                    "6ms a takes lock\n"
                    "6ms a gives lock\n");
}

static int take_twice_at_once(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int before = iterations(f);

    (void)n;
    for (int i = 0; i < 2; i++) {
        check(f, rondo_lock_acquire(&f->lock) == 0);
        check(f, rondo_lock_release(&f->lock) == 0);
    }
    check(f, iterations(f) == before);
    return 0;
}

/* An open lock is taken without a switch. */
static void taking_an_open_lock_does_not_suspend(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", take_twice_at_once, 0);
    expect_trace(f, "");
}

static int take_twice(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    RONDO_TRY(take(f));
    return take(f);
}

/* A task that takes a lock twice waits for itself. */
static void a_lock_is_not_reentrant(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", take_twice, 0);
    expect_trace(f, "0ms a takes lock\n0ms a never ends\n");
}

static int release_only(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    give(f);
    return 0;
}

static int take_and_keep(void *fixture, int64_t n)
{
    (void)n;
    return take(fixture);
}

/* Any task may release, as in asyncio. */
static void another_task_may_release(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", take_and_keep, 0);
    spawn(f, "b", hold, 1 * MS);
    spawn(f, "c", release_only, 5 * MS);
    expect_trace(f, "0ms a takes lock\n5ms c gives lock\n5ms b takes lock\n6ms b gives lock\n");
}

/* Who was last reported to have released something. */
static struct subject releaser;

static void note_release(void *self, const struct observed *event)
{
    (void)self;
    if (event->kind == OBSERVED_RELEASED)
        releaser = event->who;
}

static size_t first(void *self, const struct observed_choice *choice)
{
    (void)self;
    (void)choice;
    return 0;
}

/* observe.h: RELEASED names who holds it no longer, also when another task released it: name and
 * number must be one and the same task's. */
static void a_release_by_another_task_is_reported_as_the_holders(void **state)
{
    struct fixture *f = *state;
    struct observer watcher = {.wanted = OBSERVED_USUAL, .event = note_release, .pick = first};

    observer = &watcher;
    spawn(f, "a", take_and_keep, 0);
    spawn(f, "c", release_only, 5 * MS);
    script_play(&f->script);
    observer = NULL;
    assert_int_equal(releaser.id, 1);
    assert_true(releaser.name == NULL || strcmp(releaser.name, "a") == 0);
}

static int leave_by_break(struct fixture *f)
{
    int rc = 0;

    RONDO_LOCKED(rc, &f->lock) {
        check(f, rondo_lock_locked(&f->lock));
        break;
    }
    return rc;
}

static int leave_by_return(struct fixture *f)
{
    int rc = 0;

    RONDO_LOCKED(rc, &f->lock) {
        check(f, rondo_lock_locked(&f->lock));
        return 7;
    }
    return rc;
}

static int scoped(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = 0;

    (void)n;
    RONDO_LOCKED(rc, &f->lock) {
        note(f, "inside");
        rc = RONDO_EUSER;
    }
    check(f, rc == RONDO_EUSER && !rondo_lock_locked(&f->lock));
    check(f, leave_by_break(f) == 0 && !rondo_lock_locked(&f->lock));
    check(f, leave_by_return(f) == 7 && !rondo_lock_locked(&f->lock));
    return 0;
}

/* LCK-08: a scoped lock is released however the block is left. */
static void a_scoped_lock_is_released_however_the_block_is_left(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", scoped, 0);
    expect_trace(f, "0ms a inside\n");
}

static int scoped_and_cancelled(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = 0;

    RONDO_LOCKED(rc, &f->lock) {
        note(f, "inside");
        rc = rondo_sleep(n);
    }
    note(f, "left with %s", rondo_err_name(rc));
    return rc;
}

/* LCK-08: cancelled while waiting, the block is skipped; cancelled inside, the lock is released. */
static void a_cancelled_scope_leaves_the_lock_open(void **state)
{
    struct fixture *f = *state;

    spawn(f, "b", scoped_and_cancelled, RONDO_S(1));
    spawn(f, "c", scoped_and_cancelled, 1 * MS);
    spawn(f, "d", cancel_b, 3 * MS);
    expect_trace(f, "0ms b inside\n"
                    "3ms b left with ECANCELED\n"
                    "3ms c inside\n"
                    "4ms c left with OK\n");
    assert_false(rondo_lock_locked(&f->lock));
}

static int storm(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    for (int i = 0; i < 20; i++) {
        int rc = rondo_lock_acquire(&f->lock);

        if (rc == 0) {
            check(f, ++f->inside == 1);
            rc = rondo_sleep((n + i) % 3 * MS);
            f->inside--;
            check(f, rondo_lock_release(&f->lock) == 0);
        }
        if (rc < 0)
            check(f, rondo_uncancel(rondo_current_task()) >= 0);
    }
    return 0;
}

static int cancel_all_the_time(void *fixture, int64_t n)
{
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    struct fixture *f = fixture;

    for (int64_t i = 0; i < n; i++) {
        rondo_cancel(role(f, names[i * 7 % 5]), NULL);
        if (i % 3 == 0)
            check(f, rondo_sleep(i % 2 * MS) == 0);
    }
    return 0;
}

/* However waiters and holders are cancelled: one task inside at a time, and nobody is forgotten. */
static void a_storm_of_cancels_breaks_nothing(void **state)
{
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    struct fixture *f = *state;

    for (int i = 0; i < 5; i++)
        spawn(f, names[i], storm, i);
    spawn(f, "weather", cancel_all_the_time, 150);
    expect_trace(f, "");
    assert_false(rondo_lock_locked(&f->lock));
}

static int take_and_release(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    RONDO_TRY(rondo_lock_acquire(&f->lock));
    RONDO_TRY(rondo_sleep(0));
    return rondo_lock_release(&f->lock);
}

/* A lock takes no memory: it cannot fail. */
static void a_lock_takes_no_memory(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", take_and_release, 0);
    spawn(f, "b", take_and_release, 0);
    memory_fail(&f->script.memory, 0);
    expect_trace(f, "");
    assert_int_equal(f->script.memory.requests, 0);
}

static void release_in_a_callback(void *fixture)
{
    struct fixture *f = fixture;

    check(f, rondo_lock_release(&f->lock) == 0);
}

/* A callback may release what a task has taken, as in asyncio. */
static void a_callback_may_release(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", take_and_keep, 0);
    spawn(f, "b", take_and_keep, 0);
    f->inside = -1; /* for each of the two */
    rondo_call_later(f->script.loop, 5 * MS, release_in_a_callback, f);
    script_play(&f->script);
    assert_true(rondo_done(role(f, "b")));
    assert_true(rondo_lock_locked(&f->lock));
}

static void ignore_exception(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    (void)loop;
    (void)exception;
    (void)arg;
}

static int hold_in_another_loop(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    RONDO_TRY(rondo_lock_acquire(&f->lock));
    check(f, ++f->inside == 1);
    RONDO_TRY(rondo_sleep(RONDO_MS(1)));
    f->inside--;
    return rondo_lock_release(&f->lock);
}

/* A lock outlives the loop: a task that had been woken, and was given up with it, takes nothing
 * along. */
static void a_lock_outlives_the_loop_of_who_was_woken(void **state)
{
    struct fixture *f = *state;
    struct manual_loop other;
    rondo_task *tasks[2];

    spawn(f, "a", hold, 0);
    spawn(f, "b", hold, 0);
    for (int i = 0; i < 2; i++)
        iterate_once(f); /* a has released, b is woken */
    assert_int_equal(f->lock.waiters.woken, 1);
    rondo_loop_set_exception_handler(f->script.loop, ignore_exception, NULL);
    assert_int_equal(close_loop(f), 0);
    assert_int_equal(f->lock.waiters.woken, 0);
    manual_loop_init(&other);
    for (int i = 0; i < 2; i++)
        tasks[i] = rondo_loop_create_task(&other.loop, hold_in_another_loop, f);
    for (int i = 0; i < 2; i++)
        assert_int_equal(rondo_loop_run_until_complete(&other.loop, tasks[i], NULL), 0);
    rondo_unref_all(tasks, 2);
    assert_int_equal(rondo_loop_close(&other.loop), 0);
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_released_lock_goes_to_the_task_that_waited_longest),
        TEST(releasing_an_open_lock_is_misuse),
        TEST(acquiring_outside_a_task_is_misuse),
        TEST(a_cancelled_waiter_is_skipped),
        TEST(a_lock_whose_only_waiter_was_cancelled_opens),
        TEST(a_waiter_cancelled_after_it_was_woken_passes_the_lock_on),
        TEST(a_woken_waiter_cancelled_with_nobody_behind_leaves_the_lock_open),
        TEST(a_cancel_and_a_release_in_one_tick_wake_one),
        TEST(a_waiter_cancelled_behind_the_woken_one_wakes_nobody),
        TEST(a_lock_is_open_from_its_release_until_the_woken_task_runs),
        TEST(nobody_overtakes_a_woken_waiter),
        TEST(taking_an_open_lock_does_not_suspend),
        TEST(a_lock_is_not_reentrant),
        TEST(another_task_may_release),
        TEST(a_release_by_another_task_is_reported_as_the_holders),
        TEST(a_scoped_lock_is_released_however_the_block_is_left),
        TEST(a_cancelled_scope_leaves_the_lock_open),
        TEST(a_storm_of_cancels_breaks_nothing),
        TEST(a_lock_takes_no_memory),
        TEST(a_callback_may_release),
        TEST(a_lock_outlives_the_loop_of_who_was_woken),
    };

    return play_all(tests);
}

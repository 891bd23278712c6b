/*
 * wait_test.c - waiting for some of several futures: asyncio's contracts WAIT-*.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The system's headers of that name are still themselves beside ours. */
#include <sys/wait.h>
#include <wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sleep.h"
#include "task_core.h"
#include "tests/lib/children.h"
#include "wait.h"

_Static_assert(WNOHANG == 1, "<wait.h> is the system's");

struct fixture {
    CHILDREN_FIXTURE;
    rondo_return_when when;
    int64_t limit;
    bool done[CHILDREN];
    int rc;
};

static int fixture_open(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    children_open(f);
    f->limit = RONDO_FOREVER;
    *state = f;
    return 0;
}

static int fixture_close(void **state)
{
    observer = NULL;
    return children_teardown(*state);
}

/* Wait for the children, `n` times; note how many were done and which: "2 +-+". */
static int wait_for_some(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    for (int64_t i = 0; i < n; i++) {
        f->rc = rondo_wait(f->children, CHILDREN, f->when, f->limit, f->done);
        if (f->rc < 0)
            note(f, "%s \"%s\"", rondo_err_name(f->rc), rondo_error_text());
        else
            note(f, "%d %c%c%c", f->rc, f->done[0] ? '+' : '-', f->done[1] ? '+' : '-',
                 f->done[2] ? '+' : '-');
    }
    return f->rc;
}

static int cancel_w(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_cancel(role(f, "w"), "why"));
    return 0;
}

/* WAIT-01: waiting for all ends with the last; again, it takes no time. */
static void waiting_for_all_ends_with_the_last(void **state)
{
    struct fixture *f = *state;

    spawn(f, "w", wait_for_some, 2);
    spawn(f, "a", complete_child, 30);
    spawn(f, "b", complete_child, 11);
    spawn(f, "c", complete_child, 22);
    expect_trace(f, "3ms w 3 +++\n3ms w 3 +++\n");
}

static int note_once(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    note(f, "turn");
    check(f, rondo_sleep(0) == 0);
    note(f, "turn");
    check(f, rondo_sleep(0) == 0);
    note(f, "turn");
    return (int)n;
}

/* WAIT-01: when all are done it still suspends, for two turns, as CPython does (own probe). */
static void waiting_for_what_is_done_takes_two_turns(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < CHILDREN; i++)
        rondo_set_result(f->children[i], i);
    spawn(f, "w", wait_for_some, 1);
    spawn(f, "other", note_once, 0);
    expect_trace(f, "0ms other turn\n0ms other turn\n0ms w 3 +++\n0ms other turn\n");
}

/* WAIT-02: waiting for the first leaves the others running. */
static void waiting_for_the_first_leaves_the_others_running(void **state)
{
    struct fixture *f = *state;

    f->when = RONDO_FIRST_COMPLETED;
    spawn(f, "x", nap, 5 * MS);
    adopt(f, 0, "x");
    spawn(f, "y", nap, 2 * MS);
    adopt(f, 1, "y");
    spawn(f, "w", wait_for_some, 1);
    expect_trace(f, "2ms y ends with OK\n2ms w 1 -+-\n5ms x ends with OK\n");
    assert_false(rondo_done(f->children[2]));
}

/* WAIT-02: a failure and a cancellation are ends too. */
static void a_failure_or_a_cancellation_is_an_end(void **state)
{
    struct fixture *f = *state;

    f->when = RONDO_FIRST_COMPLETED;
    spawn(f, "a", fail_child, 10);
    spawn(f, "w", wait_for_some, 1);
    expect_trace(f, "1ms w 1 +--\n");
    rondo_cancel(f->children[1], NULL);
    rondo_future_result(f->children[0], NULL);
    spawn(f, "again", wait_for_some, 1);
    expect_trace(f, "1ms w 1 +--\n1ms again 2 ++-\n");
}

static int complete_two(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_set_result(f->children[2], 2) == 0);
    check(f, rondo_sleep(0) == 0);
    check(f, rondo_set_result(f->children[0], 0) == 0);
    return 0;
}

/* WAIT-03: what ends before the waiting task gets its turn is among the done. */
static void what_ends_before_the_waiters_turn_is_done(void **state)
{
    struct fixture *f = *state;

    f->when = RONDO_FIRST_COMPLETED;
    spawn(f, "a", complete_two, 1 * MS);
    spawn(f, "w", wait_for_some, 1);
    expect_trace(f, "1ms w 2 +-+\n");
}

/* WAIT-04: a failure ends a wait for the first failure; values and cancellations do not. */
static void waiting_for_a_failure_is_ended_by_one(void **state)
{
    struct fixture *f = *state;

    f->when = RONDO_FIRST_ERROR;
    spawn(f, "w", wait_for_some, 1);
    spawn(f, "a", complete_child, 10);
    spawn(f, "b", fail_child, 32);
    expect_trace(f, "3ms w 2 +-+\n");
}

/* WAIT-04: a failure from before the wait counts. */
static void a_failure_from_before_ends_the_wait(void **state)
{
    struct fixture *f = *state;

    f->when = RONDO_FIRST_ERROR;
    rondo_set_error(f->children[1], RONDO_EUSER, "early");
    spawn(f, "w", wait_for_some, 1);
    expect_trace(f, "0ms w 1 -+-\n");
}

/* WAIT-04: without a failure it is a wait for all; a cancellation is none. */
static void without_a_failure_it_waits_for_all(void **state)
{
    struct fixture *f = *state;

    f->when = RONDO_FIRST_ERROR;
    spawn(f, "w", wait_for_some, 1);
    spawn(f, "a", cancel_child, 10);
    spawn(f, "b", complete_child, 21);
    spawn(f, "c", complete_child, 32);
    expect_trace(f, "3ms w 3 +++\n");
}

/* WAIT-05: failures stay where they are; the wait succeeds. */
static void a_wait_does_not_fail_with_its_futures(void **state)
{
    struct fixture *f = *state;

    spawn(f, "w", wait_for_some, 1);
    spawn(f, "a", fail_child, 10);
    spawn(f, "b", cancel_child, 11);
    spawn(f, "c", complete_child, 12);
    expect_trace(f, "1ms w 3 +++\n");
    assert_int_equal(rondo_future_result(f->children[0], NULL), RONDO_EUSER - 10);
    assert_string_equal(rondo_future_error_text(f->children[0]), "broken");
    assert_int_equal(rondo_future_result(f->children[1], NULL), RONDO_ECANCELED);
}

/* WAIT-05: a failure that was only waited for has not been looked at. */
static void a_failure_that_was_waited_for_is_not_retrieved(void **state)
{
    struct fixture *f = *state;

    f->when = RONDO_FIRST_ERROR;
    spawn(f, "w", wait_for_some, 1);
    spawn(f, "a", fail_child, 10);
    expect_trace(f, "1ms w 1 +--\n");
    assert_false(f->children[0]->retrieved);
}

/* WAIT-06: at the limit there is what there is; nothing is cancelled. */
static void at_the_limit_nothing_is_cancelled(void **state)
{
    struct fixture *f = *state;

    f->limit = 4 * MS;
    spawn(f, "x", nap, 9 * MS);
    adopt(f, 0, "x");
    spawn(f, "w", wait_for_some, 1);
    spawn(f, "a", complete_child, 21);
    expect_trace(f, "4ms w 1 -+-\n9ms x ends with OK\n");
    assert_false(rondo_done(f->children[2]));
}

/* WAIT-06: with no time at all, what is done is told after one trip round the queue. */
static void with_no_time_it_tells_what_is_done(void **state)
{
    struct fixture *f = *state;

    rondo_set_result(f->children[2], 1);
    f->limit = 0;
    spawn(f, "w", wait_for_some, 1);
    script_play(&f->script);
    f->limit = -RONDO_S(1);
    spawn(f, "v", wait_for_some, 1);
    expect_trace(f, "0ms w 1 --+\n0ms v 1 --+\n");
}

/* WAIT-06: nothing done in time is 0, not an error. */
static void a_wait_that_saw_nothing_gives_0(void **state)
{
    struct fixture *f = *state;

    f->limit = 4 * MS;
    spawn(f, "w", wait_for_some, 2);
    expect_trace(f, "4ms w 0 ---\n8ms w 0 ---\n");
}

/* A limit that was not needed leaves no timer. */
static void a_limit_that_was_not_needed_leaves_no_timer(void **state)
{
    struct fixture *f = *state;

    f->limit = RONDO_S(5);
    f->when = RONDO_FIRST_COMPLETED;
    spawn(f, "w", wait_for_some, 1);
    spawn(f, "a", complete_child, 10);
    expect_trace(f, "1ms w 1 +--\n");
    assert_int_equal(deadlines_count(&f->script.loop->deadlines), 0);
    expect_time(f, 1 * MS);
}

static int complete_and_count_timers(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    size_t limits = f->limit < RONDO_FOREVER;

    check(f, rondo_sleep(0) == 0);
    check(f, deadlines_count(&f->script.loop->deadlines) == limits);
    check(f, rondo_set_result(f->children[n], 0) == 0);
    check(f, rondo_sleep(0) == 0); /* now "w" has been woken, but has not run */
    note(f, "%zu timers", deadlines_count(&f->script.loop->deadlines));
    return 0;
}

/* The timer goes with the end that was waited for, before the waiter's turn; as in CPython. */
static void the_timer_goes_with_the_end_that_was_waited_for(void **state)
{
    struct fixture *f = *state;

    f->limit = RONDO_S(5);
    f->when = RONDO_FIRST_COMPLETED;
    spawn(f, "w", wait_for_some, 1);
    spawn(f, "a", complete_and_count_timers, 0);
    expect_trace(f, "0ms a 0 timers\n0ms w 1 +--\n");
}

/* Without a limit there is no timer. */
static void without_a_limit_there_is_no_timer(void **state)
{
    struct fixture *f = *state;

    f->when = RONDO_FIRST_COMPLETED;
    spawn(f, "w", wait_for_some, 1);
    spawn(f, "a", complete_and_count_timers, 0);
    expect_trace(f, "0ms a 0 timers\n0ms w 1 +--\n");
}

/* WAIT-07: what ends at the instant of the limit is done, if its timer is the older. */
static void what_ends_at_the_instant_of_the_limit_is_done(void **state)
{
    struct fixture *f = *state;

    f->limit = 4 * MS;
    spawn(f, "x", nap, 4 * MS);
    adopt(f, 0, "x");
    spawn(f, "w", wait_for_some, 1);
    expect_trace(f, "4ms x ends with OK\n4ms w 1 +--\n");
}

/* OWN-04: if the limit's timer is the older, it is not. */
static void at_a_tie_the_older_timer_decides(void **state)
{
    struct fixture *f = *state;

    f->limit = 4 * MS;
    spawn(f, "w", wait_for_some, 1);
    spawn(f, "x", nap, 4 * MS);
    adopt(f, 0, "x");
    expect_trace(f, "4ms w 0 ---\n4ms x ends with OK\n");
}

/* WAIT-08: a future given twice is counted once, and marked at each place. */
static void a_duplicate_is_counted_once(void **state)
{
    struct fixture *f = *state;

    rondo_unref(f->children[2]);
    f->children[2] = rondo_ref(f->children[0]);
    spawn(f, "w", wait_for_some, 2);
    spawn(f, "a", complete_child, 10);
    spawn(f, "b", complete_child, 21);
    expect_trace(f, "2ms w 2 +++\n2ms w 2 +++\n");
}

static int wait_wrongly(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_future *foreign = f->children[0];
    struct manual_loop other;
    int before = iterations(f);

    (void)n;
    check(f, rondo_wait(f->children, 0, RONDO_ALL_COMPLETED, 0, f->done) == RONDO_EINVAL);
    check(f, rondo_wait(NULL, 0, RONDO_ALL_COMPLETED, 0, NULL) == RONDO_EINVAL);
    check(f, rondo_wait(f->children, 3, (rondo_return_when)3, 0, f->done) == RONDO_EINVAL);
    check(f, rondo_wait(f->children, 3, (rondo_return_when)-1, 0, f->done) == RONDO_EINVAL);
    manual_loop_init(&other);
    f->children[0] = rondo_create_future(&other.loop);
    check(f, rondo_wait(f->children, 3, RONDO_ALL_COMPLETED, 0, f->done) == RONDO_EMISUSE);
    rondo_unref(f->children[0]);
    f->children[0] = NULL;
    check(f, rondo_wait(f->children, 3, RONDO_ALL_COMPLETED, 0, f->done) == RONDO_ENOMEM);
    f->children[0] = foreign;
    check(f, iterations(f) == before);
    return 0;
}

/* WAIT-09: waiting for nothing, with a condition that does not exist, for a future of another loop,
 * or for a spawn that failed: told at once. */
static void what_cannot_be_waited_for_is_refused(void **state)
{
    struct fixture *f = *state;

    f->done[1] = true;
    spawn(f, "w", wait_wrongly, 0);
    expect_trace(f, "");
    assert_true(f->done[1]); /* untouched */
}

/* WAIT-09: outside a task it is misuse. */
static void waiting_outside_a_task_is_misuse(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_wait(f->children, CHILDREN, RONDO_ALL_COMPLETED, 0, NULL),
                     RONDO_EMISUSE);
}

/* WAIT-10: cancelling the task that waits leaves what it waits for alone. */
static void cancelling_the_waiter_leaves_the_futures_alone(void **state)
{
    struct fixture *f = *state;

    spawn(f, "x", nap, 9 * MS);
    adopt(f, 0, "x");
    f->done[1] = true;
    spawn(f, "w", wait_for_some, 1);
    spawn(f, "a", cancel_w, 3 * MS);
    expect_trace(f, "3ms w ECANCELED \"why\"\n9ms x ends with OK\n");
    assert_true(rondo_cancelled(role(f, "w")));
    assert_true(f->done[1]); /* untouched */
    for (int i = 1; i < CHILDREN; i++)
        assert_false(rondo_done(f->children[i]));
}

static int complete_all_then_cancel_w(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    for (int i = 0; i < CHILDREN; i++)
        check(f, rondo_set_result(f->children[i], i) == 0);
    for (int64_t i = 0; i < n; i++)
        check(f, rondo_sleep(0) == 0);
    check(f, rondo_cancel(role(f, "w"), "late"));
    return 0;
}

/* WAIT-10: and leaves no timer. */
static void cancelling_the_waiter_leaves_no_timer(void **state)
{
    struct fixture *f = *state;

    f->limit = RONDO_S(5);
    spawn(f, "w", wait_for_some, 1);
    spawn(f, "a", cancel_w, 3 * MS);
    expect_trace(f, "3ms w ECANCELED \"why\"\n");
    assert_int_equal(deadlines_count(&f->script.loop->deadlines), 0);
    expect_time(f, 3 * MS);
}

/* WAIT-10: a cancel between the last end and the waiter's turn is not lost. */
static void a_cancel_before_the_waiters_turn_counts(void **state)
{
    struct fixture *f = *state;

    spawn(f, "w", wait_for_some, 1);
    spawn(f, "a", complete_all_then_cancel_w, 1);
    expect_trace(f, "0ms w ECANCELED \"late\"\n");
}

/* WAIT-10: also in the iteration of the last end itself. */
static void a_cancel_together_with_the_last_end_counts(void **state)
{
    struct fixture *f = *state;

    spawn(f, "w", wait_for_some, 1);
    spawn(f, "a", complete_all_then_cancel_w, 0);
    expect_trace(f, "0ms w ECANCELED \"late\"\n");
}

static int let_go(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    rondo_unref_all(f->children, CHILDREN);
    for (int i = 0; i < CHILDREN; i++)
        f->children[i] = NULL;
    return 0;
}

/* The futures are held while they are waited for. */
static void the_futures_may_be_let_go_meanwhile(void **state)
{
    struct fixture *f = *state;

    f->limit = 4 * MS;
    spawn(f, "w", wait_for_some, 1);
    spawn(f, "a", let_go, 1 * MS);
    expect_trace(f, "4ms w 0 ---\n");
}

/* An observer sees whom the wait is for: each pending task owes it its end, until it is over. */
static void the_tasks_owe_the_wait_their_ends(void **state)
{
    struct fixture *f = *state;
    const struct observer watching = observer_of_waits(f);

    observer = &watching;
    f->limit = 4 * MS;
    spawn(f, "x", nap, 9 * MS);
    adopt(f, 0, "x");
    spawn(f, "y", nap, 2 * MS);
    adopt(f, 1, "y");
    spawn(f, "w", wait_for_some, 1);
    expect_trace(f, "0ms w is owed by x\n0ms w is owed by y\n0ms w blocks\n"
                    "2ms y ends with OK\n2ms no longer by y\n"
                    "4ms w no longer by x\n4ms w 1 -+-\n9ms x ends with OK\n");
    observer = NULL;
}

/* Spawn three, wait for them, failing the `n`-th allocation. */
static int sweep(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_task *tasks[CHILDREN];
    int rc;

    memory_fail(&f->script.memory, (size_t)n);
    spawn_answers(tasks);
    rc = rondo_wait(tasks, CHILDREN, RONDO_ALL_COMPLETED, RONDO_S(1), NULL);
    sweep_over(f);
    check(f, rc == CHILDREN || rc == RONDO_ENOMEM);
    rondo_unref_all(tasks, CHILDREN);
    return 0;
}

/* Whichever allocation fails: a clean code, and nothing is left. */
static void a_wait_without_memory_fails_cleanly(void **state)
{
    struct fixture *f = *state;

    expect_sweep(f, sweep, 4, 30);
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(waiting_for_all_ends_with_the_last),
        TEST(waiting_for_what_is_done_takes_two_turns),
        TEST(waiting_for_the_first_leaves_the_others_running),
        TEST(a_failure_or_a_cancellation_is_an_end),
        TEST(what_ends_before_the_waiters_turn_is_done),
        TEST(waiting_for_a_failure_is_ended_by_one),
        TEST(a_failure_from_before_ends_the_wait),
        TEST(without_a_failure_it_waits_for_all),
        TEST(a_wait_does_not_fail_with_its_futures),
        TEST(a_failure_that_was_waited_for_is_not_retrieved),
        TEST(at_the_limit_nothing_is_cancelled),
        TEST(with_no_time_it_tells_what_is_done),
        TEST(a_wait_that_saw_nothing_gives_0),
        TEST(a_limit_that_was_not_needed_leaves_no_timer),
        TEST(the_timer_goes_with_the_end_that_was_waited_for),
        TEST(without_a_limit_there_is_no_timer),
        TEST(what_ends_at_the_instant_of_the_limit_is_done),
        TEST(cancelling_the_waiter_leaves_no_timer),
        TEST(at_a_tie_the_older_timer_decides),
        TEST(a_duplicate_is_counted_once),
        TEST(what_cannot_be_waited_for_is_refused),
        TEST(waiting_outside_a_task_is_misuse),
        TEST(cancelling_the_waiter_leaves_the_futures_alone),
        TEST(a_cancel_before_the_waiters_turn_counts),
        TEST(a_cancel_together_with_the_last_end_counts),
        TEST(the_futures_may_be_let_go_meanwhile),
        TEST(the_tasks_owe_the_wait_their_ends),
        TEST(a_wait_without_memory_fails_cleanly),
    };

    return play_all(tests);
}

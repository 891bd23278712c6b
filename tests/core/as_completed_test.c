/*
 * as_completed_test.c - futures in the order in which they end: asyncio's contracts ASC-*.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "as_completed.h"
#include "sleep.h"
#include "task_core.h"
#include "tests/lib/children.h"

struct fixture {
    CHILDREN_FIXTURE;
    int64_t limit;
    rondo_as_completed shared; /* for tests in which several tasks are in one */
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

/* Note which of the children `future` is, and what came of it: "1 OK". */
static void note_child(struct fixture *f, rondo_future *future)
{
    int i = 0;

    while (i < CHILDREN && f->children[i] != future)
        i++;
    note(f, "%d %s", i, rondo_err_name(rondo_await(future, NULL)));
}

/* Note each of the children as it comes, and the end; stop after `n` of them, if not 0. */
static int iterate(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_future *future = NULL;
    int64_t count = 0;
    int rc = 77;

    RONDO_AS_COMPLETED(rc, future, f->children, CHILDREN, f->limit) {
        check(f, rc == 1 && rondo_done(future));
        note_child(f, future);
        if (++count == n)
            break;
        if (rondo_cancelled(future))
            continue;
        rc = 88; /* is lost */
    }
    if (count == 0 || count != n)
        note(f, "%s \"%s\"", rondo_err_name(rc), rondo_error_text());
    return rc < 0 ? rc : 0;
}

/* Nothing of an iteration is left in the loop or in the lines of the children. */
static void assert_nothing_is_left(struct fixture *f)
{
    assert_int_equal(deadlines_count(&f->script.loop->deadlines), 0);
    assert_true(list_empty(&f->script.loop->ready));
    for (int i = 0; i < CHILDREN; i++)
        assert_true(list_empty(&f->children[i]->waiters));
}

/* ASC-01: the futures come in the order of their ends, whatever that order was in the array. */
static void futures_come_in_the_order_of_their_ends(void **state)
{
    struct fixture *f = *state;

    spawn(f, "i", iterate, 0);
    spawn(f, "a", complete_child, 30);
    spawn(f, "b", cancel_child, 11);
    spawn(f, "c", complete_child, 22);
    expect_trace(f, "1ms i 1 ECANCELED\n2ms i 2 OK\n3ms i 0 OK\n3ms i OK \"child gone\"\n");
}

/* ASC-01: of those that end together, the one that ended first comes first. */
static void of_two_ends_in_one_instant_the_first_comes_first(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", complete_child, 12);
    spawn(f, "b", complete_child, 10);
    spawn(f, "i", iterate, 0);
    spawn(f, "c", complete_child, 21);
    expect_trace(f, "1ms i 2 OK\n1ms i 0 OK\n2ms i 1 OK\n2ms i OK \"\"\n");
}

/* ASC-01: those that are done before come in the order of the array. */
static void futures_that_are_done_come_in_their_order(void **state)
{
    struct fixture *f = *state;

    for (int i = CHILDREN; i-- > 0;)
        rondo_set_result(f->children[i], i);
    spawn(f, "i", iterate, 0);
    expect_trace(f, "0ms i 0 OK\n0ms i 1 OK\n0ms i 2 OK\n0ms i OK \"\"\n");
}

/* ASC-02: when the time is up, what has not come is a timeout; the tasks go on. */
static void when_the_time_is_up_the_iteration_times_out(void **state)
{
    struct fixture *f = *state;

    f->limit = 4 * MS;
    spawn(f, "x", nap, 9 * MS);
    adopt(f, 0, "x");
    spawn(f, "i", iterate, 0);
    spawn(f, "a", complete_child, 21);
    expect_trace(f, "2ms i 1 OK\n4ms i ETIMEDOUT \"\"\n9ms x ends with OK\n");
    assert_false(rondo_done(f->children[2]));
}

static int iterate_by_hand(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_as_completed each;
    rondo_future *future;

    check(f, rondo_as_completed_open(&each, f->children, CHILDREN, f->limit) == 0);
    check(f, rondo_sleep(n) == 0);
    for (int i = 0; i < 4; i++) {
        int rc = rondo_as_completed_next(&each, &future);

        if (rc > 0)
            note_child(f, future);
        else
            note(f, "%s", rondo_err_name(rc));
    }
    rondo_as_completed_close(&each);
    rondo_as_completed_close(&each);
    check(f, rondo_as_completed_next(&each, &future) == 0);
    return 0;
}

/* ASC-02: what came in time is handed out first, then one timeout for each of the rest. */
static void each_of_the_rest_is_a_timeout(void **state)
{
    struct fixture *f = *state;

    f->limit = 4 * MS;
    spawn(f, "i", iterate_by_hand, 6 * MS);
    spawn(f, "a", complete_child, 21);
    spawn(f, "b", complete_child, 52);
    expect_trace(f, "6ms i 1 OK\n6ms i ETIMEDOUT\n6ms i ETIMEDOUT\n6ms i OK\n");
}

/* ASC-02: with no time at all, those that are done still come. */
static void with_no_time_those_that_are_done_come(void **state)
{
    struct fixture *f = *state;

    rondo_set_result(f->children[1], 1);
    f->limit = 0;
    spawn(f, "i", iterate, 0);
    script_play(&f->script);
    f->limit = -RONDO_S(1);
    spawn(f, "j", iterate, 0);
    expect_trace(f, "0ms i 1 OK\n0ms i ETIMEDOUT \"\"\n0ms j 1 OK\n0ms j ETIMEDOUT \"\"\n");
}

/* ASC-03: a limit that was not needed leaves no timer. */
static void a_limit_that_was_not_needed_leaves_no_timer(void **state)
{
    struct fixture *f = *state;

    f->limit = RONDO_S(5);
    for (int i = 0; i < CHILDREN; i++)
        rondo_set_result(f->children[i], i);
    spawn(f, "i", iterate, 0);
    script_play(&f->script);
    assert_nothing_is_left(f);
    expect_time(f, 0);
}

static int count_timers_while_open(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_as_completed each;

    check(f, rondo_as_completed_open(&each, f->children, CHILDREN, n) == 0);
    note(f, "%zu timers", deadlines_count(&f->script.loop->deadlines));
    for (int i = 0; i < CHILDREN; i++)
        check(f, rondo_set_result(f->children[i], i) == 0);
    check(f, rondo_sleep(0) == 0);
    note(f, "%zu timers", deadlines_count(&f->script.loop->deadlines));
    rondo_as_completed_close(&each);
    return 0;
}

/* ASC-03: the timer goes with the last end, also while the iteration is open. */
static void the_timer_goes_with_the_last_end(void **state)
{
    struct fixture *f = *state;

    spawn(f, "i", count_timers_while_open, RONDO_S(5));
    expect_trace(f, "0ms i 1 timers\n0ms i 0 timers\n");
}

/* Without a limit there is no timer. */
static void without_a_limit_there_is_no_timer(void **state)
{
    struct fixture *f = *state;

    spawn(f, "i", count_timers_while_open, RONDO_FOREVER);
    expect_trace(f, "0ms i 0 timers\n0ms i 0 timers\n");
}

static int close_at_an_end(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_as_completed each;

    check(f, rondo_as_completed_open(&each, f->children, CHILDREN, n) == 0);
    check(f, rondo_set_result(f->children[0], 0) == 0);
    rondo_as_completed_close(&each);
    return 0;
}

/* An end that is on its way when the iteration is closed goes nowhere. */
static void an_end_on_its_way_may_meet_a_closed_iteration(void **state)
{
    struct fixture *f = *state;

    spawn(f, "i", close_at_an_end, RONDO_S(5));
    expect_trace(f, "");
    assert_nothing_is_left(f);
}

/* ASC-03: nor does one that was broken off. */
static void an_iteration_broken_off_leaves_nothing(void **state)
{
    struct fixture *f = *state;

    f->limit = RONDO_S(5);
    spawn(f, "i", iterate, 1);
    spawn(f, "a", complete_child, 21);
    expect_trace(f, "2ms i 1 OK\n");
    assert_nothing_is_left(f);
    expect_time(f, 2 * MS);
}

static int iterate_and_return(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_future *future = NULL;
    int rc = 0;

    RONDO_AS_COMPLETED(rc, future, f->children, CHILDREN, n) {
        return rondo_return(NULL, 1);
    }
    note(f, "never here");
    return rc;
}

/* A `return` out of the block closes the iteration, and cancels nothing. */
static void returning_from_the_block_closes_the_iteration(void **state)
{
    struct fixture *f = *state;

    spawn(f, "i", iterate_and_return, RONDO_S(5));
    spawn(f, "a", complete_child, 21);
    expect_trace(f, "");
    assert_nothing_is_left(f);
    assert_false(rondo_done(f->children[0]));
}

/* Wait for one item in the shared iteration, from `n` ns on. */
static int take_shared(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_future *future;
    int rc;

    check(f, n == 0 || rondo_sleep(n) == 0);
    rc = rondo_as_completed_next(&f->shared, &future);
    if (rc > 0)
        note_child(f, future);
    else
        note(f, "%s", rondo_err_name(rc));
    return rc < 0 ? rc : 0;
}

/* Keep the shared iteration open for `n` ns. */
static int share(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    check(f, rondo_as_completed_open(&f->shared, f->children, CHILDREN, f->limit) == 0);
    rc = rondo_sleep(n);
    rondo_as_completed_close(&f->shared);
    return rc;
}

/* ASC-04, ASC-08: several tasks in one iteration are served in the order in which they came. */
static void several_tasks_are_served_in_their_order(void **state)
{
    struct fixture *f = *state;

    spawn(f, "owner", share, 9 * MS);
    spawn(f, "q", take_shared, 0);
    spawn(f, "p", take_shared, 0);
    spawn(f, "r", take_shared, 0);
    spawn(f, "none", take_shared, 0);
    spawn(f, "a", complete_child, 22);
    spawn(f, "b", complete_child, 20);
    spawn(f, "c", complete_child, 31);
    expect_trace(f, "0ms none OK\n2ms q 2 OK\n2ms p 0 OK\n3ms r 1 OK\n");
}

static int complete_and_let_take(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_set_result(f->children[0], 0) == 0);
    check(f, rondo_sleep(0) == 0); /* now "p" has been woken, but has not run */
    check(f, rondo_set_result(f->children[1], 1) == 0);
    return take_shared(f, 0);
}

/* ASC-08: who comes while another has been woken does not overtake it. */
static void nobody_overtakes_a_task_that_has_been_woken(void **state)
{
    struct fixture *f = *state;

    spawn(f, "owner", share, 9 * MS);
    spawn(f, "late", complete_and_let_take, 2 * MS);
    spawn(f, "p", take_shared, 0);
    expect_trace(f, "2ms p 0 OK\n2ms late 1 OK\n");
}

static int complete_and_cancel(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(2 * MS) == 0);
    check(f, rondo_set_result(f->children[1], 1) == 0);
    for (int64_t i = 0; i < n; i++)
        check(f, rondo_sleep(0) == 0);
    check(f, rondo_cancel(role(f, "p"), NULL));
    return 0;
}

/* ASC-06: a task that is cancelled as it is woken hands its item on to the next. */
static void a_cancelled_task_hands_its_item_on(void **state)
{
    struct fixture *f = *state;

    spawn(f, "owner", share, 9 * MS);
    spawn(f, "a", complete_and_cancel, 1);
    spawn(f, "p", take_shared, 0);
    spawn(f, "q", take_shared, 0);
    expect_trace(f, "2ms p ECANCELED\n2ms q 1 OK\n");
}

/* ASC-06: without a next one it stays for whoever comes. */
static void an_item_that_was_not_taken_stays(void **state)
{
    struct fixture *f = *state;

    spawn(f, "owner", share, 9 * MS);
    spawn(f, "a", complete_and_cancel, 1);
    spawn(f, "p", take_shared, 0);
    spawn(f, "later", take_shared, 5 * MS);
    expect_trace(f, "2ms p ECANCELED\n5ms later 1 OK\n");
}

static int cancel_p(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_cancel(role(f, "p"), "why"));
    return 0;
}

/* ASC-06: cancelling the wait loses no future: CPython's iterator would forget one. It cancels none
 * either. */
static void a_cancelled_wait_loses_nothing(void **state)
{
    struct fixture *f = *state;

    rondo_set_result(f->children[0], 0);
    rondo_set_result(f->children[1], 1);
    spawn(f, "owner", share, 9 * MS);
    spawn(f, "one", take_shared, 0);
    spawn(f, "two", take_shared, 0);
    spawn(f, "p", take_shared, 0);
    spawn(f, "a", cancel_p, 1 * MS);
    spawn(f, "b", complete_child, 22);
    spawn(f, "again", take_shared, 5 * MS);
    spawn(f, "end", take_shared, 6 * MS);
    expect_trace(f, "0ms one 0 OK\n0ms two 1 OK\n1ms p ECANCELED\n5ms again 2 OK\n6ms end OK\n");
}

static int iterate_twice(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_as_completed each;
    rondo_future *future;

    (void)rondo_as_completed_open(&each, f->children, CHILDREN, n);
    while (rondo_as_completed_next(&each, &future) > 0) {
        note_child(f, future);
        break;
    }
    note(f, "does something else");
    check(f, rondo_sleep(10 * MS) == 0);
    while (rondo_as_completed_next(&each, &future) > 0)
        note_child(f, future);
    rondo_as_completed_close(&each);
    return 0;
}

/* ASC-06: the iteration may be broken off and taken up again. */
static void an_iteration_may_be_taken_up_again(void **state)
{
    struct fixture *f = *state;

    spawn(f, "i", iterate_twice, RONDO_FOREVER);
    spawn(f, "a", complete_child, 12);
    spawn(f, "b", complete_child, 30);
    spawn(f, "c", complete_child, 21);
    expect_trace(f, "1ms i 2 OK\n1ms i does something else\n11ms i 1 OK\n11ms i 0 OK\n");
}

/* A timeout serves every task in line. */
static void a_timeout_reaches_every_task_in_line(void **state)
{
    struct fixture *f = *state;

    f->limit = 3 * MS;
    spawn(f, "owner", share, 9 * MS);
    spawn(f, "p", take_shared, 0);
    spawn(f, "q", take_shared, 0);
    spawn(f, "later", take_shared, 5 * MS);
    spawn(f, "end", take_shared, 6 * MS);
    expect_trace(f, "3ms p ETIMEDOUT\n3ms q ETIMEDOUT\n5ms later ETIMEDOUT\n6ms end OK\n");
}

/* Closing ends the wait of those who are in it. */
static void closing_ends_the_waits_in_it(void **state)
{
    struct fixture *f = *state;

    spawn(f, "owner", share, 2 * MS);
    spawn(f, "p", take_shared, 0);
    spawn(f, "q", take_shared, 0);
    spawn(f, "a", complete_child, 31);
    expect_trace(f, "2ms p OK\n2ms q OK\n");
    assert_nothing_is_left(f);
}

/* ASC-05: a future that is given twice comes once. */
static void a_duplicate_comes_once(void **state)
{
    struct fixture *f = *state;

    rondo_unref(f->children[2]);
    f->children[2] = rondo_ref(f->children[0]);
    spawn(f, "i", iterate, 0);
    spawn(f, "a", complete_child, 20);
    spawn(f, "b", complete_child, 11);
    expect_trace(f, "1ms i 1 OK\n2ms i 0 OK\n2ms i OK \"\"\n");
}

/* ASC-07: what comes is the very future that was given, a task too. */
static void what_comes_is_what_was_given(void **state)
{
    struct fixture *f = *state;

    spawn(f, "x", nap, 1 * MS);
    adopt(f, 2, "x");
    spawn(f, "i", iterate, 1);
    expect_trace(f, "1ms x ends with OK\n1ms i 2 OK\n");
}

static int iterate_over_nothing(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int before = iterations(f);
    rondo_future *future = NULL;
    int rc = (int)n;

    RONDO_AS_COMPLETED(rc, future, NULL, 0, RONDO_S(5)) {
        note(f, "comes");
    }
    check(f, rc == 0);
    check(f, iterations(f) == before);
    return rc;
}

/* Over nothing there is nothing to wait for. */
static void iterating_over_nothing_does_not_suspend(void **state)
{
    struct fixture *f = *state;

    spawn(f, "i", iterate_over_nothing, 5);
    expect_trace(f, "");
    assert_int_equal(deadlines_count(&f->script.loop->deadlines), 0);
}

static int iterate_wrongly(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_future *child = f->children[1];
    rondo_future *future = NULL;
    rondo_as_completed each;
    struct manual_loop other;
    int rc = (int)n;

    manual_loop_init(&other);
    f->children[1] = rondo_create_future(&other.loop);
    check(f, rondo_as_completed_open(&each, f->children, CHILDREN, 0) == RONDO_EMISUSE);
    check(f, rondo_as_completed_next(&each, &future) == RONDO_EMISUSE);
    check(f, rondo_as_completed_next(&each, &future) == RONDO_EMISUSE);
    rondo_as_completed_close(&each);
    rondo_unref(f->children[1]);
    f->children[1] = NULL;
    RONDO_AS_COMPLETED(rc, future, f->children, CHILDREN, RONDO_FOREVER) {
        note(f, "comes");
    }
    check(f, rc == RONDO_ENOMEM && future == NULL);
    f->children[1] = child;
    return 0;
}

/* A spawn that failed, or a future of another loop, among the futures: told by every next. */
static void what_cannot_be_watched_is_refused(void **state)
{
    struct fixture *f = *state;

    spawn(f, "i", iterate_wrongly, 0);
    expect_trace(f, "");
    assert_nothing_is_left(f);
}

/* Outside a loop it is misuse. */
static void iterating_outside_a_loop_is_misuse(void **state)
{
    struct fixture *f = *state;
    rondo_future *future = NULL;
    rondo_as_completed each;

    assert_int_equal(rondo_as_completed_open(&each, f->children, CHILDREN, 0), RONDO_EMISUSE);
    assert_int_equal(rondo_as_completed_next(&each, &future), RONDO_EMISUSE);
    rondo_as_completed_close(&each);
}

/* In a callback: what is there may be taken, but one cannot wait. */
static void take_in_callback(void *fixture)
{
    struct fixture *f = fixture;
    rondo_future *future;
    int rc = rondo_as_completed_next(&f->shared, &future);

    note(f, "callback %d %s", rc, rondo_err_name(rc));
}

static int call_while_shared(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_as_completed_open(&f->shared, f->children, CHILDREN, RONDO_FOREVER) == 0);
    check(f, rondo_call_soon(rondo_get_running_loop(), take_in_callback, f) != NULL);
    check(f, rondo_call_soon(rondo_get_running_loop(), take_in_callback, f) != NULL);
    check(f, rondo_sleep(n) == 0);
    rondo_as_completed_close(&f->shared);
    return 0;
}

/* A callback may take what is there; waiting in it is misuse. */
static void a_callback_takes_only_what_is_there(void **state)
{
    struct fixture *f = *state;

    rondo_set_result(f->children[0], 0);
    spawn(f, "owner", call_while_shared, 1 * MS);
    expect_trace(f, "0ms callback 1 OK\n0ms callback -20002 EMISUSE\n");
}

static int let_go(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_set_result(f->children[0], 0) == 0);
    rondo_unref_all(f->children, CHILDREN);
    memset(f->children, 0, sizeof f->children);
    return (int)n;
}

/* The futures are held while they are iterated over. */
static void the_futures_may_be_let_go_meanwhile(void **state)
{
    struct fixture *f = *state;

    f->limit = 4 * MS;
    spawn(f, "i", iterate, 0);
    spawn(f, "a", let_go, 0);
    expect_trace(f, "0ms i 3 OK\n4ms i ETIMEDOUT \"\"\n");
}

/* An observer sees whom the iteration is for: each pending task owes it its end, until it is over.
 */
static void the_tasks_owe_the_iteration_their_ends(void **state)
{
    struct fixture *f = *state;
    const struct observer watching = observer_of_waits(f);

    observer = &watching;
    f->limit = 4 * MS;
    spawn(f, "x", nap, 9 * MS);
    adopt(f, 0, "x");
    spawn(f, "y", nap, 2 * MS);
    adopt(f, 1, "y");
    spawn(f, "i", iterate, 0);
    expect_trace(f, "0ms i is owed by x\n0ms i is owed by y\n0ms i blocks\n"
                    "2ms y ends with OK\n2ms no longer by y\n2ms i 1 OK\n2ms i blocks\n"
                    "4ms no longer by x\n4ms i ETIMEDOUT \"\"\n9ms x ends with OK\n");
    observer = NULL;
}

/* Spawn three, iterate over them, failing the `n`-th allocation. */
static int sweep(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_task *tasks[CHILDREN];
    rondo_future *future;
    int count = 0;
    int rc;

    memory_fail(&f->script.memory, (size_t)n);
    spawn_answers(tasks);
    RONDO_AS_COMPLETED(rc, future, tasks, CHILDREN, RONDO_S(1)) {
        check(f, rondo_await(future, NULL) == 0);
        count++;
    }
    sweep_over(f);
    check(f, (rc == 0 && count == CHILDREN) || (rc == RONDO_ENOMEM && count == 0));
    rondo_unref_all(tasks, CHILDREN);
    return 0;
}

/* Whichever allocation fails: a clean code, and nothing is left. */
static void an_iteration_without_memory_fails_cleanly(void **state)
{
    struct fixture *f = *state;

    expect_sweep(f, sweep, 4, 30);
}

static int ask_after_the_limit(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_as_completed each;
    rondo_future *next;

    check(f, rondo_as_completed_open(&each, f->children, CHILDREN, n) == 0);
    check(f, rondo_sleep(2 * n) == 0);
    for (int i = 0; i < 2; i++) {
        check(f, rondo_as_completed_next(&each, &next) == 1);
        note_child(f, next);
    }
    note(f, "%s", rondo_err_name(rondo_as_completed_next(&each, &next)));
    rondo_as_completed_close(&each);
    return 0;
}

/* What came in time is given, however late one asks, and only then the limit is told. */
static void what_came_in_time_is_given_before_the_limit_is_told(void **state)
{
    struct fixture *f = *state;

    spawn(f, "i", ask_after_the_limit, 5 * MS);
    spawn(f, "a", complete_child, 21);
    spawn(f, "b", complete_child, 30);
    expect_trace(f, "10ms i 1 OK\n10ms i 0 OK\n10ms i ETIMEDOUT\n");
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(futures_come_in_the_order_of_their_ends),
        TEST(of_two_ends_in_one_instant_the_first_comes_first),
        TEST(futures_that_are_done_come_in_their_order),
        TEST(when_the_time_is_up_the_iteration_times_out),
        TEST(each_of_the_rest_is_a_timeout),
        TEST(with_no_time_those_that_are_done_come),
        TEST(a_limit_that_was_not_needed_leaves_no_timer),
        TEST(the_timer_goes_with_the_last_end),
        TEST(without_a_limit_there_is_no_timer),
        TEST(an_end_on_its_way_may_meet_a_closed_iteration),
        TEST(an_iteration_broken_off_leaves_nothing),
        TEST(returning_from_the_block_closes_the_iteration),
        TEST(several_tasks_are_served_in_their_order),
        TEST(nobody_overtakes_a_task_that_has_been_woken),
        TEST(a_cancelled_task_hands_its_item_on),
        TEST(an_item_that_was_not_taken_stays),
        TEST(a_cancelled_wait_loses_nothing),
        TEST(an_iteration_may_be_taken_up_again),
        TEST(a_timeout_reaches_every_task_in_line),
        TEST(closing_ends_the_waits_in_it),
        TEST(a_duplicate_comes_once),
        TEST(what_comes_is_what_was_given),
        TEST(iterating_over_nothing_does_not_suspend),
        TEST(what_cannot_be_watched_is_refused),
        TEST(iterating_outside_a_loop_is_misuse),
        TEST(a_callback_takes_only_what_is_there),
        TEST(the_futures_may_be_let_go_meanwhile),
        TEST(the_tasks_owe_the_iteration_their_ends),
        TEST(an_iteration_without_memory_fails_cleanly),
        TEST(what_came_in_time_is_given_before_the_limit_is_told),
    };

    return play_all(tests);
}

/*
 * gather_test.c - waiting for several futures at once: asyncio's contracts GAT-*.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "gather.h"
#include "group.h"
#include "sleep.h"
#include "tests/lib/children.h"

struct fixture {
    CHILDREN_FIXTURE;
    unsigned flags;
    rondo_result results[CHILDREN];
    int rc;
};

static int fixture_open(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    children_open(f);
    *state = f;
    return 0;
}

static int fixture_close(void **state)
{
    return children_teardown(*state);
}

/* Gather the children; note the end and what came of each. */
static int gather(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    char text[100] = "";
    size_t used = 0;

    (void)n;
    f->rc = rondo_gather(f->children, CHILDREN, f->flags, f->results);
    for (int i = 0; i < CHILDREN && f->rc == 0; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, " %s/%d",
                                 rondo_err_name(f->results[i].code), (int)f->results[i].value.as.i);
    if (f->rc < 0)
        snprintf(text, sizeof text, " \"%s\"", rondo_error_text());
    note(f, "%s%s", rondo_err_name(f->rc), text);
    return f->rc;
}

static int cancel_g(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_cancel(role(f, "g"), "why"));
    return 0;
}

/* GAT-01: results come in the order of the arguments, whatever ended first; and once, at the end.
 */
static void results_come_in_the_order_of_the_arguments(void **state)
{
    struct fixture *f = *state;

    spawn(f, "g", gather, 0);
    spawn(f, "a", complete_child, 30);
    spawn(f, "b", complete_child, 11);
    spawn(f, "c", complete_child, 22);
    expect_trace(f, "3ms g OK OK/30 OK/11 OK/22\n");
}

/* GAT-01: children that are done already are gathered too. */
static void children_that_are_done_are_gathered_too(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < CHILDREN; i++)
        rondo_set_result(f->children[i], i);
    spawn(f, "g", gather, 0);
    expect_trace(f, "0ms g OK OK/0 OK/1 OK/2\n");
}

/* GAT-02, GAT-11: the first failure ends the gather at once; the others go on, and what becomes of
 * them is nobody's. */
static void the_first_failure_ends_the_gather(void **state)
{
    struct fixture *f = *state;

    spawn(f, "task", nap, 5 * MS);
    adopt(f, 2, "task");
    f->results[0].code = 77;
    spawn(f, "g", gather, 0);
    spawn(f, "a", fail_child, 11);
    spawn(f, "b", fail_child, 20);
    expect_trace(f, "1ms g EUSER-11 \"broken\"\n5ms task ends with OK\n");
    assert_int_equal(f->results[0].code, 77); /* untouched */
}

/* GAT-02: of two failures in one iteration the earlier counts, not the lower argument. */
static void the_earlier_of_two_failures_counts(void **state)
{
    struct fixture *f = *state;

    spawn(f, "g", gather, 0);
    spawn(f, "a", fail_child, 12);
    spawn(f, "b", fail_child, 10);
    expect_trace(f, "1ms g EUSER-12 \"broken\"\n");
}

/* GAT-03: with RONDO_RETURN_ERRORS failures and cancellations are results; it waits for all. */
static void failures_are_results_if_asked_for(void **state)
{
    struct fixture *f = *state;

    f->flags = RONDO_RETURN_ERRORS;
    spawn(f, "g", gather, 0);
    spawn(f, "a", fail_child, 10);
    spawn(f, "b", cancel_child, 21);
    spawn(f, "c", complete_child, 32);
    expect_trace(f, "3ms g OK EUSER-10/0 ECANCELED/0 OK/32\n");
}

/* GAT-04: a child that is cancelled from outside makes the gather fail. */
static void a_child_cancelled_from_outside_fails_the_gather(void **state)
{
    struct fixture *f = *state;

    spawn(f, "g", gather, 0);
    spawn(f, "a", cancel_child, 11);
    expect_trace(f, "1ms g ECANCELED \"child gone\"\n");
    assert_false(rondo_done(f->children[0]));
    assert_int_equal(rondo_cancelling(role(f, "g")), 0);
}

/* GAT-05, GAT-07: cancelling the task that gathers cancels every child, with the message. */
static void cancelling_the_gather_cancels_every_child(void **state)
{
    struct fixture *f = *state;

    spawn(f, "g", gather, 0);
    spawn(f, "a", cancel_g, 5 * MS);
    expect_trace(f, "5ms g ECANCELED \"why\"\n");
    for (int i = 0; i < CHILDREN; i++) {
        assert_true(rondo_cancelled(f->children[i]));
        assert_string_equal(rondo_future_error_text(f->children[i]), "why");
    }
    assert_false(rondo_cancel(role(f, "g"), NULL));
}

/* GAT-07: the message passes also with RONDO_RETURN_ERRORS. */
static void the_message_of_a_cancel_passes_with_return_errors_too(void **state)
{
    struct fixture *f = *state;

    f->flags = RONDO_RETURN_ERRORS;
    spawn(f, "g", gather, 0);
    spawn(f, "a", cancel_g, 5 * MS);
    expect_trace(f, "5ms g ECANCELED \"why\"\n");
    assert_string_equal(rondo_future_error_text(role(f, "g")), "why");
}

static int slow_cleanup(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = rondo_sleep(RONDO_S(1));

    check(f, rondo_sleep(n) == 0);
    note(f, "has cleaned up");
    return rc;
}

/* GAT-05: with RONDO_RETURN_ERRORS a cancelled gather ends when all children have ended. */
static void a_cancelled_gather_waits_for_all_with_return_errors(void **state)
{
    struct fixture *f = *state;

    f->flags = RONDO_RETURN_ERRORS;
    spawn(f, "slow", slow_cleanup, 20 * MS);
    adopt(f, 1, "slow");
    spawn(f, "g", gather, 0);
    spawn(f, "a", cancel_g, 5 * MS);
    expect_trace(f, "25ms slow has cleaned up\n25ms g ECANCELED \"why\"\n");
}

/* GAT-05: without it, it ends at the first child's cancellation, as in CPython 3.12 (own probe):
 * the cleanup of the others goes on by itself. */
static void a_cancelled_gather_ends_at_the_first_cancelled_child(void **state)
{
    struct fixture *f = *state;

    spawn(f, "slow", slow_cleanup, 20 * MS);
    adopt(f, 1, "slow");
    spawn(f, "g", gather, 0);
    spawn(f, "a", cancel_g, 5 * MS);
    expect_trace(f, "5ms g ECANCELED \"why\"\n25ms slow has cleaned up\n");
}

static int swallow(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == RONDO_ECANCELED);
    return 0;
}

/* GAT-05: children that swallow the cancel do not make the gather succeed. */
static void a_cancel_that_every_child_swallows_still_cancels_the_gather(void **state)
{
    static const char *const names[] = {"x", "y", "z"};
    struct fixture *f = *state;

    for (int i = 0; i < CHILDREN; i++) {
        spawn(f, names[i], swallow, RONDO_S(1));
        adopt(f, i, names[i]);
    }
    spawn(f, "g", gather, 0);
    spawn(f, "a", cancel_g, 5 * MS);
    script_play(&f->script);
    assert_int_equal(f->rc, RONDO_ECANCELED);
    assert_true(rondo_cancelled(role(f, "g")));
}

static int complete_all_and_cancel_g(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    for (int i = 0; i < CHILDREN; i++)
        check(f, rondo_set_result(f->children[i], i) == 0);
    check(f, rondo_cancel(role(f, "g"), "why"));
    return 0;
}

/* GAT-06: once all children are done they cannot be cancelled; the task still is, at its next
 * step. */
static void a_cancel_after_the_last_child_reaches_the_task_only(void **state)
{
    struct fixture *f = *state;

    spawn(f, "g", gather, 0);
    spawn(f, "a", complete_all_and_cancel_g, 0);
    expect_trace(f, "0ms g ECANCELED \"why\"\n");
    for (int i = 0; i < CHILDREN; i++)
        assert_false(rondo_cancelled(f->children[i]));
}

static int gather_nothing(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int before = iterations(f);

    (void)n;
    check(f, rondo_gather(NULL, 0, 0, NULL) == 0);
    check(f, iterations(f) == before);
    return 0;
}

/* GAT-08: gathering nothing is done at once. */
static void gathering_nothing_does_not_suspend(void **state)
{
    struct fixture *f = *state;

    spawn(f, "g", gather_nothing, 0);
    expect_trace(f, "");
}

/* GAT-08: outside a task it is misuse. */
static void gathering_outside_a_task_is_misuse(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_gather(f->children, CHILDREN, 0, NULL), RONDO_EMISUSE);
}

/* GAT-10: one future at several places is waited for once and appears at each. */
static void duplicates_appear_at_every_place(void **state)
{
    struct fixture *f = *state;

    rondo_unref(f->children[2]);
    f->children[2] = rondo_ref(f->children[0]);
    spawn(f, "g", gather, 0);
    spawn(f, "a", complete_child, 10);
    spawn(f, "b", complete_child, 21);
    expect_trace(f, "2ms g OK OK/10 OK/21 OK/10\n");
}

/* GAT-09: futures of different loops are refused together; none of them is touched. */
static void a_future_of_another_loop_is_not_gathered(void **state)
{
    struct fixture *f = *state;
    struct manual_loop other;

    manual_loop_init(&other);
    rondo_unref(f->children[2]);
    f->children[2] = rondo_create_future(&other.loop);
    spawn(f, "g", gather, 0);
    expect_trace(f, "0ms g EMISUSE \"\"\n");
    for (int i = 0; i < CHILDREN; i++)
        assert_false(rondo_done(f->children[i]));
}

/* GAT-12: a spawn that failed among the arguments: told at once, the others are left alone. */
static void a_missing_future_is_no_memory(void **state)
{
    struct fixture *f = *state;

    rondo_unref(f->children[1]);
    f->children[1] = NULL;
    spawn(f, "g", gather, 0);
    expect_trace(f, "0ms g ENOMEM \"\"\n");
    assert_false(rondo_done(f->children[0]));
}

static int gather_without_results(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    return rondo_gather(f->children, CHILDREN, 0, NULL);
}

/* The results may be left out. */
static void results_may_be_left_out(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < CHILDREN; i++)
        rondo_set_result(f->children[i], i);
    spawn(f, "g", gather_without_results, 0);
    expect_trace(f, "");
    assert_int_equal(rondo_future_result(role(f, "g"), NULL), 0);
}

/* Spawn three, gather them, failing the `n`-th allocation. */
static int sweep(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_task *tasks[CHILDREN];
    rondo_result results[CHILDREN] = {{0}};
    int rc;

    memory_fail(&f->script.memory, (size_t)n);
    spawn_answers(tasks);
    rc = rondo_gather(tasks, CHILDREN, 0, results);
    sweep_over(f);
    check(f, rc == 0 || rc == RONDO_ENOMEM);
    check(f, rc != 0 || results[2].value.as.i == 2);
    rondo_unref_all(tasks, CHILDREN);
    return 0;
}

/* Whichever allocation fails: a clean code, and nothing is left. */
static void a_gather_without_memory_fails_cleanly(void **state)
{
    struct fixture *f = *state;

    expect_sweep(f, sweep, 4, 30);
}

/* observe.h: tasks owe the gather their ends, so a report knows whom it waits for; a future that is
 * nobody's owes nothing. */
static void tasks_owe_the_gather_their_ends(void **state)
{
    struct fixture *f = *state;
    struct observer watching = observer_of_waits(f);

    spawn(f, "a", nap, 2 * MS);
    spawn(f, "c", nap, 1 * MS);
    spawn(f, "b", complete_child, 1);
    spawn(f, "g", gather, 0);
    adopt(f, 0, "a");
    adopt(f, 2, "c");
    observer = &watching;
    script_play(&f->script);
    observer = NULL;
    expect_noted(f, "0ms g is owed by a\n"
                    "0ms g is owed by c\n"
                    "0ms g blocks\n"
                    "1ms c ends with OK\n"
                    "1ms no longer by c\n"
                    "2ms a ends with OK\n"
                    "2ms no longer by a\n"
                    "2ms g OK OK/0 OK/1 OK/0\n");
}

static int gather_later(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    return gather(f, 0);
}

/* observe.h: a task that is done when it is gathered owes nothing; one that is still at work when a
 * failure ends the gather owes nothing any more. */
static void debts_end_with_the_gather(void **state)
{
    struct fixture *f = *state;
    struct observer watching = observer_of_waits(f);

    spawn(f, "x", nap, 1 * MS);
    spawn(f, "z", nap, 9 * MS);
    spawn(f, "b", fail_child, 41);
    spawn(f, "g", gather_later, 2 * MS);
    adopt(f, 0, "x");
    adopt(f, 2, "z");
    observer = &watching;
    script_play(&f->script);
    observer = NULL;
    expect_noted(f, "1ms x ends with OK\n"
                    "2ms g is owed by z\n"
                    "2ms g blocks\n"
                    "4ms g no longer by z\n"
                    "4ms g EUSER-41 \"broken\"\n"
                    "9ms z ends with OK\n");
}

/* Complete all children, and cancel "g" after `n` iterations more. */
static int complete_all_then_cancel_g(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    for (int i = 0; i < CHILDREN; i++)
        check(f, rondo_set_result(f->children[i], i) == 0);
    for (int64_t i = 0; i < n; i++)
        check(f, rondo_sleep(0) == 0);
    check(f, rondo_cancel(role(f, "g"), "why"));
    return 0;
}

static int gather_and_sleep(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = gather(fixture, n);

    note(f, "then %s", rondo_err_name(rondo_sleep(1 * MS)));
    return rc;
}

/* GAT-06: a cancel that comes when the gather is over, and its task has not run yet, is not lost.
 */
static void a_cancel_between_the_last_end_and_the_task_is_not_lost(void **state)
{
    struct fixture *f = *state;

    spawn(f, "g", gather_and_sleep, 0);
    spawn(f, "x", complete_all_then_cancel_g, 1);
    expect_trace(f, "0ms g ECANCELED \"why\"\n1ms g then OK\n");
}

/* GAT-06: nor is one that comes later still: the next suspension has it. */
static void a_cancel_after_a_gather_is_due_at_the_next_suspension(void **state)
{
    struct fixture *f = *state;

    spawn(f, "g", gather_and_sleep, 0);
    spawn(f, "x", complete_all_then_cancel_g, 2);
    expect_trace(f, "0ms g OK OK/0 OK/1 OK/2\n0ms g then ECANCELED\n");
}

static int gather_in_a_group(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, group) {
        rc = gather(fixture, n);
    }
    note(f, "leaves with %s \"%s\"", rondo_err_name(rc), rondo_error_text());
    return rc;
}

/* The message of a cancelled gather is that of the cancel, also after a block has ended. */
static void the_message_of_a_cancel_outlives_a_block(void **state)
{
    struct fixture *f = *state;

    spawn(f, "g", gather_in_a_group, 0);
    spawn(f, "x", cancel_g, 3 * MS);
    expect_trace(f, "3ms g ECANCELED \"why\"\n3ms g leaves with ECANCELED \"why\"\n");
}

static int fail_child_0(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    for (int64_t i = 0; i < n; i++)
        check(f, rondo_sleep(0) == 0);
    check(f, rondo_set_error(f->children[0], RONDO_EUSER, "broken") == 0);
    return 0;
}

static int complete_child_1(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    for (int64_t i = 0; i < n; i++)
        check(f, rondo_sleep(0) == 0);
    check(f, rondo_set_result(f->children[1], 1) == 0);
    return 0;
}

/* GAT-11: an end that is on its way when the gather has failed goes nowhere. */
static void an_end_on_its_way_may_meet_a_failed_gather(void **state)
{
    struct fixture *f = *state;

    spawn(f, "g", gather, 0);
    spawn(f, "a", fail_child_0, 0);
    spawn(f, "b", complete_child_1, 1);
    expect_trace(f, "0ms g EUSER0 \"broken\"\n");
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(results_come_in_the_order_of_the_arguments),
        TEST(children_that_are_done_are_gathered_too),
        TEST(the_first_failure_ends_the_gather),
        TEST(the_earlier_of_two_failures_counts),
        TEST(failures_are_results_if_asked_for),
        TEST(a_child_cancelled_from_outside_fails_the_gather),
        TEST(cancelling_the_gather_cancels_every_child),
        TEST(the_message_of_a_cancel_passes_with_return_errors_too),
        TEST(a_cancelled_gather_waits_for_all_with_return_errors),
        TEST(a_cancelled_gather_ends_at_the_first_cancelled_child),
        TEST(a_cancel_that_every_child_swallows_still_cancels_the_gather),
        TEST(a_cancel_after_the_last_child_reaches_the_task_only),
        TEST(gathering_nothing_does_not_suspend),
        TEST(gathering_outside_a_task_is_misuse),
        TEST(duplicates_appear_at_every_place),
        TEST(a_future_of_another_loop_is_not_gathered),
        TEST(a_missing_future_is_no_memory),
        TEST(results_may_be_left_out),
        TEST(a_gather_without_memory_fails_cleanly),
        TEST(tasks_owe_the_gather_their_ends),
        TEST(debts_end_with_the_gather),
        TEST(a_cancel_between_the_last_end_and_the_task_is_not_lost),
        TEST(a_cancel_after_a_gather_is_due_at_the_next_suspension),
        TEST(the_message_of_a_cancel_outlives_a_block),
        TEST(an_end_on_its_way_may_meet_a_failed_gather),
    };

    return play_all(tests);
}

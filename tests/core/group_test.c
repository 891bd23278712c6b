/*
 * group_test.c - children that do not outlive their block: asyncio's contracts TG-*.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generator.h"
#include "group.h"
#include "handler.h"
#include "observe.h"
#include "sleep.h"
#include "tests/lib/script.h"
#include "timeout.h"

#define CHILDREN_MAX 16

struct fixture {
    struct script script;
    struct child {
        struct fixture *f;
        script_body body;
        int64_t n;
    } children[CHILDREN_MAX];
    size_t child_count;
    rondo_group *group; /* for children that spawn */
    rondo_task *kept;
};

SCRIPT_FIXTURE(fixture)

static int play_child(void *arg, rondo_value *out)
{
    const struct child *child = arg;
    int rc = child->body(child->f, child->n);

    out->as.i = rc;
    return rc;
}

/* A child of `group` that is named `name` and runs `body(f, n)`. */
static rondo_task *start(struct fixture *f, rondo_group *group, const char *name, script_body body,
                         int64_t n)
{
    struct child *child = &f->children[f->child_count++];

    *child = (struct child){f, body, n};
    return rondo_group_spawn(group, play_child, child, .name = name);
}

/* Begin the trace again: what came before is another test's. */
static void forget_notes(struct fixture *f)
{
    f->script.length = 0;
    f->script.text[0] = '\0';
}

/* Note the outcome of a group, and what it made of the task. */
static void note_outcome(struct fixture *f, int rc)
{
    const rondo_failure *failure = rondo_group_failures(NULL);

    note(f, "gets %s, cancelling %d", rondo_err_name(rc), rondo_cancelling(rondo_current_task()));
    for (; failure != NULL; failure = failure->next) {
        note(f, "- %s: %s \"%s\"", failure->task, rondo_err_name(failure->code), failure->text);
        for (const rondo_failure *in = failure->inside; in != NULL; in = in->next)
            note(f, "  - %s: %s \"%s\"", in->task, rondo_err_name(in->code), in->text);
    }
}

/* Sleep `n` ms, and note how that went. */
static int work(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = rondo_sleep(n * MS);

    note(f, "ends with %s", rondo_err_name(rc));
    return rc < 0 ? rc : (int)n;
}

/* Fail after `n` ms. */
static int break_down(void *fixture, int64_t n)
{
    (void)fixture;
    RONDO_TRY(rondo_sleep(n * MS));
    return rondo_fail(RONDO_EUSER - (int)n, "broken");
}

static int fail_at_once(void *fixture, int64_t n)
{
    (void)fixture;
    return rondo_fail(RONDO_EUSER - (int)n, "at once");
}

/* Sleep for ever; fail with EUSER-`n` when cancelled. */
static int fail_when_cancelled(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(RONDO_S(9)) == RONDO_ECANCELED);
    return rondo_fail(RONDO_EUSER - (int)n, "in cleanup");
}

/* Sleep for ever; when cancelled take `n` ms to clean up. */
static int clean_up_slowly(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = rondo_sleep(RONDO_S(9));
    int again = rondo_sleep(n * MS);

    note(f, "has cleaned up: %s", rondo_err_name(again));
    return rc;
}

/* Cancel role "p" after `n` ms. */
static int cancel_p(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n * MS) == 0);
    check(f, rondo_cancel(role(f, "p"), "why"));
    return 0;
}

static int two_workers(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    (void)n;
    RONDO_GROUP(rc, g) {
        start(f, g, "a", work, 10);
        start(f, g, "b", work, 5);
        note(f, "body ends");
    }
    note_outcome(f, rc);
    return rc;
}

/* TG-01: leaving the block waits for all children. */
static void leaving_the_block_waits_for_all_children(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", two_workers, 0);
    expect_trace(f, "0ms p body ends\n"
                    "5ms b ends with OK\n"
                    "10ms a ends with OK\n"
                    "10ms p gets OK, cancelling 0\n");
}

static int keep_a_child(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value value = {0};
    int rc;

    RONDO_GROUP(rc, g) {
        f->kept = rondo_ref(start(f, g, "a", work, n));
    }
    check(f, rondo_future_result(f->kept, &value) == 0 && value.as.i == n);
    rondo_unref(f->kept);
    return rc;
}

/* TG-01: results are readable afterwards, by who holds the child. */
static void results_are_readable_afterwards(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", keep_a_child, 5);
    expect_trace(f, "5ms a ends with OK\n");
}

static int spawn_another(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(5 * MS) == 0);
    if (n > 0)
        check(f, start(f, f->group, "grandchild", spawn_another, n - 1) != NULL);
    note(f, "ends");
    return 0;
}

static int spawn_spawners(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        f->group = g;
        rc = rondo_sleep(MS);
        start(f, g, "child", spawn_another, n);
    }
    note_outcome(f, rc);
    return rc;
}

/* TG-01: children may be added by the body and by children, also while the block is left. */
static void children_may_be_added_by_children(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", spawn_spawners, 2);
    expect_trace(f, "6ms child ends\n"
                    "11ms grandchild ends\n"
                    "16ms grandchild ends\n"
                    "16ms p gets OK, cancelling 0\n");
}

static int body_with_a_count(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        check(f, rc == 0);
        rc = (int)n;
        start(f, g, "a", work, 1);
        if (n == 7)
            continue;
        rc = -1;
    }
    note_outcome(f, rc);
    return rc == n ? 0 : -1;
}

/* TG-01: `continue` leaves the block as its end does, and a count passes. */
static void continue_leaves_the_block_by_its_end(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", body_with_a_count, 7);
    expect_trace(f, "1ms a ends with OK\n1ms p gets OK, cancelling 0\n");
    assert_int_equal(rondo_future_result(role(f, "p"), NULL), 0);
}

static int cancel_one_child(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        rondo_task *a = start(f, g, "a", work, 10);

        start(f, g, "b", work, 10);
        check(f, rondo_sleep(n * MS) == 0);
        rondo_cancel(a, NULL);
    }
    note_outcome(f, rc);
    return rc;
}

/* TG-02: a child that is only cancelled did not fail. */
static void cancelling_one_child_leaves_the_others(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", cancel_one_child, 2);
    expect_trace(f, "2ms a ends with ECANCELED\n"
                    "10ms b ends with OK\n"
                    "10ms p gets OK, cancelling 0\n");
}

static int fail_one(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        start(f, g, "a", break_down, 5);
        start(f, g, "b", work, 20);
        rc = rondo_sleep(n * MS);
        note(f, "body ends with %s \"%s\"", rondo_err_name(rc), rondo_error_text());
    }
    note_outcome(f, rc);
    check(f, strcmp(rondo_error_text(), "broken") == 0);
    check(f, rondo_sleep(0) == 0);
    return 0;
}

/* TG-03, TG-17: a child's failure cancels its siblings and the body; one failure is its own code,
 * with its text; the cancel of the body is undone. */
static void a_failure_cancels_the_siblings_and_the_body(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", fail_one, 50);
    expect_trace(f, "5ms b ends with ECANCELED\n"
                    "5ms p body ends with ECANCELED \"\"\n"
                    "5ms p gets EUSER-5, cancelling 0\n"
                    "5ms p - a: EUSER-5 \"broken\"\n");
}

/* TG-03, TG-17: the same while the parent waits at the end of the block. */
static void a_failure_at_the_end_of_the_block_cancels_the_siblings(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", fail_one, 1);
    expect_trace(f, "1ms p body ends with OK \"\"\n"
                    "5ms b ends with ECANCELED\n"
                    "5ms p gets EUSER-5, cancelling 0\n"
                    "5ms p - a: EUSER-5 \"broken\"\n");
}

static int fail_three(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        start(f, g, "a", fail_when_cancelled, 1);
        start(f, g, "b", break_down, n);
        start(f, g, "c", fail_when_cancelled, 2);
    }
    note_outcome(f, rc);
    note(f, "%s", rondo_error_text());
    return rc;
}

/* TG-04: several failures are all kept, in the order in which they came. */
static void several_failures_are_all_kept(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", fail_three, 5);
    expect_trace(f, "5ms p gets EGROUP, cancelling 0\n"
                    "5ms p - b: EUSER-5 \"broken\"\n"
                    "5ms p - a: EUSER-1 \"in cleanup\"\n"
                    "5ms p - c: EUSER-2 \"in cleanup\"\n"
                    "5ms p 3 failures: b EUSER-5, broken; a EUSER-1, in cleanup; "
                    "c EUSER-2, in cleanup\n");
    assert_int_equal(rondo_group_failures(role(f, "p"))->code, RONDO_EUSER - 5);
}

static int fail_twice(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        start(f, g, "a", break_down, n);
        start(f, g, "b", break_down, 5);
    }
    note_outcome(f, rc);
    return rc;
}

/* OWN-06: two failures in one iteration are both kept. */
static void two_failures_in_one_iteration_are_both_kept(void **state)
{
    struct fixture *f = *state;

    needs_exact_clock();
    spawn(f, "p", fail_twice, 5);
    expect_trace(f, "5ms p gets EGROUP, cancelling 0\n"
                    "5ms p - a: EUSER-5 \"broken\"\n"
                    "5ms p - b: EUSER-5 \"broken\"\n");
}

/* OWN-06: of two in separate iterations the later is cancelled before it can fail. */
static void a_later_failure_is_cancelled_before_it_happens(void **state)
{
    struct fixture *f = *state;

    needs_exact_clock(); /* where the machine is slow, both sleeps end in one iteration */
    spawn(f, "p", fail_twice, 6);
    expect_trace(f, "5ms p gets EUSER-5, cancelling 0\n"
                    "5ms p - b: EUSER-5 \"broken\"\n");
}

static int slow_children(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        start(f, g, "a", work, 50);
        start(f, g, "b", clean_up_slowly, 20);
        rc = rondo_sleep(n * MS);
        note(f, "body ends with %s", rondo_err_name(rc));
    }
    note_outcome(f, rc);
    check(f, rc >= 0 || strcmp(rondo_error_text(), "why") == 0);
    return rc;
}

/* TG-05: cancelling the parent at the end of the block cancels all children, waits for their
 * cleanup, and comes out as RONDO_ECANCELED. */
static void a_cancel_from_outside_cancels_all_children(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", slow_children, 0);
    spawn(f, "x", cancel_p, 5);
    expect_trace(f, "0ms p body ends with OK\n"
                    "5ms a ends with ECANCELED\n"
                    "25ms b has cleaned up: OK\n"
                    "25ms p gets ECANCELED, cancelling 1\n");
    assert_true(rondo_cancelled(role(f, "p")));
    assert_string_equal(rondo_future_error_text(role(f, "p")), "why");
}

/* TG-05: the same in the middle of the body. */
static void a_cancel_of_the_body_cancels_all_children(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", slow_children, 10);
    spawn(f, "x", cancel_p, 5);
    expect_trace(f, "5ms p body ends with ECANCELED\n"
                    "5ms a ends with ECANCELED\n"
                    "25ms b has cleaned up: OK\n"
                    "25ms p gets ECANCELED, cancelling 1\n");
}

/* TG-05: a second cancel during the cleanup changes nothing but the count; no child is cancelled
 * twice. */
static void a_second_cancel_does_not_cut_the_cleanup_short(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", slow_children, 0);
    spawn(f, "x", cancel_p, 5);
    spawn(f, "y", cancel_p, 10);
    expect_trace(f, "0ms p body ends with OK\n"
                    "5ms a ends with ECANCELED\n"
                    "25ms b has cleaned up: OK\n"
                    "25ms p gets ECANCELED, cancelling 2\n");
}

static int fail_in_cleanup(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        start(f, g, "a", fail_when_cancelled, 3);
        rc = rondo_sleep(n * MS);
    }
    note_outcome(f, rc);
    note(f, "then %s", rondo_err_name(rondo_sleep(0)));
    return rc;
}

/* TG-06, TG-19: a failure in the cleanup after a cancel wins; the cancel is due at the next
 * suspension. */
static void a_failure_in_the_cleanup_wins_over_a_cancel(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", fail_in_cleanup, 0);
    spawn(f, "x", cancel_p, 5);
    expect_trace(f, "5ms p gets EUSER-3, cancelling 1\n"
                    "5ms p - a: EUSER-3 \"in cleanup\"\n"
                    "5ms p then ECANCELED\n");
}

/* TG-06: the same when the body took the cancel. */
static void a_failure_in_the_cleanup_wins_over_a_cancel_of_the_body(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", fail_in_cleanup, 50);
    spawn(f, "x", cancel_p, 5);
    expect_trace(f, "5ms p gets EUSER-3, cancelling 1\n"
                    "5ms p - a: EUSER-3 \"in cleanup\"\n"
                    "5ms p then ECANCELED\n");
}

static int fail_the_body(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        start(f, g, "a", work, 20);
        if (n > 0)
            check(f, rondo_sleep(n * MS) == 0);
        start(f, g, "b", work, 20);
        rc = rondo_fail(RONDO_EUSER - 8, "bad body");
    }
    note_outcome(f, rc);
    check(f, strcmp(rondo_error_text(), "bad body") == 0);
    return rc;
}

/* TG-07: a failure of the body cancels the children, those that never started too, and is the
 * group's. */
static void a_failure_of_the_body_cancels_the_children(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", fail_the_body, 5);
    expect_trace(f, "5ms a ends with ECANCELED\n"
                    "5ms p gets EUSER-8, cancelling 0\n"
                    "5ms p - : EUSER-8 \"bad body\"\n");
    assert_string_equal(rondo_future_error_text(role(f, "p")), "bad body");
}

/* TG-07: those never run. */
static void a_failure_of_the_body_before_any_child_started(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", fail_the_body, 0);
    expect_trace(f, "0ms p gets EUSER-8, cancelling 0\n"
                    "0ms p - : EUSER-8 \"bad body\"\n");
}

static int fail_body_and_child(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        start(f, g, "a", fail_when_cancelled, n);
        check(f, rondo_sleep(MS) == 0);
        rc = rondo_fail(RONDO_EUSER - 8, "bad body");
    }
    note_outcome(f, rc);
    return rc;
}

/* TG-04, TG-07: the body's failure comes last in the list, as in CPython. */
static void the_failure_of_the_body_is_the_last_in_the_list(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", fail_body_and_child, 1);
    expect_trace(f, "1ms p gets EGROUP, cancelling 0\n"
                    "1ms p - a: EUSER-1 \"in cleanup\"\n"
                    "1ms p - : EUSER-8 \"bad body\"\n");
}

static int nest(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, outer) {
        start(f, outer, "o", break_down, n);
        RONDO_GROUP(rc, inner) {
            start(f, inner, "i", break_down, 5);
            start(f, inner, "j", fail_when_cancelled, 2);
        }
        note(f, "inner gives %s, cancelling %d", rondo_err_name(rc),
             rondo_cancelling(rondo_current_task()));
    }
    note_outcome(f, rc);
    return rc;
}

/* TG-08: the failures of an inner group come out of the outer one as one failure with members. */
static void the_failures_of_an_inner_group_are_nested(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", nest, 20);
    expect_trace(f, "5ms p inner gives EGROUP, cancelling 0\n"
                    "5ms p gets EGROUP, cancelling 0\n"
                    "5ms p - : EGROUP \"2 failures: i EUSER-5, broken; j EUSER-2, in cleanup\"\n"
                    "5ms p   - i: EUSER-5 \"broken\"\n"
                    "5ms p   - j: EUSER-2 \"in cleanup\"\n");
}

/* TG-08: a failure in the outer group cancels the inner one, whose own failures win over that. */
static void a_failure_of_the_outer_group_cancels_the_inner(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", nest, 2);
    expect_trace(f, "2ms p inner gives EUSER-2, cancelling 1\n"
                    "2ms p gets EGROUP, cancelling 0\n"
                    "2ms p - o: EUSER-2 \"broken\"\n"
                    "2ms p - : EUSER-2 \"in cleanup\"\n"
                    "2ms p   - j: EUSER-2 \"in cleanup\"\n");
}

static int group_in_a_child(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        start(f, g, "child", fail_twice, n);
        start(f, g, "other", work, 20);
    }
    note_outcome(f, rc);
    return rc;
}

/* TG-08: so do those of a child that had a group of its own. */
static void the_failures_of_a_group_in_a_child_are_nested(void **state)
{
    struct fixture *f = *state;

    needs_exact_clock();
    spawn(f, "p", group_in_a_child, 5);
    expect_trace(f, "5ms child gets EGROUP, cancelling 0\n"
                    "5ms child - a: EUSER-5 \"broken\"\n"
                    "5ms child - b: EUSER-5 \"broken\"\n"
                    "5ms other ends with ECANCELED\n"
                    "5ms p gets EGROUP, cancelling 0\n"
                    "5ms p - child: EGROUP \"2 failures: a EUSER-5, broken; b EUSER-5, broken\"\n"
                    "5ms p   - a: EUSER-5 \"broken\"\n"
                    "5ms p   - b: EUSER-5 \"broken\"\n");
}

static int convert_the_cancel(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        start(f, g, "a", break_down, n);
        rc = rondo_sleep(50 * MS);
        check(f, rc == RONDO_ECANCELED);
        rc = rondo_fail(RONDO_EUSER - 8, "instead");
    }
    note_outcome(f, rc);
    return rc;
}

/* TG-09: a body that turns the cancel into a failure of its own: that is in the group. */
static void a_body_may_turn_the_cancel_into_a_failure(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", convert_the_cancel, 5);
    expect_trace(f, "5ms p gets EGROUP, cancelling 0\n"
                    "5ms p - a: EUSER-5 \"broken\"\n"
                    "5ms p - : EUSER-8 \"instead\"\n");
}

static int await_the_child_that_fails(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        rc = rondo_await(start(f, g, "a", break_down, n), NULL);
        note(f, "body ends with %s", rondo_err_name(rc));
    }
    note_outcome(f, rc);
    return 0;
}

/* TG-03: a body that awaits the child that fails is cancelled, before it learns why (own probe). */
static void a_body_that_awaits_the_child_that_fails_is_cancelled(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", await_the_child_that_fails, 5);
    expect_trace(f, "5ms p body ends with ECANCELED\n"
                    "5ms p gets EUSER-5, cancelling 0\n"
                    "5ms p - a: EUSER-5 \"broken\"\n");
}

static int cancel_kept(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n * MS) == 0);
    check(f, rondo_cancel(f->kept, "gone"));
    return 0;
}

static int await_the_child_that_is_cancelled(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        f->kept = start(f, g, "a", work, n);
        start(f, g, "b", clean_up_slowly, 20);
        rc = rondo_await(f->kept, NULL);
    }
    note_outcome(f, rc);
    note(f, "\"%s\"", rondo_error_text());
    note(f, "then %s", rondo_err_name(rondo_sleep(0)));
    return rc;
}

/* TG-05: a body that ends as cancelled because what it awaited was: so does the group, though
 * nobody asked for it (own probe). */
static void a_body_that_awaits_a_cancelled_child_ends_as_cancelled(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", await_the_child_that_is_cancelled, 50);
    spawn(f, "x", cancel_kept, 5);
    expect_trace(f, "5ms a ends with ECANCELED\n"
                    "25ms b has cleaned up: OK\n"
                    "25ms p gets ECANCELED, cancelling 0\n"
                    "25ms p \"gone\"\n"
                    "25ms p then OK\n");
}

static int clean_up_in_the_body(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        start(f, g, "a", break_down, n);
        rc = clean_up_slowly(f, 20);
    }
    note_outcome(f, rc);
    note(f, "then %s", rondo_err_name(rondo_sleep(0)));
    return 0;
}

/* TG-06, TG-19: a child that fails while the body cleans up after a cancel cuts that short; the
 * failure wins, the cancel is delivered again (own probe). */
static void a_failure_while_the_body_cleans_up_cuts_that_short(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", clean_up_in_the_body, 8);
    spawn(f, "x", cancel_p, 5);
    expect_trace(f, "8ms p has cleaned up: ECANCELED\n"
                    "8ms p gets EUSER-8, cancelling 1\n"
                    "8ms p - a: EUSER-8 \"broken\"\n"
                    "8ms p then ECANCELED\n");
}

static int describe_the_group(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    char text[64];
    int rc;

    RONDO_GROUP(rc, g) {
        start(f, g, "a", work, 1);
        start(f, g, "b", work, 5);
        start(f, g, "c", fail_when_cancelled, 1);
        note(f, "%s", rondo_group_describe(g, text, sizeof text));
        check(f, rondo_sleep(n * MS) == 0);
        note(f, "%s", rondo_group_describe(g, text, sizeof text));
        start(f, g, "d", break_down, 0);
        check(f, rondo_sleep(n * MS) == RONDO_ECANCELED);
        note(f, "%s", rondo_group_describe(g, text, sizeof text));
    }
    return rc;
}

/* TG-12: a child that has ended is dropped at once. */
static void a_child_that_has_ended_is_dropped_at_once(void **state)
{
    struct fixture *f = *state;

    needs_exact_clock(); /* where the machine is slow, both sleeps end in one iteration */
    spawn(f, "p", describe_the_group, 2);
    expect_trace(f, "0ms p <Group tasks=3 errors=0 open>\n"
                    "1ms a ends with OK\n"
                    "2ms p <Group tasks=2 errors=0 open>\n"
                    "2ms b ends with ECANCELED\n"
                    "2ms p <Group tasks=2 errors=1 cancelling>\n");
}

static int endless_group(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    struct child child = {f, spawn_another, 0}; /* sleeps 5 ms, ends */
    size_t live = 0;
    int rc;

    RONDO_GROUP(rc, g) {
        for (int64_t i = 0; i < n; i++) {
            rondo_group_spawn(g, play_child, &child);
            check(f, rondo_sleep(10 * MS) == 0);
            check(f, live == 0 || live == f->script.memory.live);
            live = f->script.memory.live;
        }
    }
    return rc;
}

/* TG-12: a group that lives long does not grow. */
static void a_group_that_lives_long_does_not_grow(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", endless_group, 3);
    expect_trace(f, "5ms Task-2 ends\n15ms Task-3 ends\n25ms Task-4 ends\n");
}

static int spawn_for_ever(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    bool taken = true;

    while (taken) {
        RONDO_TRY(rondo_sleep(n * MS));
        taken = rondo_group_spawn(f->group, play_child, &f->children[1]) != NULL;
    }
    return 0;
}

static int spawn_after_failure(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        f->group = g;
        start(f, g, "spawner", spawn_for_ever, 1);
        start(f, g, "late", break_down, n);
        check(f, rondo_sleep(50 * MS) == RONDO_ECANCELED);
        check(f, start(f, g, "none", work, 1) == NULL);
    }
    note_outcome(f, rc);
    return rc;
}

/* TG-13: children that keep spawning stop when one fails; nothing is spawned after that. */
static void nothing_is_spawned_after_a_failure(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", spawn_after_failure, 3);
    expect_trace(f, "3ms p gets EUSER-3, cancelling 0\n3ms p - late: EUSER-3 \"broken\"\n");
}

static int name_itself(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    note(f, "it is, %d", (int)n);
    return 0;
}

static int spawn_with_a_name(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        start(f, g, "yolo", name_itself, n);
        start(f, g, NULL, name_itself, n);
    }
    return rc;
}

/* TG-14: the name is passed on. */
static void a_child_has_the_name_it_is_given(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", spawn_with_a_name, 4);
    expect_trace(f, "0ms yolo it is, 4\n0ms Task-3 it is, 4\n");
}

static int use_what_is_not_open(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_group group = {{NULL}};
    size_t live = f->script.memory.live;

    (void)n;
    check(f, start(f, NULL, "none", work, 1) == NULL);
    check(f, start(f, &group, "none", work, 1) == NULL);
    check(f, rondo_group_close(&group, 0) == RONDO_EMISUSE);
    check(f, rondo_group_open(&group, "here") == 0);
    check(f, rondo_group_open(&group, "here") == RONDO_EMISUSE);
    check(f, rondo_group_close(&group, 0) == 0);
    check(f, start(f, &group, "none", work, 1) == NULL);
    check(f, rondo_group_close(&group, 0) == RONDO_EMISUSE);
    check(f, rondo_group_open(&group, "here") == RONDO_EMISUSE);
    check(f, f->script.memory.live == live);
    return 0;
}

/* TG-15, TG-16: a group that is not open takes no child; one that is or was is not opened again. */
static void a_group_is_open_once(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", use_what_is_not_open, 0);
    expect_trace(f, "");
}

static int spawn_when_the_last_has_ended(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n * MS) == 0);
    check(f, rondo_sleep(0) == 0); /* the child has ended */
    check(f, rondo_sleep(0) == 0); /* the group has seen it */
    note(f, "%s", start(f, f->group, "late", work, 1) == NULL ? "refused" : "taken");
    return 0;
}

static int lend_the_group(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        f->group = g;
        start(f, g, "a", work, n);
    }
    note_outcome(f, rc);
    return rc;
}

/* TG-15: a group whose children have all ended is finished, before its parent runs. */
static void a_group_without_children_left_is_finished(void **state)
{
    struct fixture *f = *state;

    needs_exact_clock();
    spawn(f, "p", lend_the_group, 5);
    spawn(f, "x", spawn_when_the_last_has_ended, 5);
    expect_trace(f, "5ms a ends with OK\n5ms x refused\n5ms p gets OK, cancelling 0\n");
}

static int close_the_groups_of_another(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n * MS) == 0);
    check(f, rondo_group_close(f->group, 0) == RONDO_EMISUSE);
    return 0;
}

/* TG-16: only the parent closes a group. */
static void only_the_parent_closes_a_group(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", spawn_spawners, 0);
    spawn(f, "x", close_the_groups_of_another, 0);
    expect_trace(f, "6ms child ends\n6ms p gets OK, cancelling 0\n");
}

/* TG-16: without a task the block does not run. */
static void without_a_task_the_block_does_not_run(void **state)
{
    bool ran = false;
    int rc = 7;

    (void)state;
    RONDO_GROUP(rc, g) {
        ran = g != NULL;
    }
    assert_int_equal(rc, RONDO_EMISUSE);
    assert_false(ran);
    assert_null(rondo_group_failures(NULL));
}

static int nest_and_catch(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, outer) {
        RONDO_GROUP(rc, inner) {
            start(f, inner, "i", break_down, n);
            start(f, outer, "o", break_down, n);
        }
        note_outcome(f, rc);
        rc = 0; /* the inner failure is dealt with */
    }
    note_outcome(f, rc);
    note(f, "then %s", rondo_err_name(rondo_sleep(0)));
    return 0;
}

/* TG-18: both groups fail at once: the inner one is dealt with, the parent is still cancelled for
 * the outer, and not any more at the end. */
static void two_nested_groups_that_fail_at_once(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", nest_and_catch, 0);
    expect_trace(f, "0ms p gets EUSER0, cancelling 1\n"
                    "0ms p - i: EUSER0 \"broken\"\n"
                    "0ms p gets EUSER0, cancelling 0\n"
                    "0ms p - o: EUSER0 \"broken\"\n"
                    "0ms p then OK\n");
}

static int fail_and_cancel(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n * MS) == 0);
    check(f, rondo_cancel(role(f, "p"), "why"));
    return rondo_fail(RONDO_EUSER - 1, "and cancel");
}

static int redelivered(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        start(f, g, "a", fail_and_cancel, n);
    }
    note_outcome(f, rc);
    note(f, "then %s", rondo_err_name(rondo_sleep(RONDO_S(1))));
    note(f, "then %s", rondo_err_name(rondo_sleep(0)));
    note(f, "uncancel leaves %d", rondo_uncancel(rondo_current_task()));
    return 0;
}

/* TG-19: a failure and a cancel from outside at once: the failure is returned, the cancel comes out
 * of the next suspension. */
static void a_cancel_together_with_a_failure_is_delivered_later(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", redelivered, 5);
    expect_trace(f, "5ms p gets EUSER-1, cancelling 1\n"
                    "5ms p - a: EUSER-1 \"and cancel\"\n"
                    "5ms p then ECANCELED\n"
                    "5ms p then OK\n"
                    "5ms p uncancel leaves 0\n");
}

/* ---- left in another way than by its end ---- */

static void hear(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    struct fixture *f = arg;
    const char *place = exception->here != NULL ? strrchr(exception->here, '/') : NULL;

    (void)loop;
    note(f, "handler: %s: %s \"%.*s\" of %s", exception->message, rondo_err_name(exception->code),
         place != NULL ? 12 : 20, place != NULL ? place + 1 : exception->text,
         rondo_get_name(exception->future));
}

static struct fixture *listening(void **state)
{
    struct fixture *f = *state;

    rondo_loop_set_exception_handler(f->script.loop, hear, f);
    return f;
}

static int leave_by_return(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        start(f, g, "a", clean_up_slowly, 20);
        RONDO_TRY(rondo_sleep(n * MS));
        return rondo_fail(RONDO_EUSER - 4, "its own words");
    }
    return rc;
}

static int call_and_note(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = leave_by_return(f, n);

    note(f, "has %s \"%s\", cancelling %d", rondo_err_name(rc), rondo_error_text(),
         rondo_cancelling(rondo_current_task()));
    note(f, "then %s", rondo_err_name(rondo_sleep(0)));
    return rc;
}

/* A `return` out of the block: the children are cancelled and waited for, what is returned passes
 * with its words, and the place is told once. */
static void a_return_out_of_the_block_leaves_no_child_behind(void **state)
{
    struct fixture *f = listening(state);

    spawn(f, "p", call_and_note, 5);
    expect_trace(f, "5ms p handler: a group was left by return, break or goto: "
                    "EMISUSE \"group_test.c\" of p\n"
                    "25ms a has cleaned up: OK\n"
                    "25ms p has EUSER-4 \"its own words\", cancelling 0\n"
                    "25ms p then OK\n");
}

/* A cancel from outside during that cleanup is not lost: it comes out of the next suspension. */
static void a_cancel_while_a_return_is_caught_is_not_lost(void **state)
{
    struct fixture *f = listening(state);

    spawn(f, "p", call_and_note, 5);
    spawn(f, "x", cancel_p, 10);
    expect_trace(f, "5ms p handler: a group was left by return, break or goto: "
                    "EMISUSE \"group_test.c\" of p\n"
                    "25ms a has cleaned up: OK\n"
                    "25ms p has EUSER-4 \"its own words\", cancelling 1\n"
                    "25ms p then ECANCELED\n");
}

static int leave_after_a_cancel(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    check(f, rondo_sleep(100 * MS) == RONDO_ECANCELED);
    RONDO_GROUP(rc, g) {
        start(f, g, "a", work, n);
    }
    note(f, "has %s, then %s", rondo_err_name(rc), rondo_err_name(rondo_sleep(0)));
    return call_and_note(f, n);
}

/* A cancel that was heard before the block is not heard again, however the block is left. */
static void a_cancel_from_before_the_block_does_not_come_again(void **state)
{
    struct fixture *f = listening(state);

    spawn(f, "p", leave_after_a_cancel, 5);
    spawn(f, "x", cancel_p, 10);
    expect_trace(f, "15ms a ends with OK\n"
                    "15ms p has OK, then OK\n"
                    "20ms p handler: a group was left by return, break or goto: "
                    "EMISUSE \"group_test.c\" of p\n"
                    "40ms a has cleaned up: OK\n"
                    "40ms p has EUSER-4 \"its own words\", cancelling 1\n"
                    "40ms p then OK\n");
}

static int leave_by_break_and_goto(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        start(f, g, "a", work, 10);
        check(f, rondo_sleep(n * MS) == 0);
        break;
    }
    RONDO_GROUP(rc, g) {
        start(f, g, "b", work, 10);
        check(f, rondo_sleep(n * MS) == 0);
        goto out;
    }
out:
    note(f, "is out");
    return rc;
}

/* `break` and `goto` likewise. */
static void a_break_or_goto_out_of_the_block_leaves_no_child_behind(void **state)
{
    struct fixture *f = listening(state);

    spawn(f, "p", leave_by_break_and_goto, 5);
    expect_trace(f, "5ms p handler: a group was left by return, break or goto: "
                    "EMISUSE \"group_test.c\" of p\n"
                    "5ms a ends with ECANCELED\n"
                    "10ms p handler: a group was left by return, break or goto: "
                    "EMISUSE \"group_test.c\" of p\n"
                    "10ms b ends with ECANCELED\n"
                    "10ms p is out\n");
}

static int try_in_a_failing_group(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        start(f, g, "a", break_down, n);
        RONDO_TRY(rondo_sleep(RONDO_S(1)));
    }
    return rc;
}

static int fail_in_a_group_that_is_left(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = try_in_a_failing_group(f, n);

    note(f, "has %s, cancelling %d", rondo_err_name(rc), rondo_cancelling(rondo_current_task()));
    note(f, "then %s", rondo_err_name(rondo_sleep(0)));
    return 0;
}

/* The failures of a group that is left so are nobody's: each is told too; the group's own cancel is
 * taken back. */
static void the_failures_of_a_group_that_was_left_are_told(void **state)
{
    struct fixture *f = listening(state);

    spawn(f, "p", fail_in_a_group_that_is_left, 5);
    expect_trace(f, "5ms p handler: a group was left by return, break or goto: "
                    "EMISUSE \"group_test.c\" of p\n"
                    "5ms p handler: Task exception was never retrieved: EUSER-5 \"broken\" of a\n"
                    "5ms p has ECANCELED, cancelling 0\n"
                    "5ms p then OK\n");
}

static int meet_another_failure(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, fail_three(f, n) == RONDO_EGROUP);
    check(f, rondo_group_failures(NULL) != NULL);
    forget_notes(f);
    (void)rondo_fail(RONDO_EUSER, "another"); /* lets go of them */
    check(f, rondo_group_failures(NULL) == NULL);
    return 0;
}

/* FUT-14: what a group returns has been seen, and is not told again. */
static void failures_of_a_group_count_as_retrieved(void **state)
{
    struct fixture *f = listening(state);

    spawn(f, "p", meet_another_failure, 5);
    expect_trace(f, "");
}

static int leave_after_an_eager_failure(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        start(f, g, "b", clean_up_slowly, 20);
        RONDO_TRY(rondo_sleep(n * MS));
        f->children[14] = (struct child){f, fail_at_once, 5};
        rondo_group_spawn(g, play_child, &f->children[14], .name = "e", .eager_start = true);
        return 0;
    }
    return rc;
}

static int leave_and_go_on(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, leave_after_an_eager_failure(f, n) == 0);
    note(f, "cancelling %d", rondo_cancelling(rondo_current_task()));
    note(f, "then %s", rondo_err_name(rondo_sleep(0)));
    return 0;
}

/* The group's own cancel, not delivered when the block was left, is not delivered later either. */
static void a_cancel_of_its_own_is_not_left_behind(void **state)
{
    struct fixture *f = listening(state);

    spawn(f, "p", leave_and_go_on, 5);
    expect_trace(f, "5ms p handler: a group was left by return, break or goto: "
                    "EMISUSE \"group_test.c\" of p\n"
                    "25ms b has cleaned up: OK\n"
                    "25ms p handler: Task exception was never retrieved: EUSER-5 \"at once\" of e\n"
                    "25ms p cancelling 0\n"
                    "25ms p then OK\n");
}

/* ---- whose words ---- */

static int fail_without_words(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        rc = fail_three(f, n);
        forget_notes(f);
        rc = RONDO_EINVAL;
    }
    note_outcome(f, rc);
    return rc;
}

/* TG-07: a failure of the body that came without words does not take those of an earlier one. */
static void a_failure_without_words_has_none(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", fail_without_words, 5);
    expect_trace(f, "5ms p gets EINVAL, cancelling 0\n5ms p - : EINVAL \"\"\n");
}

static int end_in_another_way(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, fail_three(f, n) == RONDO_EGROUP);
    forget_notes(f);
    return RONDO_EINVAL;
}

/* The failures of a group that a task dealt with are not those it ends with. */
static void a_task_that_ends_in_another_way_has_no_failures(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", end_in_another_way, 5);
    expect_trace(f, "");
    assert_null(rondo_group_failures(role(f, "p")));
}

#define DEPTH 1000

/* A group in a child of a group in a child ... */
static int dig(void *arg, rondo_value *out)
{
    intptr_t depth = (intptr_t)arg;
    int rc;

    (void)out;
    RONDO_GROUP(rc, g) {
        if (depth > 0)
            rondo_group_spawn(g, dig, (void *)(depth - 1));
        else
            rc = rondo_fail(RONDO_EUSER - 7, "deep");
    }
    return rc;
}

static int dig_deep(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int64_t depth = 0;

    check(f, dig((void *)(intptr_t)n, NULL) == RONDO_EUSER - 7);
    check(f, strcmp(rondo_error_text(), "deep") == 0);
    for (const rondo_failure *at = rondo_group_failures(NULL); at != NULL; at = at->inside)
        depth++;
    check(f, depth == n + 1);
    (void)rondo_fail(RONDO_EUSER, "another"); /* lets go of all of them, on this small stack */
    return 0;
}

/* TG-08: failures may be nested deeper than a stack. */
static void failures_may_be_nested_deeper_than_a_stack(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", dig_deep, DEPTH);
    expect_trace(f, "");
}

/* ---- eager children ---- */

static int start_eagerly(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    char text[64];
    int rc;

    f->children[0] = (struct child){f, name_itself, n};
    f->children[1] = (struct child){f, work, n};
    RONDO_GROUP(rc, g) {
        rondo_task *done = rondo_group_spawn(g, play_child, &f->children[0], .eager_start = true);

        check(f, rondo_done(done));
        note(f, "%s", rondo_group_describe(g, text, sizeof text));
        rondo_group_spawn(g, play_child, &f->children[1], .eager_start = true);
        note(f, "%s", rondo_group_describe(g, text, sizeof text));
    }
    note_outcome(f, rc);
    return rc;
}

/* EAG-02, EAG-07: a child that ends in its eager step never is in the group. */
static void an_eager_child_that_ends_at_once_is_not_waited_for(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", start_eagerly, 5);
    expect_trace(f, "0ms Task-2 it is, 5\n"
                    "0ms p <Group tasks=0 errors=0 open>\n"
                    "0ms p <Group tasks=1 errors=0 open>\n"
                    "5ms Task-3 ends with OK\n"
                    "5ms p gets OK, cancelling 0\n");
}

static int fail_eagerly(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    f->children[0] = (struct child){f, fail_at_once, n};
    f->children[1] = (struct child){f, work, n};
    RONDO_GROUP(rc, g) {
        check(f, rondo_group_spawn(g, play_child, &f->children[0], .name = "e",
                                   .eager_start = true) != NULL);
        check(f, rondo_group_spawn(g, play_child, &f->children[1]) == NULL);
        rc = rondo_sleep(RONDO_S(1));
        note(f, "body ends with %s", rondo_err_name(rc));
    }
    note_outcome(f, rc);
    return rc;
}

/* TG-03, EAG-01: one that fails in its eager step shuts the group down at once. */
static void an_eager_child_that_fails_shuts_the_group_down(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", fail_eagerly, 5);
    expect_trace(f, "0ms p body ends with ECANCELED\n"
                    "0ms p gets EUSER-5, cancelling 0\n"
                    "0ms p - e: EUSER-5 \"at once\"\n");
}

static int shut_down_and_sleep(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_group_spawn(f->group, play_child, &f->children[0], .eager_start = true) != NULL);
    return work(f, n);
}

static int fail_in_an_eager_child(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    f->children[0] = (struct child){f, fail_at_once, n};
    f->children[1] = (struct child){f, shut_down_and_sleep, 100};
    RONDO_GROUP(rc, g) {
        f->group = g;
        rondo_group_spawn(g, play_child, &f->children[1], .name = "e", .eager_start = true);
    }
    note_outcome(f, rc);
    return rc;
}

/* TG-03: a child that shut its group down in its own eager step is cancelled too (CPython 3.13
 * waits for it to end by itself). */
static void an_eager_child_that_shuts_its_group_down_is_cancelled_too(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", fail_in_an_eager_child, 5);
    expect_trace(f, "0ms e ends with ECANCELED\n"
                    "0ms p gets EUSER-5, cancelling 0\n"
                    "0ms p - Task-3: EUSER-5 \"at once\"\n");
}

/* ---- seen from outside, given up, without memory ---- */

static void note_group(void *self, const struct observed *event)
{
    struct fixture *f = self;

    if (event->object.kind == NULL || strcmp(event->object.kind, "group") != 0)
        return;
    script_note(&f->script, "%s %d group %u", event->who.name, (int)event->kind, event->object.id);
}

static size_t first(void *self, const struct observed_choice *choice)
{
    (void)self;
    (void)choice;
    return 0;
}

/* Children owe the group their end, and the parent waits for the group: so a report knows for
 * whom. */
static void children_owe_the_group_their_end(void **state)
{
    struct fixture *f = *state;
    struct observer watcher = {.wanted = OBSERVED_USUAL,
                               .event = note_group,
                               .pick = first,
                               .self = f};
    char expected[512];

    observer = &watcher;
    spawn(f, "p", two_workers, 0);
    script_play(&f->script);
    observer = NULL;
    snprintf(expected, sizeof expected,
             "0ms p a %d group 1\n0ms p b %d group 1\n0ms p body ends\n0ms p p %d group 1\n"
             "5ms b ends with OK\n5ms b %d group 1\n10ms a ends with OK\n10ms a %d group 1\n"
             "10ms p p %d group 1\n10ms p gets OK, cancelling 0\n",
             OBSERVED_HELD, OBSERVED_HELD, OBSERVED_BLOCKED, OBSERVED_RELEASED, OBSERVED_RELEASED,
             OBSERVED_RESUMED);
    expect_noted(f, expected);
}

static int group_for_ever(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        start(f, g, "a", work, 5);
        start(f, g, "b", break_down, n);
        rc = rondo_sleep(RONDO_S(1));
    }
    return rc;
}

/* A group that is given up with its loop leaves nothing of the children that run. */
static void a_group_that_is_given_up_leaves_nothing(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", group_for_ever, 0);
    for (int i = 0; i < 3; i++)
        iterate_once(f);
}

static void stop_here(void *loop)
{
    rondo_loop_stop(loop);
}

/* Nor of one that ended in its eager step. */
static void a_group_that_is_given_up_leaves_no_eager_child(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", start_eagerly, 5);
    iterate_once(f);
}

/* Nor of one that has failed, and has not been heard. */
static void a_group_that_is_given_up_as_a_child_fails_leaves_nothing(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", group_for_ever, 1);
    rondo_call_later(f->script.loop, 1, stop_here, f->script.loop);
    script_play(&f->script);
}

/* A group of three whose second fails, failing the `n`-th allocation. */
static int sweep(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    bool swept;
    int count = 0;
    int rc;

    memory_fail(&f->script.memory, (size_t)n);
    f->child_count = 0;
    RONDO_GROUP(rc, g) {
        start(f, g, "a", fail_when_cancelled, 1);
        start(f, g, "b", break_down, 2);
        start(f, g, "c", fail_when_cancelled, 3);
        check(f, rondo_sleep(RONDO_S(1)) == RONDO_ECANCELED || n <= 9);
        rc = rondo_fail(RONDO_EUSER - 4, "body");
    }
    swept = sweep_over(f);
    for (const rondo_failure *at = rondo_group_failures(NULL); at != NULL; at = at->next)
        count++;
    check(f, rc == RONDO_EGROUP || n <= 9);
    check(f, !swept || count == 4);
    return 0;
}

/* Whichever allocation fails: a clean code, and nothing is left. */
static void a_group_without_memory_fails_cleanly(void **state)
{
    struct fixture *f = *state;

    expect_sweep(f, sweep, 9, 60);
}

static int fail_inside(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        start(f, g, "inmost", break_down, n);
    }
    return rc;
}

/* A body that ends with the failures of a group within, beside a child that fails likewise and one
 * that fails as it is cancelled; the `n`-th allocation at its end fails. */
static int sweep_the_end(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    const char *text;
    int rc;

    f->child_count = 0;
    RONDO_GROUP(rc, g) {
        start(f, g, "a", fail_when_cancelled, 1);
        start(f, g, "b", fail_inside, 0);
        RONDO_GROUP(rc, inner) {
            start(f, inner, "c", break_down, 0);
            start(f, inner, "d", break_down, 0);
        }
        memory_fail(&f->script.memory, (size_t)n);
    }
    sweep_over(f);
    text = rondo_error_text();
    check(f, rc == RONDO_EGROUP);
    check(f, text[0] == '\0' || strncmp(text, "3 failures", 10) == 0);
    return 0;
}

/* Then a failure has no words, or is only counted; what was inside of it goes with it. */
static void without_memory_the_failures_of_a_group_are_counted_all_the_same(void **state)
{
    struct fixture *f = *state;

    expect_sweep(f, sweep_the_end, 2, 20);
}

static int start_without_memory(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        start(f, g, "a", work, 5);
        check(f, rondo_sleep(MS) == 0);
        memory_fail(&f->script.memory, (size_t)n);
        check(f, start(f, g, "b", work, 5) == NULL);
        memory_fail(&f->script.memory, 0);
    }
    note_outcome(f, rc);
    return rc;
}

/* Without memory for a child the group fails, so that nobody has to look at what spawn returns. */
static void a_group_without_memory_for_a_child_has_failed(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", start_without_memory, 1);
    expect_trace(f, "1ms a ends with ECANCELED\n"
                    "1ms p gets ENOMEM, cancelling 0\n"
                    "1ms p - : ENOMEM \"\"\n");
}

static int spawn_without_memory(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(MS) == 0);
    memory_fail(&f->script.memory, (size_t)n);
    check(f, start(f, f->group, "b", work, 5) == NULL);
    memory_fail(&f->script.memory, 0);
    return work(f, 5);
}

static int lend_the_group_to_the_starved(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        f->group = g;
        start(f, g, "a", spawn_without_memory, n);
    }
    note_outcome(f, rc);
    return rc;
}

/* The same when it is a child that had no memory for another, while the block is left. */
static void a_child_without_memory_for_another_fails_the_group(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", lend_the_group_to_the_starved, 2);
    expect_trace(f, "6ms a ends with OK\n"
                    "6ms p gets ENOMEM, cancelling 0\n"
                    "6ms p - : ENOMEM \"\"\n");
}

static int fail_without_memory(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        memory_fail(&f->script.memory, (size_t)n);
        check(f, start(f, g, "b", work, 5) == NULL);
        memory_fail(&f->script.memory, 0);
        rc = rondo_fail(RONDO_EUSER - 8, "bad body");
    }
    note_outcome(f, rc);
    return rc;
}

/* A failure of the body's own says more than that. */
static void a_failure_of_the_body_comes_before_no_memory(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", fail_without_memory, 1);
    expect_trace(f, "0ms p gets EUSER-8, cancelling 0\n0ms p - : EUSER-8 \"bad body\"\n");
}

static int tear_when_cancelled(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return rondo_sleep(100 * MS) == RONDO_ECANCELED ? rondo_fail(RONDO_EUSER, "torn") : 0;
}

static int group_in_a_scope(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = 0;

    RONDO_TIMEOUT(rc, n) {
        RONDO_GROUP(rc, group) {
            rondo_group_spawn(group, tear_when_cancelled, f);
            rc = rondo_sleep(100 * MS);
        }
    }
    note(f, "outside %s %s, cancelling %d", rondo_err_name(rc), rondo_error_text(),
         rondo_cancelling(rondo_current_task()));
    note(f, "sleeps %s", rondo_err_name(rondo_sleep(1 * MS)));
    return 0;
}

/* TMO-15: a failure of a group that the deadline cancels comes out, and not the timeout. */
static void a_failure_under_a_deadline_comes_out(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", group_in_a_scope, 5 * MS);
    expect_trace(f, "5ms a outside EUSER0 torn, cancelling 0\n6ms a sleeps OK\n");
}

static int fail_then_leave_a_group(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_GROUP(rc, g) {
        start(f, g, "a", break_down, n);
        start(f, g, "b", break_down, n);
    }
    check(f, rc == RONDO_EGROUP);
    RONDO_GROUP(rc, g) {
        break;
    }
    RONDO_GROUP(rc, g) {
        rc = 0;
    }
    for (const rondo_failure *at = rondo_group_failures(NULL); at != NULL; at = at->next)
        note(f, "%s %s", at->task, at->text);
    return 0;
}

static void ignore_report(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    (void)loop;
    (void)exception;
    (void)arg;
}

/* The last failure is still the last after a group that was left by break, and one that was well.
 */
static void a_group_that_is_left_keeps_the_failures_before_it(void **state)
{
    struct fixture *f = *state;

    rondo_loop_set_exception_handler(f->script.loop, ignore_report, f);
    spawn(f, "p", fail_then_leave_a_group, 0);
    expect_trace(f, "0ms p a broken\n0ms p b broken\n");
}

static int leave_groups_and_yield(void *arg, rondo_value *out)
{
    int rc = 0;

    (void)arg;
    (void)out;
    RONDO_GROUP(rc, g) {
        break;
    }
    RONDO_TRY(rondo_yield(1, NULL));
    RONDO_GROUP(rc, g) {
        rc = rondo_yield(2, NULL);
    }
    return rc;
}

static int walk_a_generator(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_generator *gen = rondo_generator_new(leave_groups_and_yield, f);
    rondo_value item;

    (void)n;
    note(f, "%d", rondo_anext(gen, &item));
    note(f, "%s", rondo_err_name(rondo_anext(gen, &item)));
    rondo_generator_drop(gen);
    return 0;
}

/* A group that was left by break is left: a generator may yield behind it, and not inside one. */
static void a_generator_may_yield_behind_a_group_that_was_left(void **state)
{
    struct fixture *f = *state;

    rondo_loop_set_exception_handler(f->script.loop, ignore_report, f);
    spawn(f, "p", walk_a_generator, 0);
    expect_trace(f, "0ms p 1\n0ms p EMISUSE\n");
}

/* A group that was never opened has no tasks. */
static void a_new_group_describes_itself(void **state)
{
    rondo_group group = {{NULL}};
    char text[80];

    (void)state;
    assert_string_equal(rondo_group_describe(&group, text, sizeof text),
                        "<Group tasks=0 errors=0 new>");
}

static int fail_very_many(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    char name[64];
    int rc;

    RONDO_GROUP(rc, g) {
        for (int64_t i = 0; i < n; i++) {
            snprintf(name, sizeof name, "a child with quite a long name, and number %d", (int)i);
            start(f, g, name, break_down, 0);
        }
    }
    note(f, "%s, %s", rondo_err_name(rc),
         strlen(rondo_error_text()) < 1000 ? "in some words" : "in a flood of words");
    return 0;
}

/* A message that names many failures is cut off. */
static void the_message_of_many_failures_is_cut_off(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", fail_very_many, 8);
    expect_trace(f, "0ms p EGROUP, in some words\n");
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(leaving_the_block_waits_for_all_children),
        TEST(results_are_readable_afterwards),
        TEST(children_may_be_added_by_children),
        TEST(continue_leaves_the_block_by_its_end),
        TEST(cancelling_one_child_leaves_the_others),
        TEST(a_failure_cancels_the_siblings_and_the_body),
        TEST(a_failure_at_the_end_of_the_block_cancels_the_siblings),
        TEST(several_failures_are_all_kept),
        TEST(two_failures_in_one_iteration_are_both_kept),
        TEST(a_later_failure_is_cancelled_before_it_happens),
        TEST(a_cancel_from_outside_cancels_all_children),
        TEST(a_cancel_of_the_body_cancels_all_children),
        TEST(a_second_cancel_does_not_cut_the_cleanup_short),
        TEST(a_failure_in_the_cleanup_wins_over_a_cancel),
        TEST(a_failure_in_the_cleanup_wins_over_a_cancel_of_the_body),
        TEST(a_failure_of_the_body_cancels_the_children),
        TEST(a_failure_of_the_body_before_any_child_started),
        TEST(the_failure_of_the_body_is_the_last_in_the_list),
        TEST(the_failures_of_an_inner_group_are_nested),
        TEST(a_failure_of_the_outer_group_cancels_the_inner),
        TEST(the_failures_of_a_group_in_a_child_are_nested),
        TEST(a_body_may_turn_the_cancel_into_a_failure),
        TEST(a_body_that_awaits_the_child_that_fails_is_cancelled),
        TEST(a_body_that_awaits_a_cancelled_child_ends_as_cancelled),
        TEST(a_failure_while_the_body_cleans_up_cuts_that_short),
        TEST(a_child_that_has_ended_is_dropped_at_once),
        TEST(a_group_that_lives_long_does_not_grow),
        TEST(nothing_is_spawned_after_a_failure),
        TEST(a_child_has_the_name_it_is_given),
        TEST(a_group_is_open_once),
        TEST(a_group_without_children_left_is_finished),
        TEST(only_the_parent_closes_a_group),
        TEST(without_a_task_the_block_does_not_run),
        TEST(two_nested_groups_that_fail_at_once),
        TEST(a_cancel_together_with_a_failure_is_delivered_later),
        TEST(a_return_out_of_the_block_leaves_no_child_behind),
        TEST(a_cancel_while_a_return_is_caught_is_not_lost),
        TEST(a_cancel_from_before_the_block_does_not_come_again),
        TEST(a_break_or_goto_out_of_the_block_leaves_no_child_behind),
        TEST(the_failures_of_a_group_that_was_left_are_told),
        TEST(failures_of_a_group_count_as_retrieved),
        TEST(a_cancel_of_its_own_is_not_left_behind),
        TEST(a_failure_without_words_has_none),
        TEST(a_task_that_ends_in_another_way_has_no_failures),
        TEST(failures_may_be_nested_deeper_than_a_stack),
        TEST(an_eager_child_that_ends_at_once_is_not_waited_for),
        TEST(an_eager_child_that_fails_shuts_the_group_down),
        TEST(an_eager_child_that_shuts_its_group_down_is_cancelled_too),
        TEST(children_owe_the_group_their_end),
        TEST(a_group_that_is_given_up_leaves_nothing),
        TEST(a_group_that_is_given_up_leaves_no_eager_child),
        TEST(a_group_that_is_given_up_as_a_child_fails_leaves_nothing),
        TEST(a_group_without_memory_fails_cleanly),
        TEST(without_memory_the_failures_of_a_group_are_counted_all_the_same),
        TEST(a_group_without_memory_for_a_child_has_failed),
        TEST(a_child_without_memory_for_another_fails_the_group),
        TEST(a_failure_of_the_body_comes_before_no_memory),
        TEST(a_failure_under_a_deadline_comes_out),
        TEST(a_group_that_is_left_keeps_the_failures_before_it),
        TEST(a_generator_may_yield_behind_a_group_that_was_left),
        TEST(a_new_group_describes_itself),
        TEST(the_message_of_many_failures_is_cut_off),
    };

    return play_all(tests);
}

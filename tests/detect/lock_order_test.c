/*
 * lock_order_test.c - which locks, taken in which orders, could make a circle in another schedule.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "detect/lock_order.h"
#include "tests/detect/records.h"

enum { A = 1, B, C, GATE };

struct fixture {
    struct order *order;
    struct lock_order *detector;
    struct trace *trace;
};

static int fixture_open(void **state)
{
    static struct fixture fixture;

    fixture.order = order_new(ORDER_WITHOUT_LOCKS);
    fixture.detector = lock_order_new(fixture.order);
    fixture.trace = trace_new();
    trace_listen(fixture.trace, order_listen, fixture.order, 0);
    trace_listen(fixture.trace, lock_order_listen, fixture.detector, 0);
    *state = &fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    lock_order_free(f->detector);
    order_free(f->order);
    trace_free(f->trace);
    return 0;
}

static void begin(struct fixture *f)
{
    trace_reset(f->trace);
    order_reset(f->order, false);
    lock_order_reset(f->detector);
}

/* Take the two, one in the other, and give them back. */
static void nest(struct fixture *f, uint32_t task, uint32_t outer, uint32_t inner)
{
    happens(f, HELD, task, LOCK(outer));
    happens(f, HELD, task, LOCK(inner));
    happens(f, RELEASED, task, LOCK(inner));
    happens(f, RELEASED, task, LOCK(outer));
}

static size_t count_circles(struct fixture *f)
{
    struct lock_circles circles;

    lock_order_foretell(f->detector, &circles);
    return circles.count;
}

static void expect_circle(struct fixture *f, const char *expected)
{
    struct lock_circles circles;
    char *lines;

    lock_order_foretell(f->detector, &circles);
    assert_int_equal(circles.count, 1);
    lines = lock_circle_lines(&circles.list[0]);
    assert_string_equal(lines, expected);
    free(lines);
}

static void expect_nothing(struct fixture *f)
{
    assert_int_equal(count_circles(f), 0);
}

static void two_tasks_in_opposite_orders_are_predicted_to_get_stuck(void **state)
{
    struct fixture *f = *state;

    begin(f);
    nest(f, ANN, A, B);
    nest(f, ANN, A, B); /* more of the same */
    expect_nothing(f);
    nest(f, BOB, B, A);
    expect_circle(f,
                  "ann  takes lock B at 0.001s  bank.c:1   holding lock A at 0.000s  bank.c:0\n"
                  "bob  takes lock A at 0.009s  bank.c:9   holding lock B at 0.008s  bank.c:8\n");
}

static void three_tasks_can_make_a_circle_of_three(void **state)
{
    struct fixture *f = *state;

    begin(f);
    nest(f, ANN, A, B);
    nest(f, BOB, B, C);
    expect_nothing(f);
    nest(f, CAT, C, A);
    expect_circle(f,
                  "ann  takes lock B at 0.001s  bank.c:1   holding lock A at 0.000s  bank.c:0\n"
                  "bob  takes lock C at 0.005s  bank.c:5   holding lock B at 0.004s  bank.c:4\n"
                  "cat  takes lock A at 0.009s  bank.c:9   holding lock C at 0.008s  bank.c:8\n");
}

static void one_order_or_one_task_or_one_after_the_other_is_none(void **state)
{
    struct fixture *f = *state;

    begin(f);
    nest(f, ANN, A, B);
    nest(f, BOB, A, B);
    expect_nothing(f);
    begin(f);
    nest(f, ANN, A, B);
    nest(f, ANN, B, A);
    expect_nothing(f);
    begin(f);
    nest(f, ANN, A, B);
    happens(f, HELD, BOB, LOCK(B));
    happens(f, RELEASED, BOB, LOCK(B));
    happens(f, HELD, BOB, LOCK(A));
    happens(f, RELEASED, BOB, LOCK(A));
    expect_nothing(f);
}

/* A lock around both is a gate; one that only one of them holds is not. */
static void a_lock_that_guards_both_keeps_them_apart(void **state)
{
    struct fixture *f = *state;

    for (uint32_t gate = GATE; gate <= GATE + 1; gate++) {
        begin(f);
        happens(f, HELD, ANN, OBJECT("lock", GATE));
        nest(f, ANN, A, B);
        happens(f, RELEASED, ANN, OBJECT("lock", GATE));
        happens(f, HELD, BOB, OBJECT("lock", gate));
        nest(f, BOB, B, A);
        happens(f, RELEASED, BOB, OBJECT("lock", gate));
        assert_int_equal(count_circles(f), gate == GATE ? 0 : 1);
    }
}

/* The locks themselves order nobody: another schedule takes them otherwise. */
static void what_is_ordered_by_an_event_or_a_join_is_none(void **state)
{
    struct fixture *f = *state;

    begin(f);
    nest(f, ANN, A, B);
    happens(f, SIGNALLED, ANN, OBJECT("event", 20));
    happens(f, RESUMED, BOB, OBJECT("event", 20));
    nest(f, BOB, B, A);
    expect_nothing(f);
    begin(f);
    nest(f, ANN, A, B);
    ends(f, ANN);
    happens(f, RESUMED, BOB, TASK(ANN));
    nest(f, BOB, B, A);
    expect_nothing(f);
}

static void a_permit_is_not_a_lock(void **state)
{
    struct fixture *f = *state;

    begin(f);
    happens(f, HELD, ANN, OBJECT("semaphore", A));
    happens(f, HELD, ANN, LOCK(B));
    happens(f, HELD, BOB, LOCK(C));
    happens(f, HELD, BOB, OBJECT("semaphore", A));
    expect_nothing(f);
}

/* Each once, however it is turned, the shorter first, and no more than there is room for. */
static void every_circle_is_foretold_once(void **state)
{
    struct fixture *f = *state;
    struct lock_circles circles;

    begin(f);
    nest(f, ANN, A, B);
    nest(f, BOB, B, C);
    nest(f, CAT, C, A);
    nest(f, BOB, B, A);
    lock_order_foretell(f->detector, &circles);
    assert_int_equal(circles.count, 2);
    assert_int_equal(circles.list[0].length, 2);
    assert_int_equal(circles.list[1].length, 3);
    assert_false(lock_circle_equal(&circles.list[0], &circles.list[1]));
    assert_true(lock_circle_equal(&circles.list[0], &circles.list[0]));
    for (uint32_t task = 20; task < 32; task++)
        nest(f, task, B, A);
    assert_int_equal(count_circles(f), LOCK_CIRCLES_MAX);
}

/* In another run the times are others; tasks, locks and places are not. */
static void circles_are_told_apart_by_tasks_locks_and_places(void **state)
{
    struct fixture *f = *state;
    struct lock_circles circles;
    struct lock_circle other;

    begin(f);
    nest(f, ANN, A, B);
    nest(f, BOB, B, A);
    lock_order_foretell(f->detector, &circles);
    other = circles.list[0];
    other.steps[0].inner.time_ns++;
    assert_true(lock_circle_equal(&circles.list[0], &other));
    other.steps[1].task[0] = 'B';
    assert_false(lock_circle_equal(&circles.list[0], &other));
    other = circles.list[0];
    other.steps[1].outer.here[0] = '!';
    assert_false(lock_circle_equal(&circles.list[0], &other));
    other = circles.list[0];
    other.steps[1].inner.name[5] = 'Z';
    assert_false(lock_circle_equal(&circles.list[0], &other));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(two_tasks_in_opposite_orders_are_predicted_to_get_stuck),
        TEST(three_tasks_can_make_a_circle_of_three),
        TEST(one_order_or_one_task_or_one_after_the_other_is_none),
        TEST(a_lock_that_guards_both_keeps_them_apart),
        TEST(what_is_ordered_by_an_event_or_a_join_is_none),
        TEST(a_permit_is_not_a_lock),
        TEST(every_circle_is_foretold_once),
        TEST(circles_are_told_apart_by_tasks_locks_and_places),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

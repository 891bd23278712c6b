/*
 * race_test.c - which two accesses are ordered, by what, and which race.
 *
 * Each test is the pair that races, then, a line more, the same in order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "detect/race.h"
#include "tests/detect/records.h"

struct fixture {
    struct order *order;
    struct race *race;
    struct trace *trace;
};

static int fixture_open(void **state)
{
    static struct fixture fixture;

    fixture.order = order_new(ORDER_WITH_LOCKS);
    fixture.race = race_new(fixture.order);
    fixture.trace = trace_new();
    trace_listen(fixture.trace, order_listen, fixture.order, 0);
    trace_listen(fixture.trace, race_listen, fixture.race, 0);
    *state = &fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    race_free(f->race);
    order_free(f->order);
    trace_free(f->trace);
    return 0;
}

/* A new run, of main and its two children. */
static void begin(struct fixture *f)
{
    trace_reset(f->trace);
    order_reset(f->order, false);
    race_reset(f->race);
    spawns(f, CALLBACK, MAIN);
    spawns(f, MAIN, ANN);
    spawns(f, MAIN, BOB);
}

static void expect_race(struct fixture *f, const char *lines)
{
    struct finding finding = {0};

    assert_true(race_judge(f->race, &finding));
    assert_int_equal(finding.kind, FINDING_RACE);
    assert_string_equal(finding.lines, lines);
    free(finding.lines);
}

static void expect_any_race(struct fixture *f)
{
    struct finding finding = {0};

    assert_true(race_judge(f->race, &finding));
    free(finding.lines);
}

static void expect_order(struct fixture *f)
{
    struct finding finding = {0};

    assert_false(race_judge(f->race, &finding));
}

/* ---- what races ---- */

static void two_accesses_race_when_one_writes_and_nothing_orders_them(void **state)
{
    struct fixture *f = *state;

    begin(f);
    happens(f, WROTE, ANN, X);
    happens(f, READ, BOB, X);
    expect_race(f, "x  written by ann at 0.003s  bank.c:3   and read by bob at 0.004s  bank.c:4"
                   "   nothing orders the two\n");
    begin(f);
    happens(f, READ, ANN, X);
    happens(f, WROTE, BOB, X);
    expect_race(f, "x  read by ann at 0.003s  bank.c:3   and written by bob at 0.004s  bank.c:4"
                   "   nothing orders the two\n");
    begin(f);
    happens(f, WROTE, ANN, X);
    happens(f, WROTE, BOB, X);
    expect_any_race(f);
}

static void reads_do_not_race_nor_what_one_task_does_nor_two_variables(void **state)
{
    struct fixture *f = *state;

    begin(f);
    happens(f, READ, ANN, X);
    happens(f, READ, BOB, X);
    happens(f, WROTE, ANN, Y);
    happens(f, READ, ANN, Y);
    happens(f, WROTE, ANN, Y);
    expect_order(f);
}

/* A write that orders itself behind one of two reads races with the other. */
static void every_read_since_the_last_write_counts(void **state)
{
    struct fixture *f = *state;

    begin(f);
    spawns(f, MAIN, CAT);
    happens(f, READ, ANN, X);
    happens(f, READ, BOB, X);
    happens(f, SIGNALLED, BOB, OBJECT("event", 20));
    happens(f, PASSED, CAT, OBJECT("event", 20));
    happens(f, WROTE, CAT, X);
    expect_race(f, "x  read by ann at 0.004s  bank.c:4   and written by cat at 0.008s  bank.c:8"
                   "   nothing orders the two\n");
}

static void each_variable_that_races_has_a_line(void **state)
{
    struct fixture *f = *state;

    begin(f);
    happens(f, WROTE, ANN, Y);
    happens(f, WROTE, ANN, X);
    happens(f, WROTE, BOB, X);
    happens(f, WROTE, BOB, Y);
    happens(f, WROTE, BOB, Y);
    happens(f, READ, ANN, X);
    expect_race(f, "y  written by ann at 0.003s  bank.c:3   and written by bob at 0.006s  bank.c:6"
                   "   nothing orders the two\n"
                   "x  written by ann at 0.004s  bank.c:4   and written by bob at 0.005s  bank.c:5"
                   "   nothing orders the two\n");
}

/* ---- what orders ---- */

static void a_child_comes_after_what_its_parent_did_before_the_spawn(void **state)
{
    struct fixture *f = *state;

    begin(f);
    happens(f, WROTE, MAIN, X);
    happens(f, READ, ANN, X);
    expect_any_race(f);
    begin(f);
    happens(f, WROTE, MAIN, X);
    spawns(f, MAIN, CAT);
    happens(f, WROTE, CAT, X);
    expect_order(f);
    happens(f, READ, MAIN, X);
    expect_any_race(f);
}

static void who_waits_for_a_task_comes_after_its_end(void **state)
{
    struct fixture *f = *state;

    begin(f);
    happens(f, WROTE, ANN, X);
    ends(f, ANN);
    happens(f, RESUMED, MAIN, TASK(ANN));
    happens(f, READ, MAIN, X);
    expect_order(f);
    happens(f, WROTE, BOB, X);
    expect_any_race(f);
}

static void who_gathers_comes_after_the_ends_of_all(void **state)
{
    struct fixture *f = *state;

    begin(f);
    happens(f, WROTE, ANN, X);
    happens(f, WROTE, BOB, Y);
    ends(f, ANN);
    ends(f, BOB);
    happens(f, RELEASED, ANN, OBJECT("gather", 20));
    happens(f, RELEASED, BOB, OBJECT("gather", 20));
    happens(f, RESUMED, MAIN, OBJECT("gather", 20));
    happens(f, READ, MAIN, X);
    happens(f, READ, MAIN, Y);
    expect_order(f);
}

static void a_lock_orders_who_held_it_before_and_another_does_not(void **state)
{
    struct fixture *f = *state;

    for (uint32_t second = 1; second <= 2; second++) {
        begin(f);
        happens(f, HELD, ANN, LOCK(1));
        happens(f, WROTE, ANN, X);
        happens(f, RELEASED, ANN, LOCK(1));
        happens(f, HELD, BOB, LOCK(second));
        happens(f, WROTE, BOB, X);
        if (second == 1)
            expect_order(f);
        else
            expect_any_race(f);
    }
}

/* What is done after the signal is not covered by it. */
static void a_signal_orders_what_came_before_it(void **state)
{
    struct fixture *f = *state;

    begin(f);
    happens(f, WROTE, ANN, X);
    happens(f, SIGNALLED, ANN, OBJECT("event", 20));
    happens(f, WROTE, ANN, Y);
    happens(f, RESUMED, BOB, OBJECT("event", 20));
    happens(f, READ, BOB, X);
    expect_order(f);
    happens(f, READ, BOB, Y);
    expect_any_race(f);
}

static void an_item_orders_who_gets_it_and_no_other_item_does(void **state)
{
    struct fixture *f = *state;

    for (int64_t item = 7; item <= 8; item++) {
        begin(f);
        puts_in(f, ANN, 8);
        happens(f, WROTE, ANN, X);
        puts_in(f, ANN, 7);
        gets(f, BOB, item);
        happens(f, READ, BOB, X);
        if (item == 7)
            expect_order(f);
        else
            expect_any_race(f);
    }
}

static void room_orders_who_waited_for_it_after_who_made_it(void **state)
{
    struct fixture *f = *state;

    begin(f);
    happens(f, WROTE, ANN, X);
    gets(f, ANN, 1);
    happens(f, RESUMED, BOB, OBJECT("room in queue", 30));
    happens(f, READ, BOB, X);
    expect_order(f);
    begin(f);
    happens(f, WROTE, ANN, X);
    gets(f, ANN, 1);
    happens(f, RESUMED, BOB, OBJECT("queue", 30));
    happens(f, READ, BOB, X);
    expect_any_race(f);
}

static void a_cancel_orders_its_delivery(void **state)
{
    struct fixture *f = *state;

    for (int64_t code = -1; code <= 0; code++) {
        begin(f);
        happens(f, WROTE, ANN, X);
        happens(f, CANCELLED, ANN, TASK(BOB));
        happens_with(f->trace, TRACE_RESUMED, BOB, OBJECT("sleep", 0), 0, code);
        happens(f, READ, BOB, X);
        if (code < 0)
            expect_order(f);
        else
            expect_any_race(f);
    }
}

static void an_update_orders_tasks_and_its_variable_does_not_race(void **state)
{
    struct fixture *f = *state;

    begin(f);
    happens(f, WROTE, ANN, X);
    happens(f, UPDATED, ANN, Y);
    happens(f, UPDATED, BOB, Y);
    happens(f, READ, BOB, X);
    happens(f, WROTE, BOB, Y);
    happens(f, WROTE, ANN, Y);
    expect_order(f);
}

static void a_callback_comes_after_everything(void **state)
{
    struct fixture *f = *state;

    begin(f);
    happens(f, WROTE, ANN, X);
    happens(f, WROTE, CALLBACK, X);
    happens(f, SIGNALLED, CALLBACK, OBJECT("future", 20));
    happens(f, RESUMED, BOB, OBJECT("future", 20));
    happens(f, WROTE, BOB, X);
    expect_order(f);
}

static void with_too_many_tasks_nothing_is_said(void **state)
{
    struct fixture *f = *state;

    begin(f);
    for (uint32_t i = 0; i < ORDER_TASKS_MAX; i++)
        spawns(f, MAIN, 100 + i);
    happens(f, WROTE, ANN, X);
    happens(f, WROTE, BOB, X);
    expect_order(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(two_accesses_race_when_one_writes_and_nothing_orders_them),
        TEST(reads_do_not_race_nor_what_one_task_does_nor_two_variables),
        TEST(every_read_since_the_last_write_counts),
        TEST(each_variable_that_races_has_a_line),
        TEST(a_child_comes_after_what_its_parent_did_before_the_spawn),
        TEST(who_waits_for_a_task_comes_after_its_end),
        TEST(who_gathers_comes_after_the_ends_of_all),
        TEST(a_lock_orders_who_held_it_before_and_another_does_not),
        TEST(a_signal_orders_what_came_before_it),
        TEST(an_item_orders_who_gets_it_and_no_other_item_does),
        TEST(room_orders_who_waited_for_it_after_who_made_it),
        TEST(a_cancel_orders_its_delivery),
        TEST(an_update_orders_tasks_and_its_variable_does_not_race),
        TEST(a_callback_comes_after_everything),
        TEST(with_too_many_tasks_nothing_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * atomicity_test.c - of the eight ways to come between two accesses, the four that no order of the
 * two tasks could give.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "detect/atomicity.h"
#include "tests/detect/records.h"

struct fixture {
    struct order *order;
    struct atomicity *atomicity;
    struct trace *trace;
};

static int fixture_open(void **state)
{
    static struct fixture fixture;

    fixture.order = order_new(ORDER_WITH_LOCKS);
    fixture.atomicity = atomicity_new(fixture.order);
    fixture.trace = trace_new();
    trace_listen(fixture.trace, order_listen, fixture.order, 0);
    trace_listen(fixture.trace, atomicity_listen, fixture.atomicity, 0);
    *state = &fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    atomicity_free(f->atomicity);
    order_free(f->order);
    trace_free(f->trace);
    return 0;
}

static void begin(struct fixture *f)
{
    trace_reset(f->trace);
    order_reset(f->order, false);
    atomicity_reset(f->atomicity);
}

static enum trace_kind kind(char letter)
{
    return letter == 'R' ? TRACE_READ : letter == 'W' ? TRACE_WROTE : TRACE_UPDATED;
}

/* ann does the first, bob the second, ann the third. */
static void three(struct fixture *f, const char *letters)
{
    begin(f);
    for (size_t i = 0; i < 3; i++)
        happens_with(f->trace, kind(letters[i]), i == 1 ? BOB : ANN, X, 0, 0);
}

static void expect_lines(struct fixture *f, const char *expected)
{
    char *lines = atomicity_lines(f->atomicity);

    assert_true(atomicity_suspects(f->atomicity));
    assert_string_equal(lines, expected);
    free(lines);
}

static void four_of_the_eight_triples_are_suspect_and_say_why(void **state)
{
    static const struct {
        const char *letters;
        const char *lines; /* NULL: not suspect */
    } rows[] = {
        {"RWR", "ann  reads x at 0.000s  bank.c:0\n"
                "bob  writes x at 0.001s  bank.c:1   in between\n"
                "ann  reads x at 0.002s  bank.c:2   and finds something else\n"},
        {"WWR", "ann  writes x at 0.000s  bank.c:0\n"
                "bob  writes x at 0.001s  bank.c:1   in between\n"
                "ann  reads x at 0.002s  bank.c:2   and finds what it did not write\n"},
        {"WRW", "ann  writes x at 0.000s  bank.c:0\n"
                "bob  reads x at 0.001s  bank.c:1   in between\n"
                "ann  writes x at 0.002s  bank.c:2   what was read between was not final\n"},
        {"RWW", "ann  reads x at 0.000s  bank.c:0\n"
                "bob  writes x at 0.001s  bank.c:1   in between\n"
                "ann  writes x at 0.002s  bank.c:2   knowing only what it read before\n"},
        {"RRR", NULL},
        {"RRW", NULL},
        {"WRR", NULL},
        {"WWW", NULL},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        three(f, rows[i].letters);
        if (rows[i].lines != NULL)
            expect_lines(f, rows[i].lines);
        else
            assert_false(atomicity_suspects(f->atomicity));
    }
}

static void only_what_is_between_two_neighbours_counts(void **state)
{
    struct fixture *f = *state;

    begin(f);
    happens(f, READ, ANN, X);
    happens(f, READ, ANN, X);
    happens(f, WROTE, BOB, Y);
    happens(f, WROTE, ANN, X);
    assert_false(atomicity_suspects(f->atomicity));
    happens(f, WROTE, BOB, X);
    happens(f, READ, ANN, Y);
    happens(f, READ, ANN, X);
    expect_lines(f, "ann  writes x at 0.003s  bank.c:3\n"
                    "bob  writes x at 0.004s  bank.c:4   in between\n"
                    "ann  reads x at 0.006s  bank.c:6   and finds what it did not write\n");
}

static void access_under(struct fixture *f, uint32_t task, char letter, uint32_t lock)
{
    happens(f, HELD, task, LOCK(lock));
    happens_with(f->trace, kind(letter), task, X, 0, 0);
    happens(f, RELEASED, task, LOCK(lock));
}

/* Each under the lock by itself is meant as one after the other. */
static void under_one_lock_nothing_is_suspect(void **state)
{
    struct fixture *f = *state;

    for (uint32_t third = 1; third <= 2; third++) {
        begin(f);
        access_under(f, ANN, 'R', 1);
        access_under(f, BOB, 'W', 1);
        access_under(f, ANN, 'W', third);
        assert_int_equal(atomicity_suspects(f->atomicity), third == 2);
    }
    begin(f);
    happens(f, HELD, ANN, LOCK(1));
    happens(f, READ, ANN, X);
    happens(f, WROTE, BOB, X);
    happens(f, WROTE, ANN, X);
    assert_true(atomicity_suspects(f->atomicity));
}

static void what_is_updated_in_one_step_looks_by_itself(void **state)
{
    struct fixture *f = *state;

    three(f, "RWU");
    assert_false(atomicity_suspects(f->atomicity));
    three(f, "RUW");
    assert_false(atomicity_suspects(f->atomicity));
    three(f, "URU");
    assert_false(atomicity_suspects(f->atomicity));
}

static void the_first_triple_of_each_variable_is_shown(void **state)
{
    struct fixture *f = *state;

    begin(f);
    for (int i = 0; i < 2; i++) {
        happens(f, READ, ANN, X);
        happens(f, READ, ANN, Y);
        happens(f, WROTE, BOB, X);
        happens(f, WROTE, BOB, Y);
    }
    expect_lines(f, "ann  reads x at 0.000s  bank.c:0\n"
                    "bob  writes x at 0.002s  bank.c:2   in between\n"
                    "ann  reads x at 0.004s  bank.c:4   and finds something else\n"
                    "ann  reads y at 0.001s  bank.c:1\n"
                    "bob  writes y at 0.003s  bank.c:3   in between\n"
                    "ann  reads y at 0.005s  bank.c:5   and finds something else\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(four_of_the_eight_triples_are_suspect_and_say_why),
        TEST(only_what_is_between_two_neighbours_counts),
        TEST(under_one_lock_nothing_is_suspect),
        TEST(what_is_updated_in_one_step_looks_by_itself),
        TEST(the_first_triple_of_each_variable_is_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * enumerate_test.c - every combination of decisions once, against nested loops.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "run/enumerate.h"

#define TEXT_MAX 8192

/* A program: decides, and writes what it decided. */
typedef void (*program)(struct chance *chance, char *text);

static size_t decide(struct chance *chance, const char *label, size_t bound, char *text)
{
    size_t value = choose(chance, label, bound, NULL);

    sprintf(text + strlen(text), "%zu", value);
    return value;
}

/* Run `program` for every tape of `family` from `tape` on. Returns: runs; `text` has them. */
static size_t visit_from(struct tape *tape, program run, enum chance_family family, char *text)
{
    struct chance chance;
    size_t runs = 0;

    chance_init(&chance);
    text[0] = '\0';
    do {
        chance_from_tape(&chance, tape);
        run(&chance, text);
        strcat(text, " ");
        assert_true(strlen(text) < TEXT_MAX - 100);
        tape_copy(tape, &chance.record);
        runs++;
    } while (enumerate_next(tape, family));
    chance_clear(&chance);
    return runs;
}

static size_t visit(program run, char *text)
{
    struct tape tape = {0};
    size_t runs = visit_from(&tape, run, FAMILY_timer, text);

    tape_clear(&tape);
    return runs;
}

static void decide_three_times(struct chance *chance, char *text)
{
    decide(chance, "timer.order", 3, text);
    decide(chance, "timer.together", 2, text);
    decide(chance, "timer.order", 4, text);
}

static void every_combination_comes_once_in_the_order_of_nested_loops(void **state)
{
    char text[TEXT_MAX], expected[TEXT_MAX] = "";

    (void)state;
    assert_int_equal(visit(decide_three_times, text), 3 * 2 * 4);
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 2; j++) {
            for (int k = 0; k < 4; k++)
                sprintf(expected + strlen(expected), "%d%d%d ", i, j, k);
        }
    }
    assert_string_equal(text, expected);
}

/* How many decisions there are, and their bounds, depend on those before. */
static void decide_what_depends(struct chance *chance, char *text)
{
    size_t first = decide(chance, "timer.order", 3, text);

    for (size_t i = 0; i < first; i++) {
        if (decide(chance, "timer.order", 2 + i, text) == 1)
            decide(chance, "timer.together", 2, text);
    }
}

static void what_can_be_decided_may_depend_on_what_was(void **state)
{
    char text[TEXT_MAX];

    (void)state;
    assert_int_equal(visit(decide_what_depends, text), 1 + 3 + 3 * 4);
    assert_string_equal(text, "0 "
                              "10 110 111 "
                              "200 2010 2011 202 "
                              "2100 21010 21011 2102 "
                              "2110 21110 21111 2112 ");
}

static void decide_nothing(struct chance *chance, char *text)
{
    decide(chance, "timer.order", 1, text);
}

static void a_program_without_decisions_has_one_run(void **state)
{
    char text[TEXT_MAX];

    (void)state;
    assert_int_equal(visit(decide_nothing, text), 1);
    assert_string_equal(text, "0 ");
}

/* Processes take turns between the timers. */
static void decide_in_two_families(struct chance *chance, char *text)
{
    decide(chance, "process.next", 2, text);
    decide(chance, "timer.order", 2, text);
    decide(chance, "process.next", 2, text);
    decide(chance, "timer.order", 2, text);
    decide(chance, "process.next", 2, text);
}

static void other_families_stay_as_they_were(void **state)
{
    char text[TEXT_MAX];

    (void)state;
    assert_int_equal(visit(decide_in_two_families, text), 4);
    assert_string_equal(text, "00000 00010 01000 01010 ");
}

/* What a tape says about other families holds for the decisions that come before the changed one.
 */
static void other_families_keep_their_place_on_the_tape(void **state)
{
    struct tape tape = {0};
    char text[TEXT_MAX];

    (void)state;
    tape_add(&tape, "process.next", 1, 2, "");
    tape_add(&tape, "process.next", 1, 2, "");
    assert_int_equal(visit_from(&tape, decide_in_two_families, FAMILY_timer, text), 4);
    assert_string_equal(text, "10100 10110 11000 11010 ");
    tape_clear(&tape);
}

static void another_family_is_enumerated_as_well(void **state)
{
    struct tape tape = {0};
    char text[TEXT_MAX];

    (void)state;
    assert_int_equal(visit_from(&tape, decide_in_two_families, FAMILY_process, text), 8);
    assert_string_equal(text, "00000 00001 00100 00101 10000 10001 10100 10101 ");
    tape_clear(&tape);
}

static void next_changes_the_last_decision_that_has_more_and_cuts_the_rest(void **state)
{
    struct tape tape = {0};

    (void)state;
    tape_add(&tape, "timer.order", 0, 2, "a");
    tape_add(&tape, "process.next", 0, 2, "b");
    tape_add(&tape, "timer.order", 2, 3, "c");
    tape_add(&tape, "process.next", 0, 2, "d");
    assert_true(enumerate_next(&tape, FAMILY_timer));
    assert_int_equal(tape.count, 1);
    assert_int_equal(tape.entries[0].value, 1);
    assert_string_equal(tape.entries[0].anchor, "a");
    assert_false(enumerate_next(&tape, FAMILY_timer));
    assert_false(enumerate_next(&tape, FAMILY_sched));
    tape_clear(&tape);
    assert_false(enumerate_next(&tape, FAMILY_timer));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_combination_comes_once_in_the_order_of_nested_loops),
        cmocka_unit_test(what_can_be_decided_may_depend_on_what_was),
        cmocka_unit_test(a_program_without_decisions_has_one_run),
        cmocka_unit_test(other_families_stay_as_they_were),
        cmocka_unit_test(other_families_keep_their_place_on_the_tape),
        cmocka_unit_test(another_family_is_enumerated_as_well),
        cmocka_unit_test(next_changes_the_last_decision_that_has_more_and_cuts_the_rest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

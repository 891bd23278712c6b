/*
 * dfs_test.c - every order once: against arithmetic, and against nested loops.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/map.h"
#include "tests/strategy/fake.h"

#define TEST(name) cmocka_unit_test(name)
#define TEXT_MAX   8192

/* Schedules of `program` by dfs; every order of steps must come once. */
static size_t count_orders(const struct fake_program *program)
{
    struct fake_search search;
    struct fake_run run;
    struct map seen = {0};
    char order[FAKE_EVENTS_MAX + 1];

    fake_open(&search, "dfs", 0);
    while (fake_next(&search, program, &run)) {
        fake_order(&run, order);
        map_set(&seen, hash_bytes(HASH_START, order, strlen(order)), 1);
    }
    assert_int_equal(seen.count, search.schedules);
    map_free(&seen);
    fake_close(&search);
    return search.schedules;
}

static size_t factorial(size_t n)
{
    return n < 2 ? 1 : n * factorial(n - 1);
}

/* In how many orders tasks of so many steps can run. */
static size_t multinomial(size_t count, const size_t *counts)
{
    size_t all = 0, ways;

    for (size_t i = 0; i < count; i++)
        all += counts[i];
    ways = factorial(all);
    for (size_t i = 0; i < count; i++)
        ways /= factorial(counts[i]);
    return ways;
}

static void two_tasks_of_m_steps_have_2m_over_m_orders(void **state)
{
    static const size_t orders[] = {1, 2, 6, 20, 70, 252, 924, 3432};

    (void)state;
    for (size_t m = 1; m <= 7; m++) {
        struct fake_program program = fake_apart(2, (size_t[]){m, m});

        assert_int_equal(count_orders(&program), orders[m]);
        program.points = true;
        assert_int_equal(count_orders(&program), orders[m]);
    }
}

static void three_and_four_tasks_have_as_many_orders_as_the_multinomial(void **state)
{
    static const size_t programs[][4] = {{1, 1, 1, 0}, {2, 2, 2, 0}, {1, 2, 3, 0}, {3, 3, 3, 0},
                                         {4, 1, 3, 0}, {1, 1, 1, 1}, {2, 2, 2, 2}, {1, 2, 1, 4}};

    (void)state;
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        size_t count = programs[i][3] != 0 ? 4 : 3;
        struct fake_program program = fake_apart(count, programs[i]);

        assert_int_equal(count_orders(&program), multinomial(count, programs[i]));
    }
}

static void the_first_schedule_is_production_order(void **state)
{
    struct fake_program program = fake_apart(3, (size_t[]){2, 1, 2});
    struct fake_search search;
    struct fake_run run;
    char order[FAKE_EVENTS_MAX + 1];

    (void)state;
    fake_open(&search, "dfs", 0);
    assert_true(fake_next(&search, &program, &run));
    assert_string_equal(fake_order(&run, order), "01202");
    fake_close(&search);
}

/* ---- decisions of any kind ---- */

/* A program: decides, and writes what it decided. */
typedef void (*program)(struct chance *chance, char *text);

static void decide(struct chance *chance, const char *label, size_t bound, char *text)
{
    sprintf(text + strlen(text), "%zu", choose(chance, label, bound, NULL));
}

static void visit(const char *name, program body, const char *expected)
{
    struct strategy *strategy = strategy_open(strategy_find(name), 0);
    struct chance chance;
    char text[TEXT_MAX] = "";

    chance_init(&chance);
    chance.open = strategy_opens(strategy->kind);
    for (size_t i = 0; strategy_begin(strategy, i); i++) {
        chance_from_decider(&chance, strategy_decider(strategy));
        body(&chance, text);
        strcat(text, " ");
        assert_true(strlen(text) < TEXT_MAX - 100);
        strategy_end(strategy, &(struct run_end){0});
    }
    assert_string_equal(text, expected);
    chance_clear(&chance);
    strategy_close(strategy);
}

static void decide_three_times(struct chance *chance, char *text)
{
    decide(chance, "timer.order", 3, text);
    decide(chance, "timer.together", 2, text);
    decide(chance, "timer.order", 4, text);
}

static void every_combination_comes_once_in_the_order_of_nested_loops(void **state)
{
    char expected[TEXT_MAX] = "";

    (void)state;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 2; j++) {
            for (int k = 0; k < 4; k++)
                sprintf(expected + strlen(expected), "%d%d%d ", i, j, k);
        }
    }
    visit("ties", decide_three_times, expected);
}

/* How many decisions there are, and their bounds, depend on those before. */
static void decide_what_depends(struct chance *chance, char *text)
{
    size_t first = choose(chance, "timer.order", 3, NULL);

    sprintf(text + strlen(text), "%zu", first);
    for (size_t i = 0; i < first; i++) {
        size_t next = choose(chance, "timer.order", 2 + i, NULL);

        sprintf(text + strlen(text), "%zu", next);
        if (next == 1)
            decide(chance, "timer.together", 2, text);
    }
}

static void what_can_be_decided_may_depend_on_what_was(void **state)
{
    (void)state;
    visit("ties", decide_what_depends,
          "0 "
          "10 110 111 "
          "200 2010 2011 202 "
          "2100 21010 21011 2102 "
          "2110 21110 21111 2112 ");
}

static void decide_nothing(struct chance *chance, char *text)
{
    decide(chance, "timer.order", 1, text);
}

static void a_program_without_decisions_has_one_schedule(void **state)
{
    (void)state;
    visit("ties", decide_nothing, "0 ");
    visit("dfs", decide_nothing, "0 ");
}

static void decide_in_four_families(struct chance *chance, char *text)
{
    decide(chance, "process.next", 2, text);
    decide(chance, "timer.order", 2, text);
    decide(chance, "sched.ready", 2, text);
    decide(chance, "thread.next", 2, text);
}

static void ties_are_decisions_of_the_timers_alone(void **state)
{
    (void)state;
    visit("ties", decide_in_four_families, "0000 0100 ");
}

static void all_but_the_timers_is_tried_by_dfs(void **state)
{
    (void)state;
    visit("dfs", decide_in_four_families, "0000 0001 0010 0011 1000 1001 1010 1011 ");
}

/* ---- what is certain ---- */

/* Explore two orders, as long as there are schedules, the first of which show new outcomes and are
 * cut. Returns: what is said of it. */
static char *words_after(size_t schedules, size_t outcomes, size_t cut, char *text, size_t size)
{
    struct strategy *strategy = strategy_open(strategy_find("dfs"), 0);
    struct chance chance;

    chance_init(&chance);
    chance.open = strategy_opens(strategy->kind);
    for (size_t i = 0; strategy_begin(strategy, i) && i < schedules; i++) {
        chance_from_decider(&chance, strategy_decider(strategy));
        choose(&chance, "sched.ready", 2, NULL);
        strategy_end(strategy, &(struct run_end){.new_outcome = i < outcomes, .cut = i < cut});
    }
    strategy_covered(strategy, text, size);
    chance_clear(&chance);
    strategy_close(strategy);
    return text;
}

static void it_says_when_all_was_tried(void **state)
{
    char text[100];

    (void)state;
    assert_string_equal(words_after(1, 1, 0, text, sizeof text), "");
    assert_string_equal(words_after(2, 1, 0, text, sizeof text),
                        "explored all orders: there is one outcome");
    assert_string_equal(words_after(9, 2, 0, text, sizeof text), "explored all 2 outcomes");
    assert_string_equal(words_after(9, 1, 1, text, sizeof text),
                        "explored all orders but for 1 that did not end");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(two_tasks_of_m_steps_have_2m_over_m_orders),
        TEST(three_and_four_tasks_have_as_many_orders_as_the_multinomial),
        TEST(the_first_schedule_is_production_order),
        TEST(every_combination_comes_once_in_the_order_of_nested_loops),
        TEST(what_can_be_decided_may_depend_on_what_was),
        TEST(a_program_without_decisions_has_one_schedule),
        TEST(ties_are_decisions_of_the_timers_alone),
        TEST(all_but_the_timers_is_tried_by_dfs),
        TEST(it_says_when_all_was_tried),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * delay_test.c - delay bounds against all orders, of each of which the delays are counted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/hash.h"
#include "base/map.h"
#include "tests/strategy/fake.h"

#define TEST(name) cmocka_unit_test(name)
#define BOUND_MAX  64

/* ---- brute force: how many delays an order takes ---- */

/* The index of `task` in a line; `count` if it is not there. */
static size_t place_of(const size_t *line, size_t count, size_t task)
{
    size_t i = 0;

    while (i < count && line[i] != task)
        i++;
    return i;
}

static void insert(size_t *line, size_t *count, size_t at, size_t task)
{
    for (size_t i = (*count)++; i > at; i--)
        line[i] = line[i - 1];
    line[at] = task;
}

static void erase(size_t *line, size_t *count, size_t at)
{
    (*count)--;
    for (size_t i = at; i < *count; i++)
        line[i] = line[i + 1];
}

/* Delays that the delaying scheduler spends to run in the order of `run`. */
static size_t delays_of(const struct fake_run *run)
{
    size_t line[FAKE_TASKS_MAX], count = 0, delays = 0;

    for (size_t i = 0; i < run->count; i++) {
        const struct fake_event *event = &run->events[i];
        size_t place;

        for (size_t j = 0; j < event->option_count; j++) {
            if (place_of(line, count, event->options[j]) == count)
                insert(line, &count, j == 0 ? 0 : count, event->options[j]);
        }
        place = place_of(line, count, event->task);
        delays += place;
        for (size_t j = 0; j < place; j++) {
            insert(line, &count, count, line[0]);
            erase(line, &count, 0);
        }
        erase(line, &count, 0);
    }
    return delays;
}

/* How many orders take so many delays. */
static void count_delays(void *self, const struct fake_run *run)
{
    size_t delays = delays_of(run);

    assert_true(delays < BOUND_MAX);
    ((size_t *)self)[delays]++;
}

/* ---- the strategy ---- */

static void expect_bound(const struct fake_program *program, const char *name, size_t bound,
                         size_t orders)
{
    struct fake_search search;
    struct fake_run run;
    struct map seen = {0};
    char order[FAKE_EVENTS_MAX + 1];

    fake_open(&search, name, 0);
    while (fake_next(&search, program, &run)) {
        assert_true(delays_of(&run) <= bound);
        fake_order(&run, order);
        map_set(&seen, hash_bytes(HASH_START, order, strlen(order)), 1);
    }
    assert_int_equal(search.schedules, orders);
    assert_int_equal(seen.count, orders);
    map_free(&seen);
    fake_close(&search);
}

static void expect_bounds(const struct fake_program *program)
{
    static const char *const names[] = {"", "delay1", "delay2", "delay3"};
    size_t orders[BOUND_MAX] = {0}, below = 0;

    fake_orders(program, count_delays, orders);
    for (size_t bound = 0; bound <= 3; bound++) {
        below += orders[bound];
        if (bound > 0)
            expect_bound(program, names[bound], bound, below);
    }
}

static void a_bound_has_every_order_that_takes_so_many_delays_once(void **state)
{
    uint64_t stream = 1;

    (void)state;
    for (size_t i = 0; i < 200; i++) {
        struct fake_program program = fake_random(&stream);

        expect_bounds(&program);
    }
}

/* Who was ready runs to its end, and then the next: one delay is one place to leave the first. */
static void one_delay_in_two_tasks_of_m_points_makes_m_plus_one_orders(void **state)
{
    (void)state;
    for (size_t m = 1; m <= 7; m++) {
        struct fake_program program = fake_apart(2, (size_t[]){m, m});

        program.points = true;
        expect_bound(&program, "delay1", 1, m + 1);
    }
}

/* Bounds 0, 1, 2 ... each with what is below it, until a bound has all orders there are. */
static void without_a_bound_it_is_raised_until_all_orders_were_tried(void **state)
{
    uint64_t stream = 2;

    (void)state;
    for (size_t i = 0; i < 100; i++) {
        struct fake_program program = fake_random(&stream);
        size_t orders[BOUND_MAX] = {0}, all, below = 0, expected = 0;
        struct fake_search search;
        struct fake_run run;
        char text[100];

        all = fake_orders(&program, count_delays, orders);
        for (size_t bound = 0; below < all; bound++) {
            below += orders[bound];
            expected += below;
        }
        fake_open(&search, "delay", 0);
        while (fake_next(&search, &program, &run))
            ;
        assert_int_equal(search.schedules, expected);
        assert_string_equal(strategy_covered(search.strategy, text, sizeof text),
                            "explored all 0 outcomes");
        fake_close(&search);
    }
}

/* ---- what is certain ---- */

static char *words_after(const char *name, size_t schedules, struct run_end end, char *text,
                         size_t size)
{
    struct fake_program program = fake_apart(2, (size_t[]){3, 3});
    struct fake_search search;
    struct fake_run run;

    program.points = true;
    fake_open(&search, name, 0);
    while (search.schedules < schedules && fake_next(&search, &program, &run))
        strategy_end(search.strategy, &end);
    if (search.schedules == schedules)
        strategy_begin(search.strategy, schedules);
    strategy_covered(search.strategy, text, size);
    fake_close(&search);
    return text;
}

static void it_says_up_to_how_many_delays_nothing_was_found(void **state)
{
    struct run_end quiet = {0}, found = {.finding = true}, cut = {.cut = true};
    char text[100];

    (void)state;
    assert_string_equal(words_after("delay1", 3, quiet, text, sizeof text), "");
    assert_string_equal(words_after("delay1", 99, quiet, text, sizeof text),
                        "no finding with up to 1 delay");
    assert_string_equal(words_after("delay1", 99, found, text, sizeof text),
                        "explored all with up to 1 delay");
    assert_string_equal(words_after("delay1", 99, cut, text, sizeof text),
                        "no finding with up to 1 delay, but 4 runs did not end");
    assert_string_equal(words_after("delay", 1, quiet, text, sizeof text),
                        "no finding with up to 0 delays");
    assert_string_equal(words_after("delay", 4, quiet, text, sizeof text),
                        "no finding with up to 0 delays");
    assert_string_equal(words_after("delay", 5, quiet, text, sizeof text),
                        "no finding with up to 1 delay");
}

/* Decisions about no operations: an option costs as many delays as come before it. */
static void an_option_that_is_no_operation_costs_its_number(void **state)
{
    struct strategy *strategy = strategy_open(strategy_find("delay2"), 0);
    struct chance chance;
    char orders[200] = "";

    (void)state;
    chance_init(&chance);
    chance.open = strategy_opens(strategy->kind);
    for (size_t i = 0; strategy_begin(strategy, i); i++) {
        char order[] = "00 ";

        chance_from_decider(&chance, strategy_decider(strategy));
        order[0] = (char)('0' + choose(&chance, "thread.next", 4, NULL));
        order[1] = (char)('0' + choose(&chance, "thread.next", 2, NULL));
        strcat(orders, order);
        strategy_end(strategy, &(struct run_end){0});
    }
    assert_string_equal(orders, "00 01 10 11 20 ");
    chance_clear(&chance);
    strategy_close(strategy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_bound_has_every_order_that_takes_so_many_delays_once),
        TEST(one_delay_in_two_tasks_of_m_points_makes_m_plus_one_orders),
        TEST(without_a_bound_it_is_raised_until_all_orders_were_tried),
        TEST(it_says_up_to_how_many_delays_nothing_was_found),
        TEST(an_option_that_is_no_operation_costs_its_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

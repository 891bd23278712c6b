/*
 * urw_test.c - every interleaving is as likely as any other, where nobody blocks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/map.h"
#include "strategy/kinds.h"
#include "tests/strategy/play.h"
#include "tests/strategy/statistics.h"

#define CELLS_MAX 1000
#define RUNS      50 /* a cell */

/* The order of who was next, as a number; of two tasks. */
static uint64_t order_of(const struct played *played)
{
    uint64_t order = 1;

    for (size_t i = 0; i < played->length; i++)
        order = order * 4 + played->tasks[i];
    return order;
}

/* Play `play` RUNS times for each of `cells` orders that it has: all come, equally often. */
static void expect_uniform(const struct play *play, size_t cells)
{
    struct strategy *strategy = strategy_open(&strategy_urw, 1);
    struct played played;
    struct map orders = {0};
    size_t counts[CELLS_MAX] = {0};

    for (size_t i = 0; i <= cells * RUNS; i++) {
        size_t cell;

        play_once(play, strategy, i, &played);
        cell = map_get(&orders, order_of(&played));
        if (cell == MAP_NONE) {
            cell = orders.count;
            map_set(&orders, order_of(&played), cell);
        }
        counts[cell] += i > 0; /* the first is the profile */
    }
    assert_int_equal(orders.count, cells);
    assert_true(is_uniform(counts, cells));
    map_free(&orders);
    strategy_close(strategy);
}

static void two_tasks_of_m_steps_have_every_interleaving_as_often(void **state)
{
    static const size_t cells[] = {1, 2, 6, 20, 70, 252, 924};

    (void)state;
    for (size_t m = 1; m <= 6; m++) {
        struct play play = {0};

        play_add(&play, 0, m, (struct step){STEP_WRITE, 0, NULL});
        play_add(&play, 1, m, (struct step){STEP_WRITE, 0, NULL});
        expect_uniform(&play, cells[m]);
    }
}

static void a_long_task_and_a_short_one_do_too(void **state)
{
    struct play play = {0};

    (void)state;
    play_add(&play, 0, 10, (struct step){STEP_WRITE, 0, NULL});
    play_add(&play, 1, 2, (struct step){STEP_WRITE, 0, NULL});
    expect_uniform(&play, 66);
}

/* The steps of a child count as its parent's until it is there: 9 interleave with 3. */
static void steps_of_children_are_counted_with_their_parent(void **state)
{
    struct play play = {0};

    (void)state;
    play_add(&play, 0, 1, (struct step){STEP_SPAWN, 1, NULL});
    play_add(&play, 0, 1, (struct step){STEP_SPAWN, 2, NULL});
    play_add(&play, 1, 3, (struct step){STEP_WRITE, 0, NULL});
    play_add(&play, 2, 5, (struct step){STEP_WRITE, 0, NULL});
    expect_uniform(&play, 84);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_tasks_of_m_steps_have_every_interleaving_as_often),
        cmocka_unit_test(a_long_task_and_a_short_one_do_too),
        cmocka_unit_test(steps_of_children_are_counted_with_their_parent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * pos_test.c - how often POS takes which partial order.
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

#define RUNS 50000

static bool first_is_last(const struct played *played)
{
    return played->when[0][5] < played->when[1][0];
}

/* A random walk would have the one step of the second task come last in 1 of 64; its priority is
 * the lowest of seven as often as any other is. */
static void steps_that_race_with_nothing_do_not_hurry_the_others(void **state)
{
    struct play play = {0};

    (void)state;
    play_add(&play, 0, 5, (struct step){STEP_WRITE, 1, NULL});
    play_add(&play, 0, 1, (struct step){STEP_WRITE, 0, NULL});
    play_add(&play, 1, 1, (struct step){STEP_WRITE, 0, NULL});
    assert_true(is_about(play_count(&play, &strategy_pos, 1, RUNS, first_is_last), RUNS, 1.0 / 7));
}

static bool in_a_row(const struct played *played)
{
    return played->tasks[0] == played->tasks[1];
}

/* Where every step races, priorities are drawn again at each: it is a random walk. */
static void what_races_is_drawn_again(void **state)
{
    struct play play = {0};

    (void)state;
    play_add(&play, 0, 2, (struct step){STEP_WRITE, 0, NULL});
    play_add(&play, 1, 2, (struct step){STEP_WRITE, 0, NULL});
    assert_true(is_about(play_count(&play, &strategy_pos, 2, RUNS, in_a_row), RUNS, 1.0 / 2));
}

/* Reads race with writes, but not with one another: of those of one variable, the one that was not
 * taken keeps its priority, and is likely to be behind again. */
static void reads_do_not_race(void **state)
{
    struct play play = {0};

    (void)state;
    play_add(&play, 0, 2, (struct step){STEP_READ, 0, NULL});
    play_add(&play, 1, 2, (struct step){STEP_READ, 0, NULL});
    assert_true(is_about(play_count(&play, &strategy_pos, 3, RUNS, in_a_row), RUNS, 2.0 / 3));
}

/* ---- against brute force ---- */

/* What is the same in two runs that differ only in the order of what does not race: who wrote what
 * is read, and which write was how many'th. */
static uint64_t partial_order(const struct play *play, const struct played *played)
{
    uint64_t order = 1;

    for (size_t a = 0; a < play->count; a++) {
        for (size_t i = 0; play->steps[a][i].kind != STEP_END; i++) {
            for (size_t b = a + 1; b < play->count; b++) {
                for (size_t j = 0; play->steps[b][j].kind != STEP_END; j++) {
                    const struct step *one = &play->steps[a][i], *other = &play->steps[b][j];

                    if (one->what == other->what &&
                        (one->kind == STEP_WRITE || other->kind == STEP_WRITE))
                        order = order * 2 + (played->when[a][i] < played->when[b][j]);
                }
            }
        }
    }
    return order;
}

/* Every partial order that is met within `runs`. */
static struct map orders_met(const struct play *play, const struct strategy_kind *kind, size_t runs)
{
    struct strategy *strategy = strategy_open(kind, 1);
    struct map orders = {0};
    struct played played;

    for (size_t i = 0; i < runs && play_once(play, strategy, i, &played); i++)
        map_set(&orders, partial_order(play, &played), 0);
    strategy_close(strategy);
    return orders;
}

static struct play random_play(uint64_t *stream)
{
    struct play play = {0};

    for (size_t task = 0; task < 3; task++) {
        for (size_t i = 0; i < 3; i++)
            play_add(&play, task, 1,
                     (struct step){chance_below(stream, 2) == 0 ? STEP_READ : STEP_WRITE,
                                   (unsigned)chance_below(stream, 2), NULL});
    }
    return play;
}

static void every_partial_order_that_brute_force_finds_comes(void **state)
{
    uint64_t stream = 1;

    (void)state;
    for (int i = 0; i < 20; i++) {
        struct play play = random_play(&stream);
        struct map all = orders_met(&play, &strategy_dfs, SIZE_MAX);
        struct map met = orders_met(&play, &strategy_pos, 20000);

        assert_int_equal(met.count, all.count);
        map_free(&all);
        map_free(&met);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_that_race_with_nothing_do_not_hurry_the_others),
        cmocka_unit_test(what_races_is_drawn_again),
        cmocka_unit_test(reads_do_not_race),
        cmocka_unit_test(every_partial_order_that_brute_force_finds_comes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * portfolio_test.c - one search, the finds of all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "strategy/kinds.h"
#include "tests/strategy/play.h"

#define SEEDS 20

/* reorder_100: a uniform random walk does not find it, reads-from fuzzing in ten schedules. */
static bool check_sees_half(const struct played *played)
{
    return (played->before[0][0] == 0) != (played->before[0][1] == 0);
}

static void what_one_of_its_strategies_finds_it_finds(void **state)
{
    struct play play = {0};

    (void)state;
    play_add(&play, 0, 1, (struct step){STEP_READ, 0, "check.c:1"});
    play_add(&play, 0, 1, (struct step){STEP_READ, 1, "check.c:2"});
    for (size_t task = 1; task < 100; task++) {
        play_add(&play, task, 1, (struct step){STEP_WRITE, 0, "set.c:1"});
        play_add(&play, task, 1, (struct step){STEP_WRITE, 1, "set.c:2"});
    }
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        assert_true(play_first(&play, &strategy_portfolio, seed, 1000, check_sees_half) <= 1000);
}

/* How many of schedules `first`, `first` + `step`, ... of 400 are fair: those of a random walk, and
 * of a uniform one, two in five. */
static size_t fair_of(size_t first, size_t step)
{
    struct strategy *strategy = strategy_open(&strategy_portfolio, 1);
    struct play play = {0};
    struct played played;
    size_t count = 0;

    play_add(&play, 0, 2, (struct step){STEP_WRITE, 0, "a.c:1"});
    play_add(&play, 1, 2, (struct step){STEP_WRITE, 0, "a.c:2"});
    play_once(&play, strategy, 0, &played);
    for (size_t i = 0; i < 400; i++) {
        play_once(&play, strategy, first + i * step, &played);
        count += strategy->fair;
    }
    strategy_close(strategy);
    return count;
}

static void every_share_of_a_search_has_all_strategies(void **state)
{
    (void)state;
    for (size_t shards = 1; shards <= 20; shards++) {
        size_t count = fair_of(shards, shards);

        assert_in_range(count, 130, 190);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_one_of_its_strategies_finds_it_finds),
        cmocka_unit_test(every_share_of_a_search_has_all_strategies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

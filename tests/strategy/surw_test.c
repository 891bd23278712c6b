/*
 * surw_test.c - of one object, every order of what is done to it is as likely as any other,
 * whatever else is done.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "strategy/kinds.h"
#include "tests/strategy/play.h"
#include "tests/strategy/statistics.h"

#define RUNS  30000
#define SEEDS 20

/* How many steps of task 0 on variable 0 came before step `other` of task 1. */
static size_t steps_before(const struct played *played, size_t other)
{
    size_t count = 0;

    for (size_t i = 9; i < 11; i++)
        count += played->when[0][i] < played->when[1][other] ? 1 : 0;
    return count;
}

/* The order of two steps by each of two tasks, 0 to 5. */
static size_t order_of(const struct played *played)
{
    size_t first = steps_before(played, 0), second = steps_before(played, 1);

    return second * (second + 1) / 2 + first;
}

static void steps_on_a_shared_object_are_ordered_uniformly_among_others(void **state)
{
    struct strategy *strategy = strategy_open(&strategy_surw, 1);
    struct play play = {0};
    struct played played;
    size_t counts[6] = {0};

    (void)state;
    play_add(&play, 0, 9, (struct step){STEP_WRITE, 1, NULL});
    play_add(&play, 0, 2, (struct step){STEP_WRITE, 0, NULL});
    play_add(&play, 1, 2, (struct step){STEP_WRITE, 0, NULL});
    play_add(&play, 1, 3, (struct step){STEP_WRITE, 2, NULL});
    for (size_t i = 0; i <= RUNS; i++) {
        play_once(&play, strategy, i, &played);
        counts[order_of(&played)] += i > 0;
    }
    assert_true(is_uniform(counts, 6));
    strategy_close(strategy);
}

/* reorder_100 (SCTBench): a check sees the first of two variables before, the second after anybody
 * has set it. */
static bool check_sees_half(const struct played *played)
{
    return (played->before[0][0] == 0) != (played->before[0][1] == 0);
}

static void what_needs_a_hundred_tasks_to_be_late_is_found(void **state)
{
    struct play play = {0};
    size_t sum = 0;

    (void)state;
    play_add(&play, 0, 1, (struct step){STEP_READ, 0, "check.c:1"});
    play_add(&play, 0, 1, (struct step){STEP_READ, 1, "check.c:2"});
    for (size_t task = 1; task < 100; task++) {
        play_add(&play, task, 1, (struct step){STEP_WRITE, 0, "set.c:1"});
        play_add(&play, task, 1, (struct step){STEP_WRITE, 1, "set.c:2"});
    }
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        sum += play_first(&play, &strategy_surw, seed, 10000, check_sees_half);
    assert_true(sum <= 400 * SEEDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_on_a_shared_object_are_ordered_uniformly_among_others),
        cmocka_unit_test(what_needs_a_hundred_tasks_to_be_late_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

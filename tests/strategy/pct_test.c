/*
 * pct_test.c - what PCT promises: a bug of depth d, among n tasks and k decisions, in one run of
 * n k^(d-1).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "strategy/kinds.h"
#include "tests/strategy/play.h"
#include "tests/strategy/statistics.h"

#define RUNS 100000

/* Three tasks of four steps, which are about nothing. */
static struct play three_tasks(void)
{
    struct play play = {0};

    for (size_t task = 0; task < 3; task++)
        play_add(&play, task, 4, (struct step){STEP_SPAWN, PLAY_TASKS - 1, NULL});
    return play;
}

/* Bugs of one to four ordering constraints. */

static bool before(const struct played *played, size_t task, size_t step, size_t other,
                   size_t other_step)
{
    return played->when[task][step] < played->when[other][other_step];
}

static bool depth_1(const struct played *played)
{
    return before(played, 2, 3, 0, 0);
}

static bool depth_2(const struct played *played)
{
    return before(played, 0, 1, 1, 1) && before(played, 1, 1, 0, 2);
}

static bool depth_3(const struct played *played)
{
    return depth_2(played) && before(played, 0, 2, 1, 2);
}

static bool depth_4(const struct played *played)
{
    return depth_3(played) && before(played, 1, 2, 0, 3);
}

static size_t hits(unsigned depth, bool (*is_it)(const struct played *played))
{
    struct play play = three_tasks();
    struct strategy_kind kind = strategy_pct3;

    kind.parameter = depth;
    return play_count(&play, &kind, depth, RUNS, is_it);
}

static void bug_of_depth_d_shows_as_often_as_promised(void **state)
{
    bool (*bugs[])(const struct played *played) = {depth_1, depth_2, depth_3, depth_4};
    double n = 3, k = 12;

    (void)state;
    for (unsigned d = 1; d <= 4; d++)
        assert_true(is_at_least(hits(d, bugs[d - 1]), RUNS, 1 / (n * pow(k, d - 1))));
}

static void fewer_changes_than_the_bug_is_deep_never_show_it(void **state)
{
    (void)state;
    assert_int_equal(hits(1, depth_2), 0);
    assert_int_equal(hits(2, depth_4), 0);
}

/* Of three tasks that are new at once, each is the first as often as the others. */
static bool second_is_first(const struct played *played)
{
    return played->tasks[0] == 1;
}

static void new_task_gets_any_place_in_the_order(void **state)
{
    (void)state;
    assert_true(is_about(hits(1, second_is_first), RUNS, 1.0 / 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bug_of_depth_d_shows_as_often_as_promised),
        cmocka_unit_test(fewer_changes_than_the_bug_is_deep_never_show_it),
        cmocka_unit_test(new_task_gets_any_place_in_the_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

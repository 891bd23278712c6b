/*
 * rff_test.c - what rules about places find.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "strategy/kinds.h"
#include "tests/strategy/play.h"

#define SEEDS 20

static size_t mean(const struct play *play, const struct strategy_kind *kind, size_t limit,
                   bool (*is_it)(const struct played *played))
{
    size_t sum = 0;

    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        sum += play_first(play, kind, seed, limit, is_it);
    return sum / SEEDS;
}

/* reorder_100 (SCTBench): a check sees the first of two variables before, the second after anybody
 * has set it. */
static bool check_sees_half(const struct played *played)
{
    return (played->before[0][0] == 0) != (played->before[0][1] == 0);
}

static struct play reorder(void)
{
    struct play play = {0};

    play_add(&play, 0, 1, (struct step){STEP_READ, 0, "check.c:1"});
    play_add(&play, 0, 1, (struct step){STEP_READ, 1, "check.c:2"});
    for (size_t task = 1; task < 100; task++) {
        play_add(&play, task, 1, (struct step){STEP_WRITE, 0, "set.c:1"});
        play_add(&play, task, 1, (struct step){STEP_WRITE, 1, "set.c:2"});
    }
    return play;
}

static void what_needs_a_hundred_tasks_to_be_late_is_found(void **state)
{
    struct play play = reorder();

    (void)state;
    assert_true(mean(&play, &strategy_rff, 10000, check_sees_half) <= 50);
}

/* Of four variables that thirty tasks set in turn, the first and the third are read before anybody
 * has, the second and the fourth after. */
static bool reads_in_turns(const struct played *played)
{
    const size_t *before = played->before[0];

    return before[0] == 0 && before[1] != 0 && before[2] == 0 && before[3] != 0;
}

static void pairs_that_must_come_together_are_found_one_by_one(void **state)
{
    static const char *const reads[] = {"a.c:1", "a.c:2", "a.c:3", "a.c:4"};
    static const char *const writes[] = {"b.c:1", "b.c:2", "b.c:3", "b.c:4"};
    struct play play = {0};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        play_add(&play, 0, 1, (struct step){STEP_READ, i, reads[i]});
        for (size_t task = 1; task <= 30; task++)
            play_add(&play, task, 1, (struct step){STEP_WRITE, i, writes[i]});
    }
    assert_true(mean(&play, &strategy_rff, 10000, reads_in_turns) <= 200);
}

/* Where a text lies is not the same in two builds. */
static void places_are_told_apart_by_their_text(void **state)
{
    struct play one = reorder(), other = reorder();
    static char check[] = "check.c:1", set[64][8];

    (void)state;
    other.steps[0][0].place = check;
    for (size_t task = 1; task < 64; task++) {
        memcpy(set[task], "set.c:2", 8);
        other.steps[task][1].place = set[task];
    }
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        assert_int_equal(play_first(&one, &strategy_rff, seed, 1000, check_sees_half),
                         play_first(&other, &strategy_rff, seed, 1000, check_sees_half));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_needs_a_hundred_tasks_to_be_late_is_found),
        cmocka_unit_test(pairs_that_must_come_together_are_found_one_by_one),
        cmocka_unit_test(places_are_told_apart_by_their_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * strategy_test.c - what is true of every strategy there is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "strategy/strategy.h"
#include "tests/strategy/play.h"

#define SCHEDULES 60

/* Four tasks, two of them spawned, on three variables. */
static struct play some_play(void)
{
    struct play play = {0};

    play_add(&play, 0, 2, (struct step){STEP_WRITE, 0, "a.c:1"});
    play_add(&play, 0, 1, (struct step){STEP_SPAWN, 2, NULL});
    play_add(&play, 0, 1, (struct step){STEP_SPAWN, 3, NULL});
    play_add(&play, 0, 1, (struct step){STEP_AWAIT, 3, NULL});
    play_add(&play, 1, 3, (struct step){STEP_READ, 0, "a.c:2"});
    play_add(&play, 1, 2, (struct step){STEP_WRITE, 1, "a.c:3"});
    play_add(&play, 2, 2, (struct step){STEP_WRITE, 0, "a.c:4"});
    play_add(&play, 2, 2, (struct step){STEP_READ, 1, "a.c:5"});
    play_add(&play, 3, 3, (struct step){STEP_WRITE, 2, "a.c:6"});
    return play;
}

/* The order of schedule `number`, where every `step`-th was tried before it, beginning with 0. */
static const char *order_after(const struct strategy_kind *kind, size_t number, size_t step)
{
    static char texts[2][64], *text = texts[0];
    struct strategy *strategy = strategy_open(kind, 4711);
    struct play play = some_play();
    struct played played = {0};

    for (size_t i = 0; i <= number; i += step)
        play_once(&play, strategy, i, &played);
    strategy_close(strategy);
    text = text == texts[0] ? texts[1] : texts[0];
    for (size_t i = 0; i < played.length; i++)
        text[i] = (char)('0' + played.tasks[i]);
    text[played.length] = '\0';
    return text;
}

/* Ask for a hundred faults in each of many schedules. Returns: in how many there were any. */
static size_t schedules_with_faults(const struct strategy_kind *kind, size_t schedules)
{
    struct strategy *strategy = strategy_open(kind, 4711);
    struct chance_decider decider = strategy_decider(strategy);
    struct choice choice = {.label = "alloc.fail", .family = FAMILY_alloc, .bound = 2};
    size_t count = 0;

    for (size_t i = 0; i < schedules && strategy_begin(strategy, i); i++) {
        size_t faults = 0;

        for (size_t j = 0; j < 100; j++)
            faults += decider.decide(decider.self, &choice);
        count += faults != 0;
        strategy_end(strategy, &(struct run_end){0});
    }
    strategy_close(strategy);
    return count;
}

static void half_of_the_schedules_have_no_faults_and_the_others_some(void **state)
{
    const struct strategy_kind *kind;

    (void)state;
    for (size_t i = 0; (kind = strategy_at(i)) != NULL; i++) {
        if (!kind->ends)
            assert_in_range(schedules_with_faults(kind, 1000), 350, 500);
    }
}

/* All but those that learn; of those, two searches that are the same do the same. */
static void a_schedule_is_the_same_whatever_came_before(void **state)
{
    const struct strategy_kind *kind;

    (void)state;
    for (size_t i = 0; (kind = strategy_at(i)) != NULL; i++) {
        size_t step = kind->learns ? 1 : SCHEDULES;

        assert_string_equal(order_after(kind, SCHEDULES, 1), order_after(kind, SCHEDULES, step));
        assert_string_equal(order_after(kind, SCHEDULES, 4), order_after(kind, SCHEDULES, 4));
    }
}

/* Whoever draws tries more than one order, and another one with another seed. */
static void seeds_differ(void **state)
{
    const struct strategy_kind *kind;
    struct play play = some_play();

    (void)state;
    for (size_t i = 0; (kind = strategy_at(i)) != NULL; i++) {
        struct strategy *one = strategy_open(kind, 1), *other = strategy_open(kind, 2);
        struct played played = {0}, others = {0};
        size_t alike = 0;

        for (size_t j = 0; j < SCHEDULES; j++) {
            if (!play_once(&play, one, j, &played) || !play_once(&play, other, j, &others))
                break;
            alike += memcmp(played.tasks, others.tasks, played.length) == 0;
        }
        assert_true(kind->ends || alike < SCHEDULES / 2);
        strategy_close(one);
        strategy_close(other);
    }
}

/* ---- choices that no program would make ---- */

struct noise {
    uint64_t stream;
};

static void any_operation(const void *self, size_t i, struct operation *operation)
{
    static const char *const whats[] = {"start", "read", "write", "lock", "point", "sleep"};
    static const char *const places[] = {"a.c:1", "a.c:2", "b.c:1", NULL};
    uint64_t stream = ((const struct noise *)self)->stream + i;

    operation->who = (uint64_t)1 << 48 | chance_below(&stream, 5);
    operation->id = 1 + i; /* no two alike */
    operation->what = whats[chance_below(&stream, 6)];
    operation->place = places[chance_below(&stream, 4)];
    operation->name = NULL;
    operation->object = chance_below(&stream, 4);
    operation->point = chance_below(&stream, 2) != 0;
    operation->writes = chance_below(&stream, 2) != 0;
}

static void an_answer_is_below_the_bound_whatever_is_asked(void **state)
{
    static const char *const labels[] = {"sched.ready", "process.next", "thread.next"};
    const struct strategy_kind *kind;

    (void)state;
    for (size_t i = 0; (kind = strategy_at(i)) != NULL; i++) {
        struct strategy *strategy = strategy_open(kind, 1);
        struct chance_decider decider = strategy_decider(strategy);
        struct noise noise = {i};

        for (size_t schedule = 0; schedule < 20 && strategy_begin(strategy, schedule); schedule++) {
            for (size_t j = 0; j < 200; j++) {
                struct alternatives alternatives = {.operation = any_operation, .self = &noise};
                const char *label = labels[chance_below(&noise.stream, 3)];
                struct choice choice = {label, chance_family(label),
                                        1 + chance_below(&noise.stream, 9), &alternatives};

                if (chance_below(&noise.stream, 4) == 0)
                    choice.alternatives = NULL;
                assert_true(decider.decide(decider.self, &choice) < choice.bound);
            }
            strategy_end(strategy, &(struct run_end){.new_outcome = schedule % 3 == 0});
        }
        strategy_close(strategy);
    }
}

static void a_strategy_is_found_by_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; strategy_at(i) != NULL; i++)
        assert_ptr_equal(strategy_find(strategy_at(i)->name), strategy_at(i));
    assert_null(strategy_find("unheard of"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_of_the_schedules_have_no_faults_and_the_others_some),
        cmocka_unit_test(a_schedule_is_the_same_whatever_came_before),
        cmocka_unit_test(seeds_differ),
        cmocka_unit_test(an_answer_is_below_the_bound_whatever_is_asked),
        cmocka_unit_test(a_strategy_is_found_by_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

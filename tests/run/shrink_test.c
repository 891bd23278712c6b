/*
 * shrink_test.c - bugs of a known depth (data/depths.c): the fewest departures, the critical step,
 * the passing run beside it, and whether timing alone is enough.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/bridge.h"
#include "cli/command.h"
#include "run/critical.h"
#include "run/sentence.h"
#include "run/shrink.h"

/* Runs at random until one fails. */
#define SEEDS_MAX 20000

/* Tapes of one bug that are shrunk, each from another seed. */
#define TAPES 2

struct fixture {
    struct runner runner;
    char *folder;
    struct scenario *scenario; /* of the program at hand */
    struct trial trial;
    struct tape departures; /* of a run that fails */
    struct shrunk shrunk;
    uint64_t seed; /* the last that was tried */
};

static int fixture_open(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.folder = modules_beside_executable()};
    bridge_open(&fixture.runner, fixture.folder);
    *state = &fixture;
    return 0;
}

static void forget_program(struct fixture *f)
{
    if (f->scenario == NULL)
        return;
    trial_close(&f->trial);
    scenario_free(f->scenario);
    f->scenario = NULL;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    forget_program(f);
    tape_clear(&f->departures);
    tape_clear(&f->shrunk.tape);
    runner_close(&f->runner);
    free(f->folder);
    return 0;
}

/* Take `program` for what follows; a broken property is what it is to be found with. */
static void choose_program(struct fixture *f, const char *program)
{
    struct source source = {.path = "tests/run/data/depths.yaml"};
    struct mistake mistake;

    forget_program(f);
    source.text = must_format("scenario: %s\nprogram: %s\nmodule: %s/depths.so\n", program, program,
                              f->folder);
    source.size = strlen(source.text);
    f->scenario = scenario_parse(&source, &mistake);
    source_free(&source);
    if (f->scenario == NULL || !runner_check(&f->runner, f->scenario, &mistake))
        fail_msg("%s", mistake.text);
    trial_open(&f->trial, &f->runner, f->scenario, &f->scenario->runs[0],
               strategy_families() | chance_open_default(), "always");
    f->seed = 0;
}

/* The departures of the next run at random that fails. */
static void find_failing(struct fixture *f)
{
    struct observation seen;
    bool found = false;

    while (!found && f->seed < SEEDS_MAX) {
        chance_from_seed(&f->trial.chance, ++f->seed);
        runner_run(&f->runner, f->scenario, &f->scenario->runs[0], &f->trial.chance, &seen);
        found = seen.finding != NULL;
        observation_clear(&seen);
    }
    assert_true(found);
    tape_departures(&f->departures, &f->trial.chance.record);
}

static void find_and_shrink(struct fixture *f)
{
    find_failing(f);
    tape_clear(&f->shrunk.tape);
    assert_true(shrink(&f->trial, &f->departures, &f->shrunk));
}

/* What the program at hand shrinks to, from several tapes, has at most `most` departures, and finds
 * it as a tape of its own. */
static void expect_at_most(struct fixture *f, size_t most)
{
    for (size_t i = 0; i < TAPES; i++) {
        struct tape departures = {0};

        find_and_shrink(f);
        if (f->shrunk.departures > most)
            fail_msg("%s: %zu departures, at most %zu expected", f->scenario->title,
                     f->shrunk.departures, most);
        tape_departures(&departures, &f->shrunk.tape);
        assert_int_equal(departures.count, f->shrunk.departures);
        assert_true(trial_departures(&f->trial, &departures));
        assert_int_equal(f->trial.chance.matched, departures.count);
        tape_clear(&departures);
    }
}

/* ---- the fewest departures ---- */

static void bugs_of_depth_one_to_four_shrink_to_one_departure_more_at_most(void **state)
{
    static const char *const shapes[] = {"side_by_side", "in_turn", "reversed"};
    struct fixture *f = *state;

    for (size_t shape = 0; shape < sizeof shapes / sizeof *shapes; shape++) {
        for (size_t depth = 1; depth <= 4; depth++) {
            char *program = must_format("%s_%zu", shapes[shape], depth);

            choose_program(f, program);
            expect_at_most(f, depth + 1);
            free(program);
        }
    }
    choose_program(f, "interrupted_1");
    expect_at_most(f, 2);
    choose_program(f, "interrupted_3");
    expect_at_most(f, 4);
}

static void what_needs_no_departure_shrinks_to_none(void **state)
{
    struct fixture *f = *state;

    choose_program(f, "fails_whatever_comes_first");
    find_and_shrink(f);
    assert_int_equal(f->shrunk.departures, 0);
    assert_int_equal(f->shrunk.fewer_tried, 0);
}

static void the_least_is_said_to_be_the_least(void **state)
{
    struct fixture *f = *state;

    choose_program(f, "in_turn_2");
    find_and_shrink(f);
    assert_int_equal(f->shrunk.departures, 2);
    /* Production order; then each pair the other way round, and what comes after its decision. */
    assert_true(f->shrunk.fewer_tried >= 3);
}

static void a_tape_that_does_not_find_it_is_not_shrunk(void **state)
{
    struct fixture *f = *state;
    struct tape none = {0};

    choose_program(f, "in_turn_2");
    assert_false(shrink(&f->trial, &none, &f->shrunk));
}

static void shrinking_is_the_same_every_time(void **state)
{
    struct fixture *f = *state;
    size_t runs;
    uint64_t hash;

    choose_program(f, "reversed_3");
    find_and_shrink(f);
    runs = f->trial.runs;
    hash = f->trial.hash;
    f->trial.runs = 0;
    tape_clear(&f->shrunk.tape);
    assert_true(shrink(&f->trial, &f->departures, &f->shrunk));
    assert_int_equal(f->trial.runs, runs);
    assert_int_equal(f->trial.hash, hash);
}

/* ---- the critical step ---- */

/* Of pairs that come one after the other all have to go wrong, so the last is where it is lost. */
static void the_critical_step_is_the_last_that_could_have_gone_otherwise(void **state)
{
    struct fixture *f = *state;
    struct critical critical;
    const struct tape_entry *step;

    choose_program(f, "in_turn_3");
    find_and_shrink(f);
    critical_search(&f->trial, &f->shrunk.tape, &critical);
    assert_true(critical.avoidable);
    step = &f->shrunk.tape.entries[critical.step];
    assert_string_equal(step->anchor, "second 3 (start)");
    assert_string_equal(step->before, "first 3 (start)");
    assert_true(critical.all);
    assert_int_equal(strncmp(critical.chosen, "second 3 (", 10), 0);
    assert_int_equal(strncmp(critical.instead, "first 3 (", 9), 0);
    critical_clear(&critical);
}

/* He who looks has been let in before: now it only has to go on. */
static void a_step_of_production_order_may_be_critical(void **state)
{
    struct fixture *f = *state;
    struct critical critical;

    choose_program(f, "interrupted_1");
    find_and_shrink(f);
    critical_search(&f->trial, &f->shrunk.tape, &critical);
    assert_true(critical.avoidable);
    assert_string_equal(f->shrunk.tape.entries[critical.step].anchor, "looks (read broken)");
    critical_clear(&critical);
}

static void two_runs_are_shown_from_where_they_part(void **state)
{
    struct fixture *f = *state;
    struct critical critical;

    choose_program(f, "side_by_side_1");
    find_and_shrink(f);
    critical_search(&f->trial, &f->shrunk.tape, &critical);
    assert_string_equal(critical.fails[0], "0.000 second 1 ends");
    assert_string_equal(critical.passes[0], "0.000 first 1 ends");
    assert_true(critical.common > 0);
    critical_clear(&critical);
}

static void what_fails_in_every_order_has_no_critical_step(void **state)
{
    struct fixture *f = *state;
    struct critical critical;

    choose_program(f, "fails_whatever_comes_first");
    find_and_shrink(f);
    critical_search(&f->trial, &f->shrunk.tape, &critical);
    assert_false(critical.avoidable);
    assert_true(critical.all);
    assert_null(critical.chosen);
    critical_clear(&critical);
}

/* ---- timing ---- */

static void what_a_tie_of_timers_does_takes_no_reordering(void **state)
{
    struct fixture *f = *state;
    struct timing_check timing;

    choose_program(f, "two_timers_at_once");
    find_and_shrink(f);
    timing_search(&f->trial, 100, &timing);
    assert_true(timing.found);
    assert_string_equal(timing.sentence, "production order except one step: "
                                         "b (sleep) runs before a (sleep) at 0.010s");
    free(timing.sentence);
}

static void what_only_another_order_does_is_not_found_by_timing(void **state)
{
    struct fixture *f = *state;
    struct timing_check timing;

    choose_program(f, "reversed_2");
    find_and_shrink(f);
    timing_search(&f->trial, 100, &timing);
    assert_false(timing.found);
    assert_true(timing.all);
    assert_int_equal(timing.tried, 1);
    assert_true(chance_is_open(&f->trial.chance, FAMILY_sched)); /* as it was */
}

static void timings_that_were_not_tried_are_not_denied(void **state)
{
    struct fixture *f = *state;
    struct timing_check timing;

    choose_program(f, "two_timers_at_once");
    find_and_shrink(f);
    timing_search(&f->trial, 0, &timing);
    assert_false(timing.found);
    assert_false(timing.all);
    assert_int_equal(timing.tried, 0);
}

static void where_there_are_many_timings_some_are_drawn(void **state)
{
    struct fixture *f = *state;
    struct timing_check timing;

    choose_program(f, "two_timers_at_once");
    find_and_shrink(f);
    timing_search(&f->trial, 1, &timing); /* production order, and one that is drawn */
    assert_true(timing.found);
    assert_int_equal(timing.tried, 2);
    free(timing.sentence);
}

static size_t begun;

static void count_run(void)
{
    begun++;
}

/* Who watches over CPU time does so run by run: all of them may take long. */
static void each_run_is_told_of_before_it_begins(void **state)
{
    struct fixture *f = *state;

    choose_program(f, "reversed_2");
    begun = 0;
    f->trial.begins = count_run;
    find_and_shrink(f);
    assert_true(begun > 1);
    assert_int_equal(begun, f->trial.runs);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bugs_of_depth_one_to_four_shrink_to_one_departure_more_at_most),
        TEST(what_needs_no_departure_shrinks_to_none),
        TEST(the_least_is_said_to_be_the_least),
        TEST(a_tape_that_does_not_find_it_is_not_shrunk),
        TEST(shrinking_is_the_same_every_time),
        TEST(the_critical_step_is_the_last_that_could_have_gone_otherwise),
        TEST(a_step_of_production_order_may_be_critical),
        TEST(two_runs_are_shown_from_where_they_part),
        TEST(what_fails_in_every_order_has_no_critical_step),
        TEST(what_a_tie_of_timers_does_takes_no_reordering),
        TEST(what_only_another_order_does_is_not_found_by_timing),
        TEST(timings_that_were_not_tried_are_not_denied),
        TEST(each_run_is_told_of_before_it_begins),
        TEST(where_there_are_many_timings_some_are_drawn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

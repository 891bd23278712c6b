/*
 * direct_test.c - runs that are led into a circle of locks: whether they get stuck there.
 *
 * Programs are scripts; what foretells the circle is a run of theirs in production order.
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
#include "run/direct.h"

struct fixture {
    struct runner runner;
    struct chance chance;
    struct scenario *scenario;
    char *folder;
};

static int fixture_open(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.folder = modules_beside_executable()};
    bridge_open(&fixture.runner, fixture.folder);
    chance_init(&fixture.chance);
    *state = &fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    scenario_free(f->scenario);
    runner_close(&f->runner);
    chance_clear(&f->chance);
    free(f->folder);
    return 0;
}

/* Run `tasks` in production order, which comes through. Returns: how many circles that foretells.
 */
static size_t foretell(struct fixture *f, const char *tasks)
{
    struct source source = {.path = "tests/run/data/direct.yaml"};
    struct mistake mistake;
    struct observation seen;

    source.text = must_format("scenario: s\nobjects: { A: lock, B: lock, C: lock, E: event }\n"
                              "tasks:\n%sdetect: [ lock-order ]\n",
                              tasks);
    source.size = strlen(source.text);
    scenario_free(f->scenario);
    f->scenario = scenario_parse(&source, &mistake);
    source_free(&source);
    if (f->scenario == NULL || !runner_check(&f->runner, f->scenario, &mistake))
        fail_msg("%s", mistake.text);
    chance_init(&f->chance);
    runner_run(&f->runner, f->scenario, &f->scenario->runs[0], &f->chance, &seen);
    assert_null(seen.finding);
    assert_true(seen.ended);
    observation_clear(&seen);
    return f->runner.judges.foretold.count;
}

/* Lead runs into the first circle that was foretold. Returns: which got stuck, or 0. */
static size_t lead(struct fixture *f, struct observation *seen)
{
    struct lock_circle circle = f->runner.judges.foretold.list[0];

    return direct_runs(&f->runner, f->scenario, &f->scenario->runs[0], &circle, 1, &f->chance,
                       seen);
}

static void expect_stuck(struct fixture *f, size_t first, const char *finding)
{
    struct observation seen, again;
    struct tape tape = {0};

    assert_int_equal(lead(f, &seen), first);
    assert_string_equal(seen.finding, finding);
    tape_copy(&tape, &f->chance.record);
    chance_from_tape(&f->chance, &tape);
    runner_run(&f->runner, f->scenario, &f->scenario->runs[0], &f->chance, &again);
    assert_string_equal(again.finding, finding);
    assert_true(again.hash == seen.hash);
    observation_clear(&again);
    observation_clear(&seen);
    tape_clear(&tape);
}

static void expect_free(struct fixture *f)
{
    struct observation seen;

    assert_int_equal(lead(f, &seen), 0);
}

static void a_task_is_held_back_until_the_other_has_its_lock(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(
        foretell(f, "  one: [ acquire A, sleep 0s, acquire B, release B, release A ]\n"
                    "  two: [ sleep 0s, sleep 0s, sleep 0s, sleep 0s, acquire B, sleep 0s, "
                    "acquire A, release A, release B ]\n"),
        1);
    expect_stuck(f, 1, "deadlock");
}

static void three_are_led_into_a_circle_of_three(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(
        foretell(f, "  one: [ acquire A, sleep 0s, acquire B, release B, release A ]\n"
                    "  two: [ sleep 0s, sleep 0s, sleep 0s, acquire B, sleep 0s, acquire C, "
                    "release C, release B ]\n"
                    "  three: [ sleep 0s, sleep 0s, sleep 0s, sleep 0s, sleep 0s, sleep 0s, "
                    "acquire C, sleep 0s, acquire A, release A, release C ]\n"),
        1);
    expect_stuck(f, 1, "deadlock");
}

/* Nothing can come between the two locks of either. */
static void who_takes_both_in_one_breath_is_never_stuck(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(foretell(f, "  one: [ acquire A, acquire B, release B, release A ]\n"
                                 "  two: [ sleep 0s, acquire B, acquire A, release A, "
                                 "release B ]\n"),
                     1);
    expect_free(f);
}

/* Whoever is ready goes on: time does not stand still for the other to come. */
static void what_needs_another_timing_is_not_met(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(foretell(f, "  one: [ acquire A, sleep 0s, acquire B, release B, release A ]\n"
                                 "  two: [ sleep 1s, acquire B, sleep 0s, acquire A, release A, "
                                 "release B ]\n"),
                     1);
    expect_free(f);
}

static void a_wait_between_the_two_locks_is_no_hindrance(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(foretell(f, "  gate: [ sleep 0s, set E ]\n"
                                 "  one: [ acquire A, wait E, acquire B, release B, release A ]\n"
                                 "  two: [ sleep 0s, sleep 0s, sleep 0s, acquire B, sleep 0s, "
                                 "acquire A, release A, release B ]\n"),
                     1);
    expect_stuck(f, 1, "deadlock");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_task_is_held_back_until_the_other_has_its_lock),
        TEST(three_are_led_into_a_circle_of_three),
        TEST(who_takes_both_in_one_breath_is_never_stuck),
        TEST(what_needs_another_timing_is_not_met),
        TEST(a_wait_between_the_two_locks_is_no_hindrance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

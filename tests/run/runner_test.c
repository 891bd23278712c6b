/*
 * runner_test.c - one tape, one run: programs of a module in worlds of their own.
 *
 * The module is data/programs.c; what is expected is what was seen, as text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/check.h"
#include "base/stack.h"
#include "cli/bridge.h"
#include "cli/command.h"
#include "run/runner.h"
#include "scenario/verdict.h"
#include "strategy/strategy.h"
#include "tests/lib/apart.h"

struct fixture {
    struct runner runner;
    struct chance chance;
    struct tape script;
    char *folder;
    struct scenario *scenario; /* of the program at hand */
};

static int outside_calls;

/* Called by programs: the one thing that no run puts back. */
__attribute__((visibility("default"))) int outside(void);
__attribute__((visibility("default"))) int outside(void)
{
    return ++outside_calls;
}

static int fixture_open(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.folder = modules_beside_executable()};
    bridge_open(&fixture.runner, fixture.folder);
    chance_init(&fixture.chance);
    outside_calls = 0;
    *state = &fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    scenario_free(f->scenario);
    runner_close(&f->runner);
    chance_clear(&f->chance);
    tape_clear(&f->script);
    free(f->folder);
    return 0;
}

/* The scenario of a program; `more` are lines of its file. */
static void choose_program(struct fixture *f, const char *program, const char *more)
{
    struct source source = {.path = "tests/run/data/programs.yaml"};
    struct mistake mistake;

    source.text = must_format("scenario: %s\nprogram: %s\nmodule: %s/programs.so\n%s", program,
                              program, f->folder, more);
    source.size = strlen(source.text);
    scenario_free(f->scenario);
    f->scenario = scenario_parse(&source, &mistake);
    source_free(&source);
    if (f->scenario == NULL || !runner_check(&f->runner, f->scenario, &mistake))
        fail_msg("%s", mistake.text);
}

static void add(char *text, const char *more)
{
    CHECK(strlen(text) + strlen(more) < 1000);
    strcat(text, more);
}

/* What was seen, as text: lines, the end, the block of a finding. Empties `seen`. */
static void describe(struct observation *seen, char *text)
{
    char *end;

    text[0] = '\0';
    for (size_t i = 0; i < seen->line_count; i++) {
        char *line = verdict_line(&seen->lines[i]);

        add(text, line);
        add(text, "\n");
        free(line);
    }
    end = must_format("%s %s at %lld ms\n%s", seen->ended ? "ends with" : "finds",
                      seen->ended ? seen->ends[0].name : seen->finding,
                      (long long)(seen->elapsed_ns / 1000000),
                      seen->finding_lines != NULL ? seen->finding_lines : "");
    add(text, end);
    free(end);
    observation_clear(seen);
}

static void run(struct fixture *f, char *text)
{
    struct observation seen;

    runner_run(&f->runner, f->scenario, &f->scenario->runs[0], &f->chance, &seen);
    describe(&seen, text);
}

/* Run the program that was chosen. */
static void expect_run(struct fixture *f, const char *expected)
{
    char text[1000];

    run(f, text);
    assert_string_equal(text, expected);
}

static void expect_program(struct fixture *f, const char *program, const char *expected)
{
    choose_program(f, program, "");
    expect_run(f, expected);
}

static void expect_same_again(struct fixture *f)
{
    char text[800];

    if (!runner_same_again(&f->runner, f->scenario, &f->scenario->runs[0], &f->chance, text,
                           sizeof text))
        fail_msg("%s", text);
}

static void expect_differs(struct fixture *f, const char *expected)
{
    char text[800] = "";

    assert_false(runner_same_again(&f->runner, f->scenario, &f->scenario->runs[0], &f->chance, text,
                                   sizeof text));
    assert_string_equal(text, expected);
}

/* ---- what a run leaves behind ---- */

static void globals_are_put_back_between_runs(void **state)
{
    struct fixture *f = *state;

    choose_program(f, "counts", "");
    for (int i = 0; i < 3; i++)
        expect_run(f, "0.000 1 11 1 fresh\nends with 0 at 0 ms\n");
}

/* A run that is cut short leaves blocks, tasks and a loop; the next has the same addresses. */
static void memory_left_behind_is_taken_back(void **state)
{
    struct fixture *f = *state;
    char first[1000], again[1000];

    if (RONDO_ASAN)
        skip(); /* a module's malloc is then the sanitizer's, which calls this a leak */
    choose_program(f, "leaves_memory", "");
    run(f, first);
    assert_non_null(strstr(first, "finds endless-wait at 0 ms\nmain  waits for future "));
    run(f, again);
    assert_string_equal(again, first);
}

static void programs_of_one_module_do_not_see_each_other(void **state)
{
    struct fixture *f = *state;

    expect_program(f, "counts", "0.000 1 11 1 fresh\nends with 0 at 0 ms\n");
    expect_program(f, "returns_three", "ends with 3 at 0 ms\n");
    expect_program(f, "counts", "0.000 1 11 1 fresh\nends with 0 at 0 ms\n");
}

/* What a program makes of its stdout is its own, as its globals are. */
static void an_output_that_was_unbuffered_is_buffered_again(void **state)
{
    struct fixture *f = *state;

    choose_program(f, "unbuffers_its_output", "");
    for (int i = 0; i < 2; i++)
        expect_run(f, "0.000 one line\nends with 0 at 0 ms\n");
}

static void an_output_is_for_bytes_in_every_run(void **state)
{
    struct fixture *f = *state;

    choose_program(f, "asks_for_its_orientation", "");
    for (int i = 0; i < 2; i++)
        expect_run(f, "0.000 -1\nends with 0 at 0 ms\n");
}

static void run_what_closes_its_output(void *fixture)
{
    struct fixture *f = fixture;
    char text[1000];

    for (int i = 0; i < 3; i++) {
        run(f, text);
        if (strcmp(text, "0.000 last words\nends with 0 at 0 ms\n") != 0)
            exit(1);
    }
}

static void a_program_may_close_its_output(void **state)
{
    choose_program(*state, "closes_its_output", "");
    assert_int_equal(run_apart(run_what_closes_its_output, *state), 0);
}

/* Of the machine's it sees nothing, and what it sets goes with it. */
static void a_program_has_the_environment_of_its_file(void **state)
{
    struct fixture *f = *state;

    choose_program(f, "environment", "env: { COLOUR: red, EMPTY: '' }\n");
    for (int i = 0; i < 2; i++)
        expect_run(f, "0.000 red, , home (none)\n"
                      "0.000 red, round, (none)\n"
                      "0.000 a colour with a longer name, refused -1\n"
                      "ends with 0 at 0 ms\n");
}

/* A signal to itself is its own affair: caught, ignored or the end of it, as a shell tells it. */
static void a_program_may_signal_itself(void **state)
{
    struct fixture *f = *state;

    choose_program(f, "signals_itself", "");
    for (int i = 0; i < 2; i++)
        expect_run(f, "0.000 I am 1001, of 1\n"
                      "0.000 nobody's: -1, stopping: -1\n"
                      "0.000 told of 15\n"
                      "ends with 143 at 0 ms\n");
}

/* ---- ends ---- */

static void a_program_ends_with_what_it_returns(void **state)
{
    struct fixture *f = *state;

    expect_program(f, "returns_three", "ends with 3 at 0 ms\n");
    expect_program(f, "times_out", "ends with ETIMEDOUT at 20 ms\n");
}

/* As a shell would see it: exit(-1) is 255, and no error of a coroutine's. */
static void the_status_of_a_main_is_a_byte(void **state)
{
    struct fixture *f = *state;

    expect_program(f, "returns_minus_one", "ends with 255 at 0 ms\n");
    expect_program(f, "exits_with_259", "ends with 3 at 0 ms\n");
}

static void exit_ends_the_program_and_flushes_its_output(void **state)
{
    struct fixture *f = *state;

    expect_program(f, "exits",
                   "0.000 ~ out, \n"
                   "0.000 ! ~ err\n"
                   "ends with 4 at 0 ms\n");
    expect_program(f, "exits_in_a_task",
                   "0.005 ~ out, \n"
                   "0.005 ! ~ err\n"
                   "ends with 4 at 5 ms\n");
}

static void a_main_has_its_arguments_and_may_write_to_them(void **state)
{
    struct fixture *f = *state;

    choose_program(f, "arguments", "args: [--lines, \"10\"]\n");
    for (int i = 0; i < 2; i++)
        expect_run(f, "0.000 0 arguments\n"
                      "0.000 1 --lines\n"
                      "0.000 2 10\n"
                      "0.000 end\n"
                      "ends with 0 at 0 ms\n");
}

static void run_what_moves_its_arguments(void *fixture)
{
    struct fixture *f = fixture;
    char text[1000];

    for (int i = 0; i < 3; i++) {
        run(f, text);
        if (strcmp(text, "0.000 v\nends with 0 at 0 ms\n") != 0)
            exit(1);
    }
}

static void a_main_may_move_its_arguments(void **state)
{
    choose_program(*state, "moves_its_arguments", "args: [\"-v\"]\n");
    assert_int_equal(run_apart(run_what_moves_its_arguments, *state), 0);
}

static void arguments_are_not_for_coroutines(void **state)
{
    struct fixture *f = *state;
    struct mistake mistake;

    choose_program(f, "ties", "");
    f->scenario->runs[0].roles[0].args = must_alloc(sizeof(char *));
    f->scenario->runs[0].roles[0].args[0] = must_text("-v");
    f->scenario->runs[0].roles[0].arg_count = 1;
    assert_false(runner_check(&f->runner, f->scenario, &mistake));
    assert_string_equal(mistake.text, "tests/run/data/programs.yaml: 'args' are for a main; "
                                      "'ties' is a coroutine");
}

static void a_program_that_is_not_there_is_said_with_those_that_are(void **state)
{
    struct fixture *f = *state;
    struct mistake mistake;

    choose_program(f, "ties", "");
    free(f->scenario->runs[0].roles[0].program);
    f->scenario->runs[0].roles[0].program = must_text("tie");
    assert_false(runner_check(&f->runner, f->scenario, &mistake));
    assert_non_null(strstr(mistake.text, "module programs.so has no program 'tie'; it has: "
                                         "allocates, arguments, asks_for_its_orientation, "));
}

/* ---- no end ---- */

static void a_circle_of_waits_is_a_finding_at_its_time(void **state)
{
    struct fixture *f = *state;
    struct observation seen;

    choose_program(f, "deadlocks", "");
    for (int i = 0; i < 2; i++) {
        runner_run(&f->runner, f->scenario, &f->scenario->runs[0], &f->chance, &seen);
        assert_false(seen.ended);
        assert_string_equal(seen.finding, "deadlock");
        assert_int_equal(seen.elapsed_ns, 10000000);
        assert_non_null(strstr(seen.finding_lines, "left   waits for lock B since 0.010s  "));
        assert_non_null(strstr(seen.finding_lines, "right  waits for lock A since 0.010s  "));
        observation_clear(&seen);
    }
}

static void a_poll_that_nothing_ends_is_an_endless_wait(void **state)
{
    struct fixture *f = *state;

    expect_program(f, "polls_for_ever",
                   "finds endless-wait at 0 ms\n"
                   "polls_for_ever  waits in uv_run()   nothing is left that could wake it\n");
}

static void a_program_that_goes_round_without_end_is_a_livelock(void **state)
{
    struct fixture *f = *state;

    f->runner.steps_max = 1000;
    expect_program(f, "goes_round",
                   "finds livelock at 0 ms\n"
                   "goes_round  goes round and round   1000 steps and no end\n");
    expect_same_again(f);
}

static void a_run_ends_where_a_property_is_broken(void **state)
{
    struct fixture *f = *state;
    struct observation seen;

    expect_program(f, "breaks_its_word",
                   "0.000 round 1\n"
                   "0.005 round 2\n"
                   "0.010 ~ round 3\n"
                   "finds always at 10 ms\n"
                   "main  breaks two rounds: i <= 2  programs.c:181   it held 2 times before\n");
    expect_same_again(f);
    runner_run(&f->runner, f->scenario, &f->scenario->runs[0], &f->chance, &seen);
    assert_int_equal(seen.properties.count, 2);
    assert_int_equal(property_counts_find(&seen.properties, "always", "two rounds")->met, 3);
    assert_int_equal(property_counts_find(&seen.properties, "sometimes", "second round")->held, 1);
    observation_clear(&seen);
}

static void a_property_that_never_held_is_found_at_the_end(void **state)
{
    struct fixture *f = *state;
    struct observation seen;

    choose_program(f, "never_gets_there", "");
    runner_run(&f->runner, f->scenario, &f->scenario->runs[0], &f->chance, &seen);
    assert_true(seen.ended);
    assert_string_equal(seen.finding, "eventually");
    assert_string_equal(seen.finding_lines, "there  never held: arg != NULL  programs.c:191"
                                            "   met 1 time, last by main at 0.000s\n");
    observation_clear(&seen);
}

/* ---- threads ---- */

/* Two sleep side by side, in virtual time, and the loop ticks meanwhile. */
static void threads_share_the_process_and_its_time(void **state)
{
    struct fixture *f = *state;

    expect_program(f, "works_aside",
                   "0.400 tick\n"
                   "1.000 a has slept\n"
                   "1.000 b has slept\n"
                   "ends with 0 at 1000 ms\n");
    expect_same_again(f);
}

static void a_thread_ends_with_its_process(void **state)
{
    struct fixture *f = *state;

    if (RONDO_ASAN)
        skip(); /* a module's malloc is then the sanitizer's, and the thread never frees it */
    expect_program(f, "leaves_a_thread", "ends with 0 at 1 ms\n");
}

static void a_thread_that_can_never_go_on_is_an_endless_wait(void **state)
{
    struct fixture *f = *state;

    expect_program(f, "waits_for_a_thread",
                   "finds endless-wait at 0 ms\n"
                   "worker 1  waits in uv_sem_wait()   nothing is left that could wake it\n");
}

static void threads_that_wait_for_each_other_are_a_circle(void **state)
{
    struct fixture *f = *state;

    expect_program(f, "takes_mutexes_crosswise",
                   "finds deadlock at 1 ms\n"
                   "main thread  waits in uv_mutex_lock()   held by worker 1\n"
                   "worker 1  waits in uv_mutex_lock()   held by main thread\n");
}

/* ---- the same again ---- */

static void one_tape_is_one_run(void **state)
{
    static const char *const programs[] = {"counts",    "ties",         "exits",
                                           "times_out", "deadlocks",    "polls_for_ever",
                                           "arguments", "returns_three"};
    struct fixture *f = *state;
    char text[1000];

    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        choose_program(f, programs[i],
                       strcmp(programs[i], "arguments") == 0 ? "args: [a, b]\n" : "");
        run(f, text);
        expect_same_again(f);
        expect_same_again(f);
    }
}

static void a_seed_is_one_run_and_its_record_replays_it(void **state)
{
    struct fixture *f = *state;
    struct observation seen;
    uint64_t hash;

    choose_program(f, "ties", "");
    for (uint64_t seed = 0; seed < 20; seed++) {
        chance_from_seed(&f->chance, seed);
        runner_run(&f->runner, f->scenario, &f->scenario->runs[0], &f->chance, &seen);
        hash = seen.hash;
        observation_clear(&seen);
        expect_same_again(f);
        tape_copy(&f->script, &f->chance.record);
        chance_from_tape(&f->chance, &f->script);
        runner_run(&f->runner, f->scenario, &f->scenario->runs[0], &f->chance, &seen);
        assert_int_equal(seen.hash, hash);
        assert_int_equal(f->chance.matched, f->script.count);
        observation_clear(&seen);
    }
}

static void the_departures_of_a_run_replay_it(void **state)
{
    struct fixture *f = *state;
    struct observation seen;
    uint64_t hash;

    choose_program(f, "ties", "");
    for (uint64_t seed = 0; seed < 20; seed++) {
        chance_from_seed(&f->chance, seed);
        runner_run(&f->runner, f->scenario, &f->scenario->runs[0], &f->chance, &seen);
        hash = seen.hash;
        observation_clear(&seen);
        tape_departures(&f->script, &f->chance.record);
        chance_from_departures(&f->chance, &f->script);
        runner_run(&f->runner, f->scenario, &f->scenario->runs[0], &f->chance, &seen);
        assert_int_equal(seen.hash, hash);
        assert_int_equal(f->chance.matched, f->script.count);
        observation_clear(&seen);
    }
}

static void a_tape_decides_a_tie(void **state)
{
    struct fixture *f = *state;

    expect_program(f, "ties", "0.010 a\n0.010 b\nends with 0 at 10 ms\n");
    tape_add(&f->script, "timer.order", 1, 2, "b sleep");
    chance_from_tape(&f->chance, &f->script);
    expect_run(f, "0.010 b\n0.010 a\nends with 0 at 10 ms\n");
}

/* ---- allocations that fail ---- */

static void an_allocation_fails_when_the_tape_says_so_and_only_two_in_a_run(void **state)
{
    static const uint8_t bytes[] = {0, 1, 0, 1, 1};
    struct fixture *f = *state;

    if (RONDO_ASAN)
        skip(); /* there a program's malloc is the sanitizer's */
    choose_program(f, "allocates", "");
    f->chance.open |= 1u << FAMILY_alloc;
    chance_from_bytes(&f->chance, bytes, sizeof bytes);
    expect_run(f, "0.000 memory\n0.000 none\n0.000 memory\n0.000 none\n0.000 memory\n"
                  "ends with 0 at 0 ms\n");
    assert_int_equal(f->chance.record.count, 4); /* the fifth is no decision any more */
    assert_string_equal(f->chance.record.entries[1].label, "alloc.fail");
    assert_string_equal(f->chance.record.entries[1].anchor, "the program (no memory)");
    expect_same_again(f);
    expect_run(f, "0.000 memory\n0.000 none\n0.000 memory\n0.000 none\n0.000 memory\n"
                  "ends with 0 at 0 ms\n"); /* the next run begins to count anew */
}

static void without_being_asked_no_allocation_fails(void **state)
{
    static const uint8_t bytes[] = {1, 1, 1, 1, 1};
    struct fixture *f = *state;

    choose_program(f, "allocates", "");
    chance_from_bytes(&f->chance, bytes, sizeof bytes);
    expect_run(f, "0.000 memory\n0.000 memory\n0.000 memory\n0.000 memory\n0.000 memory\n"
                  "ends with 0 at 0 ms\n");
    assert_int_equal(f->chance.record.count, 0);
}

static void a_scenario_says_which_faults_are_tried(void **state)
{
    struct fixture *f = *state;

    choose_program(f, "allocates", "explore: { faults: [alloc] }\n");
    assert_int_equal(runner_faults(f->scenario), 1u << FAMILY_alloc);
    choose_program(f, "allocates", "explore: { schedules: 2 }\n");
    assert_int_equal(runner_faults(f->scenario), 0);
}

static unsigned opens(const struct fixture *f, const char *strategy)
{
    return runner_opens(&f->runner, f->scenario, strategy_find(strategy));
}

static void what_libuv_leaves_open_is_tried_where_that_is_asked_for(void **state)
{
    struct fixture *f = *state;

    choose_program(f, "allocates", "explore: { faults: [alloc], orders: adversarial }\n");
    assert_int_equal(opens(f, "uniform"),
                     strategy_families() | 1u << FAMILY_alloc | 1u << FAMILY_uv);
    assert_int_equal(opens(f, "ties") & 1u << FAMILY_uv, 1u << FAMILY_uv);
    choose_program(f, "allocates", "explore: { orders: faithful }\n");
    assert_int_equal(opens(f, "uniform"), strategy_families());
    f->runner.orders = ORDERS_ADVERSARIAL;
    assert_int_equal(opens(f, "uniform"), strategy_families() | 1u << FAMILY_uv);
    assert_int_equal(opens(f, "ties"), 1u << FAMILY_timer);
    choose_program(f, "allocates", "explore: { orders: adversarial }\n");
    f->runner.orders = ORDERS_FAITHFUL;
    assert_int_equal(opens(f, "uniform"), strategy_families());
}

static void a_program_that_differs_is_caught_with_the_first_event_that_does(void **state)
{
    struct fixture *f = *state;

    expect_program(f, "differs", "0.000 the same\n0.000 call 1\nends with 0 at 0 ms\n");
    expect_differs(f, "two runs of one tape differ at event 2\n"
                      "      first   0.000 prints call 1\n"
                      "      second  0.000 prints call 2");
}

static void a_program_that_ends_early_is_caught(void **state)
{
    struct fixture *f = *state;

    expect_program(f, "differs_in_length", "0.000 more\nends with 0 at 0 ms\n");
    expect_differs(f, "two runs of one tape differ at event 1\n"
                      "      first   0.000 prints more\n"
                      "      second  0.000 process ends");
}

static void a_program_that_ends_otherwise_is_caught(void **state)
{
    struct fixture *f = *state;

    expect_program(f, "differs_in_its_end", "ends with 1 at 0 ms\n");
    expect_differs(f, "two runs of one tape differ at event 1\n"
                      "      first   0.000 process ends (1)\n"
                      "      second  0.000 process ends (2)");
}

static void a_program_that_differs_behind_a_nul_is_caught(void **state)
{
    struct fixture *f = *state;
    char text[800];

    expect_program(f, "differs_behind_a_nul", "0.000 the same\\x001\nends with 0 at 0 ms\n");
    assert_false(runner_same_again(&f->runner, f->scenario, &f->scenario->runs[0], &f->chance, text,
                                   sizeof text));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(globals_are_put_back_between_runs),
        TEST(memory_left_behind_is_taken_back),
        TEST(programs_of_one_module_do_not_see_each_other),
        TEST(an_output_that_was_unbuffered_is_buffered_again),
        TEST(an_output_is_for_bytes_in_every_run),
        TEST(a_program_may_close_its_output),
        TEST(a_program_has_the_environment_of_its_file),
        TEST(a_program_may_signal_itself),
        TEST(a_program_ends_with_what_it_returns),
        TEST(the_status_of_a_main_is_a_byte),
        TEST(exit_ends_the_program_and_flushes_its_output),
        TEST(a_main_has_its_arguments_and_may_write_to_them),
        TEST(a_main_may_move_its_arguments),
        TEST(arguments_are_not_for_coroutines),
        TEST(a_program_that_is_not_there_is_said_with_those_that_are),
        TEST(a_circle_of_waits_is_a_finding_at_its_time),
        TEST(a_poll_that_nothing_ends_is_an_endless_wait),
        TEST(a_program_that_goes_round_without_end_is_a_livelock),
        TEST(a_run_ends_where_a_property_is_broken),
        TEST(a_property_that_never_held_is_found_at_the_end),
        TEST(threads_share_the_process_and_its_time),
        TEST(a_thread_ends_with_its_process),
        TEST(a_thread_that_can_never_go_on_is_an_endless_wait),
        TEST(threads_that_wait_for_each_other_are_a_circle),
        TEST(one_tape_is_one_run),
        TEST(a_seed_is_one_run_and_its_record_replays_it),
        TEST(the_departures_of_a_run_replay_it),
        TEST(a_tape_decides_a_tie),
        TEST(an_allocation_fails_when_the_tape_says_so_and_only_two_in_a_run),
        TEST(without_being_asked_no_allocation_fails),
        TEST(a_scenario_says_which_faults_are_tried),
        TEST(what_libuv_leaves_open_is_tried_where_that_is_asked_for),
        TEST(a_program_that_differs_is_caught_with_the_first_event_that_does),
        TEST(a_program_that_ends_early_is_caught),
        TEST(a_program_that_ends_otherwise_is_caught),
        TEST(a_program_that_differs_behind_a_nul_is_caught),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * verdict_test.c - expectations and claims against what was observed, with the reasons in words.
 *
 * A test is a scenario file, what was seen, and the verdict as text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "scenario/verdict.h"

#define MS INT64_C(1000000)
#define S  (1000 * MS)

#define RUNS_MAX 2

struct fixture {
    struct scenario *scenario;
    struct observed_run runs[RUNS_MAX];
    struct verdict verdict;
};

static int fixture_open(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){0};
    *state = &fixture;
    return 0;
}

static void clear(struct fixture *f)
{
    verdict_free(&f->verdict);
    for (size_t i = 0; i < RUNS_MAX; i++)
        observed_run_clear(&f->runs[i]);
    scenario_free(f->scenario);
    f->scenario = NULL;
}

static int fixture_close(void **state)
{
    clear(*state);
    return 0;
}

/* ---- arranging ---- */

/* Begin with a scenario; what was seen before is forgotten. */
static void given(struct fixture *f, const char *text)
{
    struct source source;
    struct mistake mistake;

    clear(f);
    assert_true(source_from_bytes(&source, "a.yaml", text, strlen(text), &mistake));
    f->scenario = scenario_parse(&source, &mistake);
    source_free(&source);
    if (f->scenario == NULL)
        fail_msg("%s", mistake.text);
    for (size_t i = 0; i < RUNS_MAX; i++)
        f->runs[i].exhausted = true;
}

/* The scenario of one program that expects `expect`, indented by two. */
static void expecting(struct fixture *f, const char *expect)
{
    char *text = must_format("scenario: t\nprogram: p\nexpect:\n%s", expect);

    given(f, text);
    free(text);
}

static const char *name_code(int code)
{
    return code == -110 ? "ETIMEDOUT" : "ECANCELED";
}

static struct observation observation(int64_t elapsed_ns, int exit)
{
    struct observation seen = {.elapsed_ns = elapsed_ns, .ended = true};

    observation_add_end(&seen, NULL, exit, name_code);
    return seen;
}

static void say(struct observation *seen, int64_t t_ns, const char *text)
{
    observation_add(seen, (struct line){.t_ns = t_ns}, text, strlen(text));
}

static void add_seen(struct fixture *f, size_t run, struct observation seen)
{
    observed_run_add(&f->runs[run], &seen);
}

/* Of the only run: ended after `elapsed_ns` with `exit`, printed nothing. */
static void saw(struct fixture *f, int64_t elapsed_ns, int exit)
{
    add_seen(f, 0, observation(elapsed_ns, exit));
}

/* Printed "hello" at 2 s and "world" at 3 s. */
static void saw_two_lines(struct fixture *f)
{
    struct observation seen = observation(3 * S, 0);

    say(&seen, 2 * S, "hello");
    say(&seen, 3 * S, "world");
    add_seen(f, 0, seen);
}

static void saw_finding(struct fixture *f, const char *finding)
{
    add_seen(f, 0, (struct observation){.elapsed_ns = 1 * S, .finding = finding});
}

/* ---- judging ---- */

/* The reasons, a line each; then the claims: verdict, whether computed, what was measured. */
static void expect_verdict(struct fixture *f, enum timing timing, const char *expected)
{
    char text[3000] = "";

    verdict_free(&f->verdict);
    verdict_judge(&f->verdict, f->scenario, f->runs, timing);
    for (size_t i = 0; i < f->verdict.reason_count; i++) {
        strcat(text, f->verdict.reasons[i]);
        strcat(text, "\n");
    }
    for (size_t i = 0; i < f->verdict.claim_count; i++) {
        const struct judged_claim *judged = &f->verdict.claims[i];
        char *line =
            must_format("claim %s%s%s%s\n", claim_verdict_name(judged->verdict),
                        judged->computed ? "" : ", as kept", judged->measured != NULL ? ": " : "",
                        judged->measured != NULL ? judged->measured : "");

        strcat(text, line);
        free(line);
    }
    assert_string_equal(text, expected);
}

static void expect_exact(struct fixture *f, const char *expected)
{
    expect_verdict(f, TIMING_EXACT, expected);
}

static void expect_live(struct fixture *f, const char *expected)
{
    expect_verdict(f, TIMING_CLOSE, expected);
}

/* ---- elapsed, exit, findings ---- */

static void elapsed_is_exact_in_simulation(void **state)
{
    struct fixture *f = *state;

    expecting(f, "  elapsed: 2s\n");
    saw(f, 2 * S, 0);
    expect_exact(f, "");
    expecting(f, "  elapsed: 2s\n");
    saw(f, 2 * S + 1, 0);
    expect_exact(f, "elapsed 2.000000001s, expected 2.000s\n");
    expecting(f, "  elapsed: 1.5ms\n");
    saw(f, 1 * MS, 0);
    expect_exact(f, "elapsed 0.001s, expected 0.001500000s\n");
}

static void elapsed_is_within_the_tolerance_live_and_never_less_than_50_ms(void **state)
{
    static const struct {
        int64_t elapsed_ns;
        const char *reason;
    } rows[] = {
        {10000 * MS, ""},
        {9500 * MS, ""},
        {10500 * MS, ""},
        {10500 * MS + 1, "elapsed 10.500000001s, expected 10.000s\n"},
        {9499 * MS, "elapsed 9.499s, expected 10.000s\n"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        expecting(f, "  elapsed: 10s\n");
        saw(f, rows[i].elapsed_ns, 0);
        expect_live(f, rows[i].reason);
        expect_verdict(f, TIMING_IGNORED, "");
    }
    expecting(f, "  elapsed: 0s\n");
    saw(f, 50 * MS, 0);
    expect_live(f, "");
    expecting(f, "  elapsed: 0s\n");
    saw(f, 51 * MS, 0);
    expect_live(f, "elapsed 0.051s, expected 0.000s\n");
}

static void the_tolerance_is_the_scenario_s(void **state)
{
    struct fixture *f = *state;

    given(f, "scenario: t\nprogram: p\nexpect: { elapsed: 10s }\nlive: { tolerance: 20% }\n");
    saw(f, 12 * S, 0);
    expect_live(f, "");
    given(f, "scenario: t\nprogram: p\nexpect: { elapsed: 10s }\nlive: { tolerance: 0.1% }\n");
    saw(f, 10051 * MS, 0);
    expect_live(f, "elapsed 10.051s, expected 10.000s\n");
}

static void a_program_should_end_with_0_unless_it_says_otherwise(void **state)
{
    struct fixture *f = *state;

    given(f, "scenario: t\nprogram: p\n");
    saw(f, 0, 3);
    expect_exact(f, "ended with 3, expected 0\n");
    given(f, "scenario: t\nprogram: p\n");
    saw(f, 0, -110);
    expect_exact(f, "ended with ETIMEDOUT, expected 0\n");
    expecting(f, "  exit: ETIMEDOUT\n");
    saw(f, 0, -110);
    expect_exact(f, "");
    expecting(f, "  exit: ETIMEDOUT\n");
    saw(f, 0, 0);
    expect_exact(f, "ended with 0, expected ETIMEDOUT\n");
    expecting(f, "  exit: 3\n");
    saw(f, 0, 3);
    expect_exact(f, "");
}

static void a_finding_is_a_failure_unless_it_is_expected(void **state)
{
    struct fixture *f = *state;

    given(f, "scenario: t\nprogram: p\n");
    saw_finding(f, "deadlock");
    expect_exact(f, "found deadlock, expected nothing\n");
    expecting(f, "  finds: deadlock\n");
    saw_finding(f, "deadlock");
    expect_exact(f, "");
    expecting(f, "  finds: deadlock\n");
    saw(f, 0, 0);
    expect_exact(f, "found nothing, expected deadlock\n");
    expecting(f, "  finds: deadlock\n");
    saw_finding(f, "endless-wait");
    expect_exact(f, "found endless-wait, expected deadlock\n");
}

static void saw_property(struct fixture *f, const char *kind, const char *name, uint64_t held)
{
    struct observation seen = observation(0, 0);

    property_counts_add(&seen.properties, kind, name, 4, held);
    add_seen(f, 0, seen);
}

/* The vacuity gate, over all schedules together. */
static void a_property_that_is_named_was_met_and_has_held(void **state)
{
    struct fixture *f = *state;

    expecting(f, "  sometimes: [ late ]\n  always: [ total ]\n  eventually: [ done ]\n");
    saw_property(f, "sometimes", "late", 0);
    saw_property(f, "eventually", "total", 4);
    expect_exact(f, "'late' never held in 2 schedules\n"
                    "'total' was never met, as always, in 2 schedules\n"
                    "'done' was never met, as eventually, in 2 schedules\n");
    expect_live(f, "");
    saw_property(f, "sometimes", "late", 1);
    saw_property(f, "always", "total", 4);
    saw_property(f, "eventually", "done", 1);
    expect_exact(f, "");
    assert_int_equal(property_counts_find(&f->runs[0].properties, "sometimes", "late")->met, 8);
    assert_int_equal(property_counts_find(&f->runs[0].properties, "sometimes", "late")->held, 1);
}

/* Of exit code `exit`, with or without a candidate. */
static void saw_ending(struct fixture *f, int exit, bool candidate)
{
    struct observation seen = observation(0, exit);

    if (candidate)
        seen.candidate = must_text("ann came between\n");
    add_seen(f, 0, seen);
}

/* A candidate is a finding where no run without one ends so; and where none was seen, nothing can
 * be said. */
static void a_candidate_is_confirmed_by_an_outcome_of_its_own(void **state)
{
    struct fixture *f = *state;
    const struct observation *confirmed;

    given(f, "scenario: t\nprogram: p\nexpect: { finds: atomicity-violation, exit: 3 }\n");
    saw_ending(f, 3, true);
    assert_null(observed_run_confirm(&f->runs[0]));
    saw_ending(f, 4, false);
    saw_ending(f, 5, true);
    saw_ending(f, 5, false);
    saw_ending(f, 3, true);
    confirmed = observed_run_confirm(&f->runs[0]);
    assert_non_null(confirmed);
    assert_int_equal(confirmed->ends[0].code, 3);
    assert_string_equal(confirmed->finding_lines, "ann came between\n");
    assert_int_equal(f->runs[0].finding_at, 1);
    assert_null(f->runs[0].outcomes[1].finding);
    assert_null(f->runs[0].outcomes[2].finding);
    expect_exact(f, "");
}

/* Live, a process can be seen to be stuck, but not why. */
static void live_any_expected_wait_without_end_is_a_deadlock(void **state)
{
    struct fixture *f = *state;

    expecting(f, "  finds: endless-wait\n");
    saw_finding(f, "deadlock");
    expect_live(f, "");
    expect_verdict(f, TIMING_IGNORED, "");
    expect_exact(f, "found deadlock, expected endless-wait\n");
    expecting(f, "  finds: livelock\n");
    saw_finding(f, "deadlock");
    expect_live(f, "found deadlock, expected livelock\n");
    expecting(f, "  finds: deadlock\n");
    saw_finding(f, "crash");
    expect_live(f, "found crash, expected deadlock\n");
}

/* ---- output ---- */

static void every_line_is_compared_with_its_time(void **state)
{
    struct fixture *f = *state;

    expecting(f, "  output: |\n    2.000 hello\n    3.000 world\n");
    saw_two_lines(f);
    expect_exact(f, "");
    expecting(f, "  output: \"2.000 hello\\n3.000 world\"\n"); /* no newline at its end */
    saw_two_lines(f);
    expect_exact(f, "");
    expecting(f, "  output: |\n    2.000 hello\n    3.001 world\n");
    saw_two_lines(f);
    expect_exact(f, "output line 2: expected '3.001 world', got '3.000 world'\n");
    expecting(f, "  output: |\n    2.000 hell\n");
    saw_two_lines(f);
    expect_exact(f, "output line 1: expected '2.000 hell', got '2.000 hello'\n");
}

static void lines_too_many_and_too_few_are_said(void **state)
{
    struct fixture *f = *state;

    expecting(f, "  output: |\n    2.000 hello\n");
    saw_two_lines(f);
    expect_exact(f, "output line 2: expected nothing more, got '3.000 world'\n");
    expecting(f, "  output: |\n    2.000 hello\n    3.000 world\n    4.000 !\n");
    saw_two_lines(f);
    expect_exact(f, "output line 3: expected '4.000 !', got nothing more\n");
    expecting(f, "  output: ''\n");
    saw_two_lines(f);
    expect_exact(f, "output line 1: expected nothing more, got '2.000 hello'\n");
    expecting(f, "  elapsed: 3s\n"); /* nothing said of output: any will do */
    saw_two_lines(f);
    expect_exact(f, "");
}

static void a_line_is_written_with_its_time_its_stream_and_whether_it_is_whole(void **state)
{
    static const struct {
        int64_t t_ns;
        enum stream stream;
        bool partial;
        const char *line;
    } rows[] = {
        {2 * S, STREAM_OUT, false, "2.000 text"},
        {2 * S + 999999, STREAM_ERR, false, "2.000 ! text"},
        {61 * S, STREAM_OUT, true, "61.000 ~ text"},
        {5 * MS, STREAM_ERR, true, "0.005 ! ~ text"},
    };
    char text[] = "text";

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *line =
            verdict_line(&(struct line){rows[i].t_ns, rows[i].stream, rows[i].partial, NULL, text});

        assert_string_equal(line, rows[i].line);
        free(line);
    }
}

static void what_cannot_be_seen_in_a_line_is_written_out(void **state)
{
    struct fixture *f = *state;
    struct observation seen = observation(0, 0);

    observation_add(&seen, (struct line){.t_ns = 0}, "a\b\r\t\\\x1b\x7f\0z\xc3\xa9\xff", 12);
    expecting(f, "  output: |\n    0.000 a\\b\\r\\t\\\\\\x1b\\x7f\\x00z\xc3\xa9\\xff\n");
    add_seen(f, 0, seen);
    expect_exact(f, "");
}

static void live_a_line_may_come_a_little_early_or_late(void **state)
{
    static const struct {
        const char *output;
        const char *reason;
    } rows[] = {
        {"2.050 hello\\n2.950 world", ""},
        {"2.151 hello\\n3.000 world", "output line 1: expected '2.151 hello', got '2.000 hello'\n"},
        {"2.000 hello\\n3.000 word", "output line 2: expected '3.000 word', got '3.000 world'\n"},
        {"2.000 hello\\n3.000 ! world",
         "output line 2: expected '3.000 ! world', got '3.000 world'\n"},
        {"2.000 hello\\nworld", "output line 2: expected 'world', got '3.000 world'\n"},
        {"3.000 world\\n2.000 hello", "output line 1: expected '3.000 world', got '2.000 hello'\n"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *expect = must_format("  elapsed: 3s\n  output: \"%s\"\n", rows[i].output);

        expecting(f, expect);
        saw_two_lines(f);
        expect_live(f, rows[i].reason);
        free(expect);
    }
}

static void with_times_ignored_order_and_text_still_count(void **state)
{
    struct fixture *f = *state;

    expecting(f, "  output: |\n    0.000 hello\n    99.000 world\n");
    saw_two_lines(f);
    expect_verdict(f, TIMING_IGNORED, "");
    expecting(f, "  output: |\n    0.000 world\n    99.000 hello\n");
    saw_two_lines(f);
    expect_verdict(f, TIMING_IGNORED, "output line 1: expected '0.000 world', got '2.000 hello'\n");
}

#define UNORDERED "scenario: t\nprogram: p\nlive: { output: unordered }\nexpect:\n"

static void live_lines_may_come_in_any_order_where_the_scenario_says_so(void **state)
{
    struct fixture *f = *state;

    given(f, UNORDERED "  output: |\n    3.000 world\n    2.000 hello\n");
    saw_two_lines(f);
    expect_live(f, "");
    expect_exact(f, "output line 1: expected '3.000 world', got '2.000 hello'\n");
    given(f, UNORDERED "  output: |\n    3.000 world\n    2.000 hell\n");
    saw_two_lines(f);
    expect_live(f, "output '2.000 hello' is not among the lines expected\n");
    given(f, UNORDERED "  output: |\n    2.000 hello\n");
    saw_two_lines(f);
    expect_live(f, "output '3.000 world' is not among the lines expected\n");
}

static void live_each_line_counts_once(void **state)
{
    struct fixture *f = *state;
    struct observation seen = observation(2 * S, 0);

    given(f, UNORDERED "  output: |\n    2.000 hello\n    2.000 world\n");
    say(&seen, 2 * S, "hello");
    say(&seen, 2 * S, "hello");
    add_seen(f, 0, seen);
    expect_live(f, "output '2.000 hello' is not among the lines expected\n");
}

/* In any order is not: perhaps. */
static void live_a_line_that_never_came_is_missed(void **state)
{
    struct fixture *f = *state;

    given(f, UNORDERED "  output: |\n    3.000 world\n    2.000 hello\n    1.000 ready\n");
    saw_two_lines(f);
    verdict_judge(&f->verdict, f->scenario, f->runs, TIMING_CLOSE);
    assert_int_equal(f->verdict.reason_count, 1);
    assert_non_null(strstr(f->verdict.reasons[0], "1.000 ready"));
}

static void live_output_may_be_left_unchecked(void **state)
{
    struct fixture *f = *state;

    given(f, "scenario: t\nprogram: p\nlive: { output: unchecked }\n"
             "expect: { output: 1.000 other }\n");
    saw_two_lines(f);
    expect_live(f, "");
    expect_exact(f, "output line 1: expected '1.000 other', got '2.000 hello'\n");
}

/* ---- outcomes ---- */

/* Three outcomes that end after 1, 2 and 3 s; the second with `finding`. */
static void saw_three_outcomes(struct fixture *f, const char *finding)
{
    for (int64_t i = 1; i <= 3; i++) {
        struct observation seen = observation(i * S, 0);

        say(&seen, i * S, i == 1 ? "first" : "other");
        seen.finding = i == 2 ? finding : NULL;
        seen.ended = seen.finding == NULL;
        add_seen(f, 0, seen);
    }
}

static void outcomes_are_counted_when_all_schedules_were_tried(void **state)
{
    struct fixture *f = *state;

    expecting(f, "  outcomes: 3\n");
    saw_three_outcomes(f, NULL);
    expect_exact(f, "");
    expecting(f, "  outcomes: 2\n");
    saw_three_outcomes(f, NULL);
    expect_exact(f, "3 outcomes, expected 2\n");
    f->runs[0].exhausted = false;
    expect_exact(f, "not all schedules tried: 3 outcomes after 3\n");
    expect_live(f, "");
}

static void equal_outcomes_are_one(void **state)
{
    struct fixture *f = *state;

    expecting(f, "  outcomes: 1\n");
    for (int i = 0; i < 5; i++)
        saw_two_lines(f);
    assert_int_equal(f->runs[0].schedules, 5);
    expect_exact(f, "");
}

static void the_first_outcome_is_judged_and_any_may_have_the_finding(void **state)
{
    struct fixture *f = *state;

    expecting(f, "  elapsed: 1s\n  output: 1.000 first\n  finds: deadlock\n");
    saw_three_outcomes(f, "deadlock");
    expect_exact(f, "");
    assert_int_equal(f->runs[0].finding_at, 2);
    expecting(f, "  elapsed: 2s\n  finds: nothing\n");
    saw_three_outcomes(f, "deadlock");
    expect_exact(f, "found deadlock, expected nothing\nelapsed 1.000s, expected 2.000s\n");
}

/* ---- comparisons ---- */

#define TWO "scenario: t\nruns: { slow: { program: p }, fast: { program: q } }\n"

static void saw_both(struct fixture *f, int64_t slow_ns, int64_t fast_ns)
{
    add_seen(f, 0, observation(slow_ns, 0));
    add_seen(f, 1, observation(fast_ns, 0));
}

static void reasons_name_the_run(void **state)
{
    struct fixture *f = *state;
    struct observation seen = observation(3 * S, 1);

    given(f, TWO "expect: { slow: { elapsed: 6s }, fast: { output: 1.000 a, outcomes: 2 } }\n");
    say(&seen, 1 * S, "b");
    add_seen(f, 0, observation(5 * S, 0));
    add_seen(f, 1, seen);
    expect_exact(f, "slow: elapsed 5.000s, expected 6.000s\n"
                    "fast: ended with 1, expected 0\n"
                    "fast: output line 1: expected '1.000 a', got '1.000 b'\n"
                    "fast: 1 outcomes, expected 2\n");
}

/* ---- hosts ---- */

/* Of a run with hosts: a line of the one at `ms`, and of the other at 9 ms. */
static struct observation of_hosts(int64_t ms, const char *first, const char *second)
{
    struct observation seen = {.elapsed_ns = ms * MS, .ended = true};

    observation_add(&seen, (struct line){.t_ns = ms * MS, .host = first}, "hello", 5);
    observation_add(&seen, (struct line){.t_ns = 9 * MS, .host = second}, "hello", 5);
    return seen;
}

static void the_output_of_a_host_is_judged_without_its_name(void **state)
{
    struct fixture *f = *state;
    struct observation seen = of_hosts(5, "a", "b");

    given(f, "scenario: t\n"
             "hosts: { a: { program: p }, b: { program: q } }\n"
             "expect:\n"
             "  output: |\n"
             "    0.005 a: hello\n"
             "    0.009 b: hello\n"
             "  a: { output: 0.005 hello }\n"
             "  b: { output: 0.008 hello }\n");
    observation_add_end(&seen, "a", 0, name_code);
    observation_add_end(&seen, "b", 0, name_code);
    add_seen(f, 0, seen);
    expect_verdict(f, TIMING_EXACT,
                   "b: output line 1: expected '0.008 hello', got '0.009 hello'\n");
}

/* When a host says something is the wires' doing; what it says, and how it ends, is its own. */
static void outcomes_of_hosts_are_told_apart_by_what_each_says_and_ends_with(void **state)
{
    static const char a[] = "a", b[] = "b";
    struct fixture *f = *state;
    static const struct {
        int64_t ms;
        const char *first;
        const char *second;
        int code;
    } rows[] = {{5, a, b, 0}, {7, b, a, 0}, {5, a, a, 0}, {5, a, b, 3}};

    given(f, "scenario: t\nhosts: { a: { program: p }, b: { program: q } }\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct observation seen = of_hosts(rows[i].ms, rows[i].first, rows[i].second);

        observation_add_end(&seen, a, 0, name_code);
        observation_add_end(&seen, b, rows[i].code, name_code);
        add_seen(f, 0, seen);
    }
    assert_int_equal(f->runs[0].outcome_count, 3);
    assert_int_equal(f->runs[0].outcomes[0].count, 2);
}

static void a_relation_is_exact_in_simulation(void **state)
{
    struct fixture *f = *state;

    given(f, TWO "expect: { relations: [ fast is 3x faster than slow ] }\n");
    saw_both(f, 6 * S, 2 * S);
    expect_exact(f, "");
    given(f, TWO "expect: { relations: [ slow takes 3x as long as fast ] }\n");
    saw_both(f, 6 * S + 1, 2 * S);
    expect_exact(f, "not so: slow takes 3x as long as fast (6.000000001s and 2.000s)\n");
    given(f, TWO "expect: { relations: [ slow takes 2.5x as long as fast ] }\n");
    saw_both(f, 5 * S, 2 * S);
    expect_exact(f, "");
    given(f, TWO "expect: { relations: [ slow takes as long as fast ] }\n");
    saw_both(f, 5 * S, 5 * S);
    expect_exact(f, "");
    given(f, TWO "expect: { relations: [ fast is 3x faster than slow ] }\n");
    saw_both(f, 0, 0);
    expect_exact(f, "");
}

/* Whoever reads "fast ... slow (2 s and 6 s)" takes the first time for the first name. */
static void the_times_of_a_relation_stand_in_the_order_of_its_names(void **state)
{
    struct fixture *f = *state;

    given(f, TWO "expect: { relations: [ fast is 2x faster than slow,"
                 " slow takes as long as fast, slow takes 2x as long as fast ] }\n");
    saw_both(f, 6 * S, 2 * S);
    expect_exact(f, "not so: fast is 2x faster than slow (2.000s and 6.000s)\n"
                    "not so: slow takes as long as fast (6.000s and 2.000s)\n"
                    "not so: slow takes 2x as long as fast (6.000s and 2.000s)\n");
}

static void a_relation_is_within_the_tolerance_live(void **state)
{
    struct fixture *f = *state;

    given(f, TWO "expect: { relations: [ fast is 3x faster than slow ] }\n");
    saw_both(f, 6300 * MS, 2 * S);
    expect_live(f, "");
    given(f, TWO "expect: { relations: [ slow takes 3x as long as fast ] }\n");
    saw_both(f, 6301 * MS, 2 * S);
    expect_live(f, "not so: slow takes 3x as long as fast (6.301s and 2.000s)\n");
    expect_verdict(f, TIMING_IGNORED, "");
}

/* ---- claims ---- */

#define CLAIM(rest) "scenario: t\nprogram: p\nclaims: [ { says: it does, " rest " } ]\n"

static void a_claim_about_time_holds_within_5_percent_or_as_it_says(void **state)
{
    struct fixture *f = *state;

    given(f, CLAIM("elapsed: 2.01s"));
    saw(f, 2 * S, 0);
    expect_exact(f, "claim holds: 2.000s\n");
    expect_live(f, "claim holds: 2.000s\n");
    given(f, CLAIM("elapsed: 2.01s, within: 0.1%"));
    saw(f, 2 * S, 0);
    expect_exact(f, "claim 'it does' is kept as 'holds' but now does not hold (2.000s)\n"
                    "claim does not hold: 2.000s\n");
    expect_live(f, "claim does not hold: 2.000s\n"); /* a measurement, not a failure */
}

static void a_claim_that_is_kept_as_wrong_must_stay_wrong(void **state)
{
    struct fixture *f = *state;

    given(f, CLAIM("elapsed: 6s, verdict: does not hold, because: they overlap"));
    saw(f, 2 * S, 0);
    expect_exact(f, "claim does not hold: 2.000s\n");
    given(f, CLAIM("elapsed: 6s, verdict: does not hold, because: they overlap"));
    saw(f, 6 * S, 0);
    expect_exact(f, "claim 'it does' is kept as 'does not hold' but now holds (6.000s)\n"
                    "claim holds: 6.000s\n");
}

static void a_claim_about_output_is_about_standard_output_without_times(void **state)
{
    struct fixture *f = *state;
    struct observation seen = observation(1 * S, 0);

    observation_add(&seen, (struct line){.stream = STREAM_ERR}, "oh", 2);
    say(&seen, 0, "one");
    observation_add(&seen, (struct line){.stream = STREAM_ERR}, "oh", 2);
    say(&seen, 1 * S, "two");
    observation_add(&seen, (struct line){.stream = STREAM_ERR}, "oh", 2);
    given(f, "scenario: t\nprogram: p\nclaims:\n"
             "  - { says: all, output: \"one\\ntwo\\n\" }\n"
             "  - { says: less, output: one, verdict: does not hold, because: b }\n"
             "  - { says: more, output: \"one\\ntwo\\n3\", verdict: does not hold, because: b }\n"
             "  - { says: other, output: \"two\\none\", verdict: does not hold, because: b }\n");
    add_seen(f, 0, seen);
    expect_exact(f, "claim holds: 1.000s\n"
                    "claim does not hold: 1.000s, other lines\n"
                    "claim does not hold: 1.000s, other lines\n"
                    "claim does not hold: 1.000s, other lines\n");
}

static void a_claim_about_a_finding_says_when_it_was(void **state)
{
    struct fixture *f = *state;

    given(f, "scenario: t\nprogram: p\nexpect: { finds: deadlock }\nclaims:\n"
             "  - { says: it deadlocks, finds: deadlock }\n"
             "  - { says: it is fine, finds: nothing, verdict: does not hold, because: b }\n");
    saw_finding(f, "deadlock");
    expect_exact(f, "claim holds: deadlock at 1.000s\nclaim does not hold: deadlock at 1.000s\n");
}

static void a_claim_that_is_true_of_some_outcomes_depends_on_the_schedule(void **state)
{
    struct fixture *f = *state;

    given(f, CLAIM("output: first, verdict: depends on the schedule, because: ties"));
    saw_three_outcomes(f, NULL);
    expect_exact(f, "claim depends on the schedule: 1.000s; 1 of 3 outcomes\n");
    given(f, CLAIM("output: first"));
    saw_three_outcomes(f, NULL);
    expect_exact(f, "claim 'it does' is kept as 'holds' but now depends on the schedule "
                    "(1.000s; 1 of 3 outcomes)\n"
                    "claim depends on the schedule: 1.000s; 1 of 3 outcomes\n");
    given(f, CLAIM("output: last, verdict: does not hold, because: never"));
    saw_three_outcomes(f, NULL);
    expect_exact(f, "claim does not hold: 1.000s; 0 of 3 outcomes\n");
}

static void a_claim_of_several_things_holds_when_all_do(void **state)
{
    struct fixture *f = *state;

    given(f, CLAIM("elapsed: 3s, output: \"hello\\nworld\""));
    saw_two_lines(f);
    expect_exact(f, "claim holds: 3.000s\n");
    given(f, CLAIM("elapsed: 4s, output: \"hello\\nworld\", verdict: does not hold, because: b"));
    saw_two_lines(f);
    expect_exact(f, "claim does not hold: 3.000s\n");
}

static void a_claim_that_is_a_matter_of_reading_keeps_its_verdict(void **state)
{
    struct fixture *f = *state;

    given(f, "scenario: t\nprogram: p\nclaims:\n"
             "  - { says: a, verdict: python only, because: b }\n"
             "  - { says: a, verdict: not checkable, because: b }\n"
             "  - { says: a, because: b }\n");
    saw(f, 0, 0);
    expect_exact(f, "claim python only, as kept\n"
                    "claim not checkable, as kept\n"
                    "claim holds, as kept\n");
}

/* One live run cannot tell what depends on the schedule. */
static void live_only_claims_about_times_are_computed(void **state)
{
    struct fixture *f = *state;

    given(f, CLAIM("output: other"));
    saw_two_lines(f);
    expect_live(f, "claim holds, as kept\n");
    given(f, CLAIM("finds: deadlock, verdict: does not hold, because: b"));
    saw_two_lines(f);
    expect_live(f, "claim does not hold, as kept\n");
}

static void a_claim_may_be_a_relation_or_be_about_one_of_the_runs(void **state)
{
    struct fixture *f = *state;

    given(f, TWO "claims:\n"
                 "  - { says: three times, relation: slow takes 3x as long as fast }\n"
                 "  - { says: two seconds, run: fast, elapsed: 2s }\n"
                 "  - { says: as long, relation: slow takes 1x as long as fast,"
                 " verdict: does not hold, because: b }\n"
                 "  - { says: nice, because: b }\n");
    saw_both(f, 6 * S, 2 * S);
    expect_exact(f, "claim holds: 6.000s and 2.000s\n"
                    "claim holds: 2.000s\n"
                    "claim does not hold: 6.000s and 2.000s\n"
                    "claim holds, as kept\n");
    given(f, TWO "claims: [ { says: it is so, relation: slow takes 3x as long as fast } ]\n");
    saw_both(f, 5 * S, 2 * S);
    expect_exact(f, "claim 'it is so' is kept as 'holds' but now does not hold "
                    "(5.000s and 2.000s)\n"
                    "claim does not hold: 5.000s and 2.000s\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(elapsed_is_exact_in_simulation),
        TEST(elapsed_is_within_the_tolerance_live_and_never_less_than_50_ms),
        TEST(the_tolerance_is_the_scenario_s),
        TEST(a_program_should_end_with_0_unless_it_says_otherwise),
        TEST(a_candidate_is_confirmed_by_an_outcome_of_its_own),
        TEST(a_property_that_is_named_was_met_and_has_held),
        TEST(a_finding_is_a_failure_unless_it_is_expected),
        TEST(live_any_expected_wait_without_end_is_a_deadlock),
        TEST(every_line_is_compared_with_its_time),
        TEST(lines_too_many_and_too_few_are_said),
        TEST(a_line_is_written_with_its_time_its_stream_and_whether_it_is_whole),
        TEST(what_cannot_be_seen_in_a_line_is_written_out),
        TEST(live_a_line_may_come_a_little_early_or_late),
        TEST(with_times_ignored_order_and_text_still_count),
        TEST(live_lines_may_come_in_any_order_where_the_scenario_says_so),
        TEST(live_each_line_counts_once),
        TEST(live_a_line_that_never_came_is_missed),
        TEST(live_output_may_be_left_unchecked),
        TEST(outcomes_are_counted_when_all_schedules_were_tried),
        TEST(equal_outcomes_are_one),
        TEST(the_first_outcome_is_judged_and_any_may_have_the_finding),
        TEST(reasons_name_the_run),
        TEST(the_output_of_a_host_is_judged_without_its_name),
        TEST(outcomes_of_hosts_are_told_apart_by_what_each_says_and_ends_with),
        TEST(a_relation_is_exact_in_simulation),
        TEST(the_times_of_a_relation_stand_in_the_order_of_its_names),
        TEST(a_relation_is_within_the_tolerance_live),
        TEST(a_claim_about_time_holds_within_5_percent_or_as_it_says),
        TEST(a_claim_that_is_kept_as_wrong_must_stay_wrong),
        TEST(a_claim_about_output_is_about_standard_output_without_times),
        TEST(a_claim_about_a_finding_says_when_it_was),
        TEST(a_claim_that_is_true_of_some_outcomes_depends_on_the_schedule),
        TEST(a_claim_of_several_things_holds_when_all_do),
        TEST(a_claim_that_is_a_matter_of_reading_keeps_its_verdict),
        TEST(live_only_claims_about_times_are_computed),
        TEST(a_claim_may_be_a_relation_or_be_about_one_of_the_runs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

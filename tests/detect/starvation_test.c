/*
 * starvation_test.c - which waits others go past, and how often that may be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "detect/starvation.h"
#include "tests/detect/records.h"

#define TURN OBJECT("future", 7)

struct fixture {
    struct starvation *starvation;
    struct trace *trace;
};

static int fixture_open(void **state)
{
    static struct fixture fixture;

    fixture.starvation = starvation_new();
    fixture.trace = trace_new();
    trace_listen(fixture.trace, starvation_listen, fixture.starvation, 0);
    *state = &fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    starvation_free(f->starvation);
    trace_free(f->trace);
    return 0;
}

static void begin(struct fixture *f)
{
    trace_reset(f->trace);
    starvation_reset(f->starvation);
}

/* `task` stands in line, or in that for another desk. */
static void stands(struct fixture *f, uint32_t task, const char *here)
{
    trace_append(f->trace,
                 &(struct trace_record){.kind = TRACE_BLOCKED,
                                        .time_ns = (int64_t)trace_count(f->trace) * 1000000,
                                        .process = 1,
                                        .task = task,
                                        .task_name = task == ANN ? "ann" : NULL,
                                        .object = TURN,
                                        .here = here});
}

/* What `task` waits for holds, or not, because of `by` (0: no task). */
static void holds(struct fixture *f, uint32_t task, bool holds, uint32_t by)
{
    static const char *const names[] = {NULL, "main", "ann", "bob", "cat"};

    trace_append(f->trace,
                 &(struct trace_record){.kind = TRACE_EXPECTED,
                                        .time_ns = (int64_t)trace_count(f->trace) * 1000000,
                                        .process = 1,
                                        .task = task,
                                        .other = by,
                                        .object = {"is_free", NULL, 0},
                                        .value = holds,
                                        .text = by < 5 ? names[by] : NULL,
                                        .here = "desk.c:1"});
}

/* It was free for `task`, and `by` took it. */
static void overtakes(struct fixture *f, uint32_t by, uint32_t task)
{
    holds(f, task, true, MAIN);
    holds(f, task, false, by);
}

static void expect_nothing(struct fixture *f)
{
    struct finding finding = {0};

    assert_false(starvation_judge(f->starvation, 1, &finding));
}

static void expect_starved(struct fixture *f)
{
    struct finding finding = {0};

    assert_true(starvation_judge(f->starvation, 1, &finding));
    free(finding.lines);
}

static void one_whom_others_overtake_more_often_than_the_bound_is_starved(void **state)
{
    struct fixture *f = *state;
    struct finding finding = {0};

    begin(f);
    stands(f, ANN, "pool/desk.c:9");
    overtakes(f, BOB, ANN);
    overtakes(f, CAT, ANN);
    assert_false(starvation_judge(f->starvation, 2, &finding));
    overtakes(f, BOB, ANN);
    happens(f, RESUMED, ANN, TURN);
    assert_true(starvation_judge(f->starvation, 2, &finding));
    assert_int_equal(finding.kind, FINDING_STARVATION);
    assert_int_equal(finding.time_ns, 6000000);
    assert_string_equal(
        finding.lines, "ann  waits for future 7 since 0.000s  desk.c:9   for is_free, which others "
                       "who came later took 3 times (bound 2)\n"
                       "bob  went past 2 times, last at 0.006s\n"
                       "cat  went past 1 time, last at 0.004s\n");
    free(finding.lines);
}

static void who_was_in_line_before_overtakes_nobody(void **state)
{
    struct fixture *f = *state;

    begin(f);
    for (uint32_t task = BOB; task < BOB + 5; task++)
        stands(f, task, "desk.c:9");
    stands(f, ANN, "desk.c:9");
    for (uint32_t task = BOB; task < BOB + 5; task++) {
        holds(f, ANN, true, MAIN);
        happens(f, RESUMED, task, TURN);
        holds(f, ANN, false, task);
    }
    expect_nothing(f);
}

/* Once its turn has been, it is as late as anybody; nor does another line count. */
static void who_had_a_turn_or_stood_elsewhere_overtakes(void **state)
{
    struct fixture *f = *state;

    begin(f);
    stands(f, BOB, "desk.c:9");
    stands(f, ANN, "desk.c:9");
    happens(f, RESUMED, BOB, TURN);
    overtakes(f, BOB, ANN);
    overtakes(f, BOB, ANN);
    expect_starved(f);
    begin(f);
    stands(f, BOB, "elsewhere.c:9");
    stands(f, CAT, "elsewhere.c:9");
    stands(f, ANN, "desk.c:9");
    holds(f, ANN, true, MAIN);
    happens(f, RESUMED, BOB, TURN);
    holds(f, ANN, false, BOB);
    holds(f, ANN, true, MAIN);
    happens(f, RESUMED, CAT, TURN);
    holds(f, ANN, false, CAT);
    expect_starved(f);
}

static void each_wait_begins_anew(void **state)
{
    struct fixture *f = *state;

    begin(f);
    for (int i = 0; i < 5; i++) {
        stands(f, ANN, "desk.c:9");
        overtakes(f, BOB, ANN);
        happens(f, RESUMED, ANN, TURN);
        overtakes(f, BOB, ANN); /* it does not wait */
    }
    expect_nothing(f);
}

/* What never held nobody took; nor did who ended it without being a task. */
static void what_nobody_took_starves_nobody(void **state)
{
    struct fixture *f = *state;

    begin(f);
    stands(f, ANN, "desk.c:9");
    for (int i = 0; i < 5; i++) {
        holds(f, ANN, false, BOB);
        overtakes(f, CALLBACK, ANN);
    }
    expect_nothing(f);
}

static void the_wait_that_was_overtaken_most_is_shown_with_those_who_have_no_line(void **state)
{
    struct fixture *f = *state;
    struct finding finding = {0};

    begin(f);
    stands(f, 20, "desk.c:9");
    stands(f, ANN, "desk.c:9");
    overtakes(f, BOB, 20);
    overtakes(f, BOB, 20);
    for (uint32_t task = BOB; task < BOB + 8; task++)
        overtakes(f, task, ANN);
    assert_true(starvation_judge(f->starvation, 1, &finding));
    assert_non_null(strstr(finding.lines, "ann  waits for"));
    assert_non_null(strstr(finding.lines, "took 8 times (bound 1)"));
    assert_non_null(strstr(finding.lines, "\nothers  went past 2 more\n"));
    free(finding.lines);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_whom_others_overtake_more_often_than_the_bound_is_starved),
        TEST(who_was_in_line_before_overtakes_nobody),
        TEST(who_had_a_turn_or_stood_elsewhere_overtakes),
        TEST(each_wait_begins_anew),
        TEST(what_nobody_took_starves_nobody),
        TEST(the_wait_that_was_overtaken_most_is_shown_with_those_who_have_no_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

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

/* ---- waits that do not say what they are for ---- */

#define NEWS OBJECT("condition", 9)

static void waits_at(struct fixture *f, uint32_t task, struct trace_object object, const char *here)
{
    static const char *const names[] = {NULL, "main", "ann", "bob", "cat"};

    trace_append(f->trace,
                 &(struct trace_record){.kind = TRACE_BLOCKED,
                                        .time_ns = (int64_t)trace_count(f->trace) * 1000000,
                                        .process = 1,
                                        .task = task,
                                        .task_name = names[task],
                                        .object = object,
                                        .here = here});
}

static void prints(struct fixture *f)
{
    happens(f, OUTPUT, CALLBACK, OBJECT(NULL, 0));
}

/* `task` comes, is let go on and does something. */
static void comes_and_goes(struct fixture *f, uint32_t task, struct trace_object object)
{
    waits_at(f, task, object, "desk.c:9");
    happens(f, RESUMED, task, object);
    prints(f);
}

static void who_waits_while_later_ones_go_on_is_starved(void **state)
{
    struct fixture *f = *state;
    struct finding finding = {0};

    begin(f);
    waits_at(f, ANN, NEWS, "pool/desk.c:9");
    waits_at(f, BOB, NEWS, "pool/desk.c:9");
    happens(f, RESUMED, BOB, NEWS);
    prints(f);
    expect_nothing(f);
    waits_at(f, CAT, NEWS, "pool/desk.c:9");
    happens(f, RESUMED, CAT, NEWS);
    happens(f, WROTE, CAT, X);
    assert_true(starvation_judge(f->starvation, 1, &finding));
    assert_int_equal(finding.kind, FINDING_STARVATION);
    assert_int_equal(finding.time_ns, 6000000);
    assert_string_equal(finding.lines, "ann  waits for condition 9 since 0.000s  desk.c:9   while "
                                       "others who came later went past 2 times (bound 1)\n"
                                       "bob  went past 1 time, last at 0.003s\n"
                                       "cat  went past 1 time, last at 0.006s\n");
    free(finding.lines);
}

/* It takes the lock, looks, gives it back and waits again: it never left. */
static void who_is_woken_in_vain_stays_in_line(void **state)
{
    struct fixture *f = *state;
    struct finding finding = {0};

    begin(f);
    for (int i = 0; i < 3; i++) {
        waits_at(f, ANN, NEWS, "desk.c:9");
        waits_at(f, BOB, NEWS, "desk.c:9");
        happens(f, RESUMED, ANN, NEWS);
        happens(f, BLOCKED, ANN, LOCK(1));
        happens(f, RESUMED, ANN, LOCK(1));
        happens(f, HELD, ANN, LOCK(1));
        happens(f, READ, ANN, X);
        happens(f, RELEASED, ANN, LOCK(1));
        happens(f, RESUMED, BOB, NEWS);
        happens(f, SIGNALLED, BOB, OBJECT("event", 3));
    }
    assert_true(starvation_judge(f->starvation, 2, &finding));
    assert_non_null(strstr(finding.lines, "woken in vain 2 times, while others who came later "
                                          "went past 3 times (bound 2)"));
    free(finding.lines);
}

/* In a line that is served in order nobody goes past; who works is in line anew each time. */
static void a_line_that_is_served_in_order_starves_nobody(void **state)
{
    struct fixture *f = *state;

    begin(f);
    waits_at(f, ANN, NEWS, "desk.c:9");
    for (int i = 0; i < 5; i++) {
        waits_at(f, BOB, NEWS, "desk.c:9");
        happens(f, RESUMED, ANN, NEWS);
        prints(f);
        waits_at(f, ANN, NEWS, "desk.c:9");
        happens(f, RESUMED, BOB, NEWS);
        prints(f);
    }
    expect_nothing(f);
}

static void each_thing_that_others_can_see_is_a_way_to_leave(void **state)
{
    static const struct {
        enum trace_kind kind;
        struct trace_object object;
    } rows[] = {{TRACE_WROTE, X},
                {TRACE_UPDATED, X},
                {TRACE_PUT, OBJECT("queue", 30)},
                {TRACE_GOT, OBJECT("queue", 30)},
                {TRACE_SIGNALLED, OBJECT("event", 3)},
                {TRACE_CANCELLED, TASK(MAIN)},
                {TRACE_FINISHED, OBJECT(NULL, 0)},
                {TRACE_HELD, OBJECT("semaphore", 4)},
                {TRACE_BLOCKED, OBJECT("sleep", 0)}};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin(f);
        waits_at(f, ANN, NEWS, "desk.c:9");
        for (int times = 0; times < 2; times++) {
            waits_at(f, BOB, NEWS, "desk.c:9");
            happens(f, RESUMED, BOB, NEWS);
            happens_with(f->trace, rows[i].kind, BOB, rows[i].object, 0, 0);
        }
        expect_starved(f);
    }
    begin(f);
    waits_at(f, ANN, NEWS, "desk.c:9");
    for (uint32_t child = 20; child < 22; child++) {
        waits_at(f, BOB, NEWS, "desk.c:9");
        happens(f, RESUMED, BOB, NEWS);
        spawns(f, BOB, child);
    }
    expect_starved(f);
}

static void who_gives_up_goes_past_nobody(void **state)
{
    struct fixture *f = *state;

    begin(f);
    waits_at(f, ANN, NEWS, "desk.c:9");
    for (int i = 0; i < 3; i++) {
        waits_at(f, BOB, NEWS, "desk.c:9");
        happens_with(f->trace, TRACE_RESUMED, BOB, NEWS, 0, -1);
        prints(f);
    }
    expect_nothing(f);
}

/* Another thing, another place, a task, a lock, a sleep, a future of one's own without a name. */
static void what_is_no_line_starves_nobody(void **state)
{
    static const struct trace_object none[][2] = {
        {OBJECT("condition", 9), OBJECT("condition", 10)},
        {OBJECT("future", 11), OBJECT("future", 12)},
        {OBJECT("task", 9), OBJECT("task", 9)},
        {OBJECT("lock", 9), OBJECT("lock", 9)},
        {OBJECT("sleep", 0), OBJECT("sleep", 0)},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        begin(f);
        waits_at(f, ANN, none[i][0], "desk.c:9");
        comes_and_goes(f, BOB, none[i][1]);
        comes_and_goes(f, CAT, none[i][1]);
        expect_nothing(f);
    }
    begin(f);
    waits_at(f, ANN, NEWS, "elsewhere.c:9");
    comes_and_goes(f, BOB, NEWS);
    comes_and_goes(f, CAT, NEWS);
    expect_nothing(f);
}

/* A program's own primitive gives each who waits a future, and all of them one name. */
static void what_has_one_name_is_one_line(void **state)
{
    struct fixture *f = *state;

    begin(f);
    waits_at(f, ANN, (struct trace_object){"future", "turn", 11}, "desk.c:9");
    comes_and_goes(f, BOB, (struct trace_object){"future", "turn", 12});
    comes_and_goes(f, BOB, (struct trace_object){"future", "turn", 13});
    expect_starved(f);
}

/* Who says what it waits for is judged by that. */
static void who_says_what_it_waits_for_stands_in_no_line(void **state)
{
    struct fixture *f = *state;

    begin(f);
    waits_at(f, ANN, NEWS, "desk.c:9");
    holds(f, ANN, false, MAIN);
    comes_and_goes(f, BOB, NEWS);
    comes_and_goes(f, CAT, NEWS);
    expect_nothing(f);
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
        TEST(who_waits_while_later_ones_go_on_is_starved),
        TEST(who_is_woken_in_vain_stays_in_line),
        TEST(a_line_that_is_served_in_order_starves_nobody),
        TEST(each_thing_that_others_can_see_is_a_way_to_leave),
        TEST(who_gives_up_goes_past_nobody),
        TEST(what_is_no_line_starves_nobody),
        TEST(what_has_one_name_is_one_line),
        TEST(who_says_what_it_waits_for_stands_in_no_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * property_test.c - from trace records to counts, and to the line that says what was broken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "detect/property.h"

#define MS INT64_C(1000000)

struct fixture {
    struct properties *properties;
    struct trace *trace;
};

static int fixture_open(void **state)
{
    static struct fixture fixture;

    fixture.properties = properties_new();
    fixture.trace = trace_new();
    trace_listen(fixture.trace, properties_listen, fixture.properties, 0);
    *state = &fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    properties_free(f->properties);
    trace_free(f->trace);
    return 0;
}

static void meet(struct fixture *f, const char *kind, const char *name, bool held, const char *who,
                 int64_t at_ms)
{
    bool broken = !held && strcmp(kind, "always") == 0;

    trace_append(f->trace, &(struct trace_record){.time_ns = at_ms * MS,
                                                  .kind = broken ? TRACE_BROKEN : TRACE_PROPERTY,
                                                  .task = who != NULL ? 3 : 0,
                                                  .task_name = who,
                                                  .object = {kind, name, 0},
                                                  .value = held,
                                                  .text = "a == b",
                                                  .here = "far/away/bank.c:31"});
}

static void expect_nothing(struct fixture *f, bool ended)
{
    struct finding finding = {0};

    assert_false(properties_judge(f->properties, ended, 9 * MS, &finding));
    assert_null(finding.lines);
}

static void expect_finding(struct fixture *f, enum finding_kind kind, const char *lines)
{
    struct finding finding = {0};

    assert_true(properties_judge(f->properties, kind != FINDING_ALWAYS, 9 * MS, &finding));
    assert_string_equal(finding.lines, lines);
    assert_string_equal(finding_name(finding.kind), finding_name(kind));
    assert_int_equal(finding.time_ns, 9 * MS);
    free(finding.lines);
}

static void what_is_met_is_counted_by_kind_and_name(void **state)
{
    static const struct {
        const char *kind, *name;
        unsigned met, held;
    } rows[] = {{"sometimes", "rare", 3, 1}, {"always", "rare", 1, 1}, {"sometimes", "raw", 1, 0}};
    struct fixture *f = *state;

    meet(f, "sometimes", "rare", false, "a", 0);
    meet(f, "always", "rare", true, "a", 0);
    meet(f, "sometimes", "rare", true, "b", 0);
    meet(f, "sometimes", "raw", false, "b", 0);
    meet(f, "sometimes", "rare", false, "b", 0);
    assert_int_equal(properties_count(f->properties), sizeof rows / sizeof *rows);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct property *property = properties_at(f->properties, i);

        assert_string_equal(property->kind, rows[i].kind);
        assert_string_equal(property->name, rows[i].name);
        assert_int_equal(property->met, rows[i].met);
        assert_int_equal(property->held, rows[i].held);
    }
    expect_nothing(f, true);
}

static void what_is_broken_is_named_with_task_condition_and_place(void **state)
{
    struct fixture *f = *state;

    meet(f, "always", "total", false, "writer", 3);
    expect_finding(f, FINDING_ALWAYS,
                   "writer  breaks total: a == b  bank.c:31   it never held before\n");
    properties_reset(f->properties);
    meet(f, "always", "total", true, "reader", 1);
    meet(f, "always", "total", false, NULL, 3);
    expect_finding(f, FINDING_ALWAYS,
                   "a callback  breaks total: a == b  bank.c:31   it held 1 time before\n");
    properties_reset(f->properties);
    expect_nothing(f, true);
}

static void what_never_held_is_named_when_the_run_has_ended(void **state)
{
    struct fixture *f = *state;

    meet(f, "eventually", "done", false, "writer", 3);
    expect_nothing(f, false);
    expect_finding(f, FINDING_EVENTUALLY,
                   "done  never held: a == b  bank.c:31   met 1 time, last by writer at 0.003s\n");
    meet(f, "eventually", "seen", true, "writer", 4);
    meet(f, "eventually", "gone", false, NULL, 5);
    meet(f, "eventually", "done", false, "reader", 6);
    expect_finding(f, FINDING_EVENTUALLY,
                   "done  never held: a == b  bank.c:31   met 2 times, last by reader at 0.006s\n"
                   "gone  never held: a == b  bank.c:31   met 1 time, last by a callback at "
                   "0.005s\n");
    meet(f, "eventually", "done", true, "reader", 7);
    meet(f, "eventually", "gone", true, "reader", 7);
    meet(f, "eventually", "gone", false, "reader", 7);
    expect_nothing(f, true);
}

/* Names are kept up to a length; what is longer is one with what begins alike. */
static void a_very_long_name_is_cut(void **state)
{
    static const char name[] =
        "0123456789012345678901234567890123456789012345678901234567890123456";
    struct fixture *f = *state;

    meet(f, "sometimes", name, true, "a", 0);
    meet(f, "sometimes", name, false, "a", 0);
    assert_int_equal(properties_count(f->properties), 1);
    assert_int_equal(strlen(properties_at(f->properties, 0)->name), 63);
    assert_int_equal(properties_at(f->properties, 0)->met, 2);
}

static void other_records_say_nothing(void **state)
{
    struct fixture *f = *state;

    trace_append(f->trace, &(struct trace_record){.kind = TRACE_FINISHED, .task = 1});
    assert_int_equal(properties_count(f->properties), 0);
    expect_nothing(f, true);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_met_is_counted_by_kind_and_name),
        TEST(what_is_broken_is_named_with_task_condition_and_place),
        TEST(what_never_held_is_named_when_the_run_has_ended),
        TEST(a_very_long_name_is_cut),
        TEST(other_records_say_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * leak_test.c - what was forgotten, and what is left, in lines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "detect/leak.h"

struct fixture {
    struct leak *leak;
    struct trace *trace;
};

static int fixture_open(void **state)
{
    static struct fixture fixture;

    fixture.leak = leak_new();
    fixture.trace = trace_new();
    trace_listen(fixture.trace, leak_listen, fixture.leak, 0);
    *state = &fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    leak_free(f->leak);
    trace_free(f->trace);
    return 0;
}

static void forget(struct fixture *f, uint32_t task, struct trace_object object, const char *here)
{
    trace_append(f->trace, &(struct trace_record){.kind = TRACE_FORGOTTEN,
                                                  .time_ns = 5000000,
                                                  .task = task,
                                                  .object = object,
                                                  .text = "nobody looked",
                                                  .here = here});
}

static void expect_lines(struct fixture *f, struct leak_left left, const char *lines)
{
    struct finding finding = {0};

    assert_true(leak_judge(f->leak, &left, 9, &finding));
    assert_int_equal(finding.kind, FINDING_LEAK);
    assert_int_equal(finding.time_ns, 9);
    assert_string_equal(finding.lines, lines);
    free(finding.lines);
}

static void expect_nothing(struct fixture *f)
{
    struct leak_left left = {0};
    struct finding finding;

    assert_false(leak_judge(f->leak, &left, 9, &finding));
}

static void what_is_forgotten_has_a_line(void **state)
{
    struct fixture *f = *state;

    expect_nothing(f);
    trace_append(f->trace, &(struct trace_record){.kind = TRACE_FINISHED, .task = 3});
    expect_nothing(f);
    forget(f, 3, (struct trace_object){0}, "far/away/post.c:31");
    forget(f, 0, (struct trace_object){"future", "answer", 7}, NULL);
    forget(f, 0, (struct trace_object){0}, "post.c:40");
    expect_lines(f, (struct leak_left){0},
                 "Task-3  nobody looked, at 0.005s  post.c:31\n"
                 "future answer  nobody looked, at 0.005s\n"
                 "nobody looked, at 0.005s  post.c:40\n");
    leak_reset(f->leak);
    expect_nothing(f);
}

static void what_is_left_is_counted(void **state)
{
    struct fixture *f = *state;

    expect_lines(f, (struct leak_left){.blocks = 1}, "1 block of memory not freed\n");
    expect_lines(f, (struct leak_left){.handles = 1}, "1 handle of libuv's not closed\n");
    expect_lines(f, (struct leak_left){2, 3},
                 "3 handles of libuv's not closed\n2 blocks of memory not freed\n");
}

static void of_many_a_few_are_shown(void **state)
{
    struct fixture *f = *state;
    struct leak_left left = {0};
    struct finding finding = {0};

    for (uint32_t i = 1; i <= 10; i++)
        forget(f, i, (struct trace_object){0}, NULL);
    assert_true(leak_judge(f->leak, &left, 9, &finding));
    assert_non_null(strstr(finding.lines, "Task-8  nobody looked, at 0.005s\nand 2 more\n"));
    free(finding.lines);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_forgotten_has_a_line),
        TEST(what_is_left_is_counted),
        TEST(of_many_a_few_are_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

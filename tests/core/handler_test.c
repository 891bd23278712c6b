/*
 * handler_test.c - failures that nobody waits for: EXC-*, FUT-14 and FUT-15.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gather.h"
#include "handler.h"
#include "sleep.h"
#include "tests/lib/script.h"

struct fixture {
    struct script script;
};

SCRIPT_FIXTURE(fixture)

static void hear(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    struct fixture *f = arg;

    check(f, loop == f->script.loop);
    note(f, "hears: %s: %s %s %s", exception->message,
         exception->future != NULL ? rondo_get_name(exception->future) : "-",
         rondo_err_name(exception->code), exception->text);
}

static struct fixture *listening(void **state)
{
    struct fixture *f = *state;

    rondo_loop_set_exception_handler(f->script.loop, hear, f);
    return f;
}

static int fail_later(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    RONDO_TRY(rondo_sleep(5 * MS));
    return rondo_fail(RONDO_EUSER, "no luck");
}

static int forget_a_task(void *fixture, int64_t n)
{
    (void)fixture;
    (void)n;
    rondo_unref(rondo_spawn(fail_later, NULL, .name = "child"));
    return rondo_sleep(10 * MS);
}

/* EXC-04, FUT-14: a failed task that nobody looked at is reported once, when it goes. */
static void a_failure_that_nobody_retrieves_is_reported(void **state)
{
    struct fixture *f = listening(state);

    spawn(f, "parent", forget_a_task, 0);
    expect_trace(f, "5ms hears: Task exception was never retrieved: child EUSER0 no luck\n");
}

static int look_at_a_task(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_task *task = rondo_spawn(fail_later, NULL);
    rondo_task *cancelled = rondo_spawn(fail_later, NULL);
    rondo_future *pending = rondo_create_future(NULL);

    (void)n;
    rondo_cancel(cancelled, NULL);
    check(f, rondo_await(task, NULL) == RONDO_EUSER);
    rondo_unref(task);
    rondo_unref(cancelled);
    rondo_unref(pending);
    return 0;
}

/* FUT-15: nothing is said of a failure that was retrieved, nor of what was cancelled or given up.
 */
static void a_failure_that_was_retrieved_is_not_reported(void **state)
{
    struct fixture *f = listening(state);

    spawn(f, "parent", look_at_a_task, 0);
    expect_trace(f, "");
}

static int gather_two_failures(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_task *tasks[2];

    (void)n;
    tasks[0] = rondo_spawn(fail_later, NULL);
    tasks[1] = rondo_spawn(fail_later, NULL);
    check(f, rondo_gather(tasks, 2, 0, NULL) == RONDO_EUSER);
    rondo_unref_all(tasks, 2);
    return rondo_sleep(10 * MS);
}

/* GAT-11: the failures of a gather after the first are nobody's. */
static void a_gather_looks_at_all_its_failures(void **state)
{
    struct fixture *f = listening(state);

    spawn(f, "parent", gather_two_failures, 0);
    expect_trace(f, "");
}

static int drop_a_failed_future(void *fixture, int64_t n)
{
    rondo_future *future = rondo_create_future(NULL);

    (void)fixture;
    (void)n;
    rondo_set_name(future, "reply");
    rondo_set_error(future, RONDO_ETIMEDOUT, NULL);
    rondo_unref(future);
    return 0;
}

/* FUT-14: of a plain future too. */
static void a_failed_future_is_reported_too(void **state)
{
    struct fixture *f = listening(state);

    spawn(f, "parent", drop_a_failed_future, 0);
    expect_trace(f, "0ms parent hears: Future exception was never retrieved: reply ETIMEDOUT \n");
}

static rondo_future *failed_future(const char *name)
{
    rondo_future *future = rondo_create_future(NULL);

    rondo_set_name(future, name);
    rondo_set_error(future, RONDO_EUSER, NULL);
    return future;
}

static int cancel_what_failed(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_task *task = rondo_spawn(fail_later, NULL, .name = "child");

    (void)n;
    RONDO_TRY(rondo_sleep(10 * MS));
    note(f, "cancels: %s", rondo_cancel(task, NULL) ? "taken" : "too late");
    rondo_unref(task);
    return 0;
}

/* TASK-14: to cancel a task that has failed already changes nothing, and adds no report. */
static void a_cancel_after_a_failure_adds_no_report(void **state)
{
    struct fixture *f = listening(state);

    spawn(f, "parent", cancel_what_failed, 0);
    expect_trace(f,
                 "10ms parent cancels: too late\n"
                 "10ms parent hears: Task exception was never retrieved: child EUSER0 no luck\n");
}

/* A handler that meets a failure of its own. */
static void hear_and_fail(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    hear(loop, exception, arg);
    if (strcmp(rondo_get_name(exception->future), "first") == 0)
        rondo_unref(failed_future("second"));
    note((struct fixture *)arg, "has heard %s", rondo_get_name(exception->future));
}

static int drop_the_first(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    rondo_unref(failed_future("first"));
    RONDO_TRY(rondo_sleep(5 * MS));
    note(f, "goes on");
    return 0;
}

/* EXC-02: a failure met while the handler runs is reported too, and the loop carries on. */
static void a_failure_inside_the_handler_is_reported_too(void **state)
{
    struct fixture *f = *state;

    rondo_loop_set_exception_handler(f->script.loop, hear_and_fail, f);
    spawn(f, "a", drop_the_first, 0);
    expect_trace(f, "0ms a hears: Future exception was never retrieved: first EUSER0 \n"
                    "0ms a hears: Future exception was never retrieved: second EUSER0 \n"
                    "0ms a has heard second\n"
                    "0ms a has heard first\n"
                    "5ms a goes on\n");
}

static void fail_in_a_callback(void *arg)
{
    struct fixture *f = arg;

    rondo_report(RONDO_EUSER - 3, "no row %d", 7);
    note(f, "goes on");
}

static void hear_where(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    const char *file = strstr(exception->here, "handler_test.c:");

    hear(loop, exception, arg);
    note((struct fixture *)arg, "at %.15s", file);
}

/* LOOP-14: a failure that a callback reports reaches the handler with its words and its place, and
 * the loop goes on. */
static void a_failure_that_a_callback_reports_is_heard(void **state)
{
    struct fixture *f = *state;
    rondo_loop *loop = f->script.loop;

    rondo_loop_set_exception_handler(loop, hear_where, f);
    rondo_call_soon(loop, fail_in_a_callback, f);
    rondo_call_later(loop, 5 * MS, fail_in_a_callback, f);
    expect_trace(f, "0ms hears: failure in a callback: - EUSER-3 no row 7\n"
                    "0ms at handler_test.c:\n"
                    "0ms goes on\n"
                    "5ms hears: failure in a callback: - EUSER-3 no row 7\n"
                    "5ms at handler_test.c:\n"
                    "5ms goes on\n");
}

static int report_in_a_task(void *fixture, int64_t n)
{
    rondo_report(RONDO_EUSER, "%d of them", (int)n);
    return fixture == NULL;
}

/* LOOP-14: so may a task, which is then named. */
static void a_task_may_report_what_it_does_not_return(void **state)
{
    struct fixture *f = listening(state);

    spawn(f, "a", report_in_a_task, 3);
    expect_trace(f, "0ms a hears: failure in a task: a EUSER0 3 of them\n");
}

/* Report `text` with what stands for stderr in `file`. */
static void report_into(FILE *file, rondo_loop *loop, const char *text)
{
    int saved = dup(STDERR_FILENO);

    fflush(stderr);
    dup2(fileno(file), STDERR_FILENO);
    rondo_loop_call_exception_handler(loop, &(rondo_exception){.message = "it broke",
                                                               .code = RONDO_EUSER,
                                                               .text = text,
                                                               .here = "parts.c:7"});
    rondo_report_at(RONDO_EUSER - 1, "parts.c:8", "outside of %s", "any loop");
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
}

/* EXC-01: a program's handler gets the loop and what there is to tell; without one it is a line on
 * stderr. */
static void without_a_handler_the_default_writes_to_stderr(void **state)
{
    struct fixture *f = listening(state);
    rondo_loop *loop = f->script.loop;
    FILE *file = tmpfile();
    char line[100] = "";
    void *arg;

    report_into(file, loop, "in two");
    assert_true(rondo_loop_get_exception_handler(loop, &arg) == hear && arg == f);
    rondo_loop_set_exception_handler(loop, NULL, NULL);
    assert_null(rondo_loop_get_exception_handler(loop, NULL));
    report_into(file, loop, "in three");
    rondo_loop_set_exception_handler(loop, rondo_loop_default_exception_handler, NULL);
    report_into(file, loop, "in four");
    expect_trace(f, "0ms hears: it broke: - EUSER0 in two\n");
    rewind(file);
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line, "failure in a callback: EUSER-1: outside of any loop (parts.c:8)\n");
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line, "it broke: EUSER0: in three (parts.c:7)\n");
    assert_non_null(fgets(line, sizeof line, file)); /* the report again */
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line, "it broke: EUSER0: in four (parts.c:7)\n");
    assert_non_null(fgets(line, sizeof line, file)); /* and again */
    assert_null(fgets(line, sizeof line, file));
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRIPT_TEST(a_failure_that_nobody_retrieves_is_reported, fixture),
        SCRIPT_TEST(a_failure_that_was_retrieved_is_not_reported, fixture),
        SCRIPT_TEST(a_gather_looks_at_all_its_failures, fixture),
        SCRIPT_TEST(a_failed_future_is_reported_too, fixture),
        SCRIPT_TEST(a_cancel_after_a_failure_adds_no_report, fixture),
        SCRIPT_TEST(a_failure_inside_the_handler_is_reported_too, fixture),
        SCRIPT_TEST(a_failure_that_a_callback_reports_is_heard, fixture),
        SCRIPT_TEST(a_task_may_report_what_it_does_not_return, fixture),
        SCRIPT_TEST(without_a_handler_the_default_writes_to_stderr, fixture),
    };

    return play_all(tests);
}

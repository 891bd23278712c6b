/*
 * future_test.c - results that are not there yet: asyncio's contracts FUT-*.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "future.h"
#include "sleep.h"
#include "tests/lib/script.h"

struct fixture {
    struct script script;
    rondo_future *future;
    int drops;
};

static int fixture_open(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    script_open(&f->script);
    f->future = rondo_create_future(f->script.loop);
    *state = f;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    rondo_unref(f->future);
    return script_teardown(&f->script);
}

struct call {
    struct fixture *f;
    const char *name;
};

static void say(void *arg)
{
    const struct call *call = arg;

    note(call->f, "%s", call->name);
}

/* FUT-01: a pending future has no result. */
static void a_pending_future_has_no_result(void **state)
{
    struct fixture *f = *state;
    rondo_value value = rondo_value_of(7);

    assert_int_equal(rondo_future_result(f->future, &value), RONDO_EINVALIDSTATE);
    assert_int_equal(value.as.i, 7);
    assert_false(rondo_done(f->future));
    assert_false(rondo_cancelled(f->future));
}

/* FUT-02: set_result makes it done; further completions are refused. */
static void a_result_is_set_once(void **state)
{
    struct fixture *f = *state;
    rondo_value value = {0};

    assert_int_equal(rondo_set_result(f->future, 42), 0);
    assert_true(rondo_done(f->future));
    assert_false(rondo_cancelled(f->future));
    assert_int_equal(rondo_set_result(f->future, 43), RONDO_EINVALIDSTATE);
    assert_int_equal(rondo_set_error(f->future, RONDO_EUSER, "x"), RONDO_EINVALIDSTATE);
    assert_false(rondo_cancel(f->future, NULL));
    assert_int_equal(rondo_future_result(f->future, &value), 0);
    assert_int_equal(value.as.i, 42);
    assert_string_equal(rondo_future_error_text(f->future), "");
}

/* FUT-03: set_error makes it done, with code and message. */
static void an_error_is_set_once(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_set_error(f->future, RONDO_EUSER - 1, "no such row"), 0);
    assert_true(rondo_done(f->future));
    assert_false(rondo_cancelled(f->future));
    assert_int_equal(rondo_set_result(f->future, 43), RONDO_EINVALIDSTATE);
    assert_false(rondo_cancel(f->future, NULL));
    assert_int_equal(rondo_future_result(f->future, NULL), RONDO_EUSER - 1);
    assert_string_equal(rondo_future_error_text(f->future), "no such row");
}

/* FUT-04: cancel makes it cancelled, once. */
static void a_future_is_cancelled_once(void **state)
{
    struct fixture *f = *state;

    assert_true(rondo_cancel(f->future, NULL));
    assert_true(rondo_done(f->future));
    assert_true(rondo_cancelled(f->future));
    assert_false(rondo_cancel(f->future, NULL));
    assert_int_equal(rondo_future_result(f->future, NULL), RONDO_ECANCELED);
    assert_int_equal(rondo_set_error(f->future, RONDO_EUSER, "x"), RONDO_EINVALIDSTATE);
}

/* FUT-03: what is no error cannot be set as one. */
static void an_error_must_be_one(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_set_error(f->future, 0, NULL), RONDO_EINVAL);
    assert_int_equal(rondo_set_error(f->future, 1, NULL), RONDO_EINVAL);
    assert_int_equal(rondo_set_error(f->future, RONDO_ECANCELED, NULL), RONDO_EINVAL);
    assert_false(rondo_done(f->future));
}

/* FUT-07: the message of a cancel arrives. */
static void the_message_of_a_cancel_arrives(void **state)
{
    struct fixture *f = *state;

    rondo_cancel(f->future, "enough");
    assert_string_equal(rondo_future_error_text(f->future), "enough");
}

static void complete_and_say(void *arg)
{
    const struct call *call = arg;

    rondo_set_result(call->f->future, 1);
    note(call->f, "result set");
}

/* FUT-08: done callbacks are queued, not called, in the order of registration. */
static void done_callbacks_are_queued_in_order(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"}, b = {f, "b"}, s = {f, "set"};

    rondo_add_done_callback(f->future, say, &a);
    rondo_add_done_callback(f->future, say, &b);
    rondo_call_soon(f->script.loop, complete_and_say, &s);
    expect_trace(f, "0ms result set\n0ms a\n0ms b\n");
}

static int wait_for_it(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value value = {0};
    int rc;

    (void)n;
    rc = rondo_await(f->future, &value);
    note(f, "got %s %d", rondo_err_name(rc), (int)value.as.i);
    return rc;
}

static int set_it(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    note(f, "sets");
    rondo_set_result(f->future, n);
    return 0;
}

static int add_callback_and_set(void *fixture, int64_t n)
{
    static struct call last;
    struct fixture *f = fixture;

    last = (struct call){f, "last callback"};
    rondo_add_done_callback(f->future, say, &last);
    return set_it(fixture, n);
}

/* FUT-08: tasks that wait and callbacks stand in one line. */
static void waiting_tasks_and_callbacks_stand_in_one_line(void **state)
{
    struct fixture *f = *state;
    struct call first = {f, "first callback"};

    rondo_add_done_callback(f->future, say, &first);
    spawn(f, "a", wait_for_it, 0);
    spawn(f, "b", add_callback_and_set, 42);
    expect_trace(f, "0ms b sets\n"
                    "0ms first callback\n"
                    "0ms a got OK 42\n"
                    "0ms last callback\n");
}

/* FUT-08: added to a done future, a callback is queued at once. */
static void a_callback_added_to_a_done_future_is_queued(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"};

    rondo_set_result(f->future, 1);
    rondo_add_done_callback(f->future, say, &a);
    expect_noted(f, "");
    expect_trace(f, "0ms a\n");
}

/* FUT-09: one callback may be added several times; removing takes all copies. */
static void removing_a_callback_takes_all_its_copies(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"}, b = {f, "b"};

    rondo_add_done_callback(f->future, say, &a);
    rondo_add_done_callback(f->future, say, &b);
    rondo_add_done_callback(f->future, say, &a);
    assert_int_equal(rondo_remove_done_callback(f->future, say, &a), 2);
    rondo_set_result(f->future, 1);
    expect_trace(f, "0ms b\n");
}

/* FUT-09: it runs as often as it was added. */
static void a_callback_added_twice_runs_twice(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"};

    rondo_add_done_callback(f->future, say, &a);
    rondo_add_done_callback(f->future, say, &a);
    rondo_set_result(f->future, 1);
    expect_trace(f, "0ms a\n0ms a\n");
}

/* FUT-10: removing what was removed before is harmless. */
static void removing_a_callback_again_finds_none(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"};

    assert_int_equal(rondo_remove_done_callback(f->future, say, &a), 0);
    rondo_add_done_callback(f->future, say, &a);
    assert_int_equal(rondo_remove_done_callback(f->future, say, &a), 1);
    assert_int_equal(rondo_remove_done_callback(f->future, say, &a), 0);
    rondo_set_result(f->future, 1);
    expect_trace(f, "");
}

static void change_the_list(void *arg)
{
    static struct call added;
    const struct call *call = arg;

    added = (struct call){call->f, "added"};
    say(arg);
    check(call->f, rondo_remove_done_callback(call->f->future, say, arg) == 0);
    rondo_add_done_callback(call->f->future, say, &added);
    rondo_add_done_callback(call->f->future, say, &added);
}

/* FUT-11: the list may change while callbacks run. */
static void the_list_may_change_while_callbacks_run(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"}, b = {f, "b"};

    rondo_add_done_callback(f->future, change_the_list, &a);
    rondo_add_done_callback(f->future, say, &b);
    rondo_set_result(f->future, 1);
    expect_trace(f, "0ms a\n0ms b\n0ms added\n0ms added\n");
}

static void release_it(void *arg)
{
    const struct call *call = arg;

    say(arg);
    rondo_unref(call->f->future);
    call->f->future = NULL;
}

/* FUT-11: the last reference may go in a callback while others are queued. */
static void the_future_may_go_while_callbacks_are_queued(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"}, b = {f, "b"};

    rondo_add_done_callback(f->future, release_it, &a);
    rondo_add_done_callback(f->future, say, &b);
    rondo_set_result(f->future, 1);
    expect_trace(f, "0ms a\n0ms b\n");
}

/* FUT-11: a pending future that goes takes its callbacks along; the teardown counts memory. */
static void a_future_that_goes_pending_takes_its_callbacks_along(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"};

    rondo_add_done_callback(f->future, say, &a);
    rondo_unref(f->future);
    f->future = NULL;
    expect_trace(f, "");
}

static int await_twice(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int before = iterations(f);

    (void)n;
    check(f, rondo_await(f->future, NULL) == 0);
    check(f, rondo_await(f->future, NULL) == 0);
    check(f, iterations(f) == before);
    return wait_for_it(fixture, 0);
}

/* FUT-12: awaiting a done future goes on at once, as often as one likes. */
static void awaiting_a_done_future_does_not_suspend(void **state)
{
    struct fixture *f = *state;

    rondo_set_result(f->future, 42);
    spawn(f, "a", await_twice, 0);
    spawn(f, "b", set_it, 0); /* would run in between, if a suspended */
    expect_trace(f, "0ms a got OK 42\n0ms b sets\n");
}

/* FUT-12: several tasks may await one future. */
static void every_waiting_task_gets_the_value(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_for_it, 0);
    spawn(f, "b", wait_for_it, 0);
    spawn(f, "c", set_it, 42);
    expect_trace(f, "0ms c sets\n0ms a got OK 42\n0ms b got OK 42\n");
}

/* FUT-16: set_result_unless_cancelled: setting a cancelled future is refused and changes nothing.
 */
static void setting_a_cancelled_future_changes_nothing(void **state)
{
    struct fixture *f = *state;

    rondo_cancel(f->future, "enough");
    assert_int_equal(rondo_set_result(f->future, 2), RONDO_EINVALIDSTATE);
    assert_true(rondo_cancelled(f->future));
    assert_string_equal(rondo_future_error_text(f->future), "enough");
}

static void count_drop(void *p)
{
    ++*(int *)p;
}

/* A value that owns memory is dropped once, with its future. */
static void a_value_is_dropped_with_its_future(void **state)
{
    struct fixture *f = *state;
    rondo_value value = {.as = {.p = &f->drops}, .drop = count_drop};
    rondo_value lent;

    rondo_set_result_value(f->future, value);
    assert_int_equal(rondo_set_result_value(f->future, value), RONDO_EINVALIDSTATE);
    assert_int_equal(rondo_future_result(f->future, &lent), 0);
    assert_null(lent.drop);
    assert_int_equal(f->drops, 0);
    rondo_ref(f->future);
    rondo_unref(f->future);
    assert_int_equal(f->drops, 0);
    rondo_unref(f->future);
    f->future = NULL;
    assert_int_equal(f->drops, 1);
}

/* A future knows its loop. */
static void a_future_knows_its_loop(void **state)
{
    struct fixture *f = *state;

    assert_ptr_equal(rondo_get_loop(f->future), f->script.loop);
    assert_null(rondo_get_loop(NULL));
}

/* FUT-18: a future describes itself. */
static void a_future_describes_itself(void **state)
{
    struct fixture *f = *state;
    char text[80];

    assert_string_equal(rondo_future_describe(f->future, text, sizeof text),
                        "<Future pending name=future-1>");
    rondo_set_name(f->future, "reply");
    rondo_set_error(f->future, RONDO_ETIMEDOUT, NULL);
    assert_string_equal(rondo_future_describe(f->future, text, sizeof text),
                        "<Future ETIMEDOUT name=reply>");
    assert_string_equal(rondo_get_name(f->future), "reply");
}

/* FUT-20: a future needs a loop. */
static void a_future_needs_a_loop(void **state)
{
    (void)state;
    assert_null(rondo_create_future(NULL));
}

/* Awaiting outside a task is refused, unless there is nothing to wait for. */
static void awaiting_outside_a_task_is_misuse(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_await(f->future, NULL), RONDO_EMISUSE);
    assert_int_equal(rondo_await(NULL, NULL), RONDO_ENOMEM);
}

/* Without memory a registration fails cleanly, and a message is lost but not its code. */
static void running_out_of_memory_loses_no_completion(void **state)
{
    struct fixture *f = *state;
    struct call a = {f, "a"};

    memory_fail(&f->script.memory, 1);
    assert_int_equal(rondo_add_done_callback(f->future, say, &a), RONDO_ENOMEM);
    assert_int_equal(rondo_add_done_callback(f->future, say, &a), 0);
    memory_fail(&f->script.memory, 1);
    assert_int_equal(rondo_set_error(f->future, RONDO_EUSER, "words"), 0);
    assert_int_equal(rondo_future_result(f->future, NULL), RONDO_EUSER);
    assert_string_equal(rondo_future_error_text(f->future), "");
    memory_fail(&f->script.memory, 1);
    rondo_set_name(f->future, "reply");
    assert_string_equal(rondo_get_name(f->future), "future-1");
    memory_fail(&f->script.memory, 1);
    assert_null(rondo_create_future(f->script.loop));
    expect_trace(f, "0ms a\n");
}

static void nothing(void *arg)
{
    (void)arg;
}

/* future.h: a NULL future stands for one that found no memory, and every function says so. */
static void no_future_is_one_without_memory(void **state)
{
    char text[80];

    (void)state;
    assert_int_equal(rondo_set_result(NULL, 1), RONDO_ENOMEM);
    assert_int_equal(rondo_set_error(NULL, RONDO_EUSER, "words"), RONDO_ENOMEM);
    assert_int_equal(rondo_future_result(NULL, NULL), RONDO_ENOMEM);
    assert_int_equal(rondo_add_done_callback(NULL, nothing, NULL), RONDO_ENOMEM);
    assert_int_equal(rondo_remove_done_callback(NULL, nothing, NULL), 0);
    assert_string_equal(rondo_future_describe(NULL, text, sizeof text), "<no task>");
    assert_string_equal(rondo_future_error_text(NULL), "");
}

static int await_the_future(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    note(f, "gets %s", rondo_err_name(rondo_await(f->future, NULL)));
    return 0;
}

static void remove_and_complete(void *arg)
{
    struct fixture *f = arg;

    check(f, rondo_remove_done_callback(f->future, nothing, f) == 2);
    check(f, rondo_remove_done_callback(f->future, nothing, f) == 0);
    check(f, rondo_set_result(f->future, 1) == 0);
}

/* FUT-10: removing callbacks leaves the tasks alone that stand in the same line. */
static void removing_callbacks_leaves_who_waits(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_add_done_callback(f->future, nothing, f), 0);
    spawn(f, "a", await_the_future, 0);
    rondo_call_later(f->script.loop, 1 * MS, remove_and_complete, f);
    assert_int_equal(rondo_add_done_callback(f->future, nothing, f), 0);
    expect_trace(f, "1ms a gets OK\n");
}

/* ---- copying an outcome ---- */

static rondo_future *copy_of(struct fixture *f)
{
    rondo_future *copy = rondo_create_future(f->script.loop);

    assert_int_equal(rondo_future_copy_state(copy, f->future), 0);
    return copy;
}

/* FUT-17: a value, lent by the one that has it; a failure and a cancellation, with their words. */
static void what_became_of_one_future_is_passed_on_to_another(void **state)
{
    struct fixture *f = *state;
    rondo_future *copy;
    rondo_value value = {0};

    rondo_set_result_value(f->future, rondo_value_owned(&f->drops, count_drop));
    copy = copy_of(f);
    rondo_unref(f->future);
    assert_int_equal(f->drops, 0);
    assert_int_equal(rondo_future_result(copy, &value), 0);
    assert_ptr_equal(value.as.p, &f->drops);
    rondo_unref(copy);
    assert_int_equal(f->drops, 1);

    f->future = rondo_create_future(f->script.loop);
    rondo_set_error(f->future, RONDO_EUSER, "no bread");
    copy = copy_of(f);
    assert_int_equal(rondo_future_result(copy, NULL), RONDO_EUSER);
    assert_string_equal(rondo_future_error_text(copy), "no bread");
    rondo_unref(copy);
    rondo_unref(f->future);

    f->future = rondo_create_future(f->script.loop);
    rondo_cancel(f->future, "enough");
    copy = copy_of(f);
    assert_true(rondo_cancelled(copy));
    assert_string_equal(rondo_future_error_text(copy), "enough");
    rondo_unref(copy);
}

static void count_report(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    (void)loop;
    (void)exception;
    ++*(int *)arg;
}

static int look_at_the_copy(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_future *copy = rondo_create_future(NULL);

    (void)n;
    check(f, rondo_future_copy_state(copy, f->future) == 0);
    rondo_unref(f->future);
    f->future = NULL;
    check(f, rondo_future_result(copy, NULL) == RONDO_EUSER);
    rondo_unref(copy);
    return 0;
}

/* FUT-14: who has a copy of a failure looks at the copy. */
static void a_failure_that_was_copied_counts_as_retrieved(void **state)
{
    struct fixture *f = *state;
    int reports = 0;

    rondo_loop_set_exception_handler(f->script.loop, count_report, &reports);
    rondo_set_error(f->future, RONDO_EUSER, "no bread");
    spawn(f, "a", look_at_the_copy, 0);
    expect_trace(f, "");
    assert_int_equal(reports, 0);
}

static void only_what_is_done_is_copied_and_only_to_what_is_not(void **state)
{
    struct fixture *f = *state;
    rondo_future *copy = rondo_create_future(f->script.loop);

    assert_int_equal(rondo_future_copy_state(copy, f->future), RONDO_EINVALIDSTATE);
    assert_false(rondo_done(copy));
    rondo_set_result(f->future, 1);
    rondo_set_result(copy, 2);
    assert_int_equal(rondo_future_copy_state(copy, f->future), RONDO_EINVALIDSTATE);
    assert_int_equal(rondo_future_copy_state(copy, NULL), RONDO_ENOMEM);
    assert_int_equal(rondo_future_copy_state(NULL, f->future), RONDO_ENOMEM);
    rondo_unref(copy);
}

static void without_memory_a_copy_has_no_words(void **state)
{
    struct fixture *f = *state;
    rondo_future *copy = rondo_create_future(f->script.loop);

    rondo_set_error(f->future, RONDO_EUSER, "no bread");
    memory_fail(&f->script.memory, 1);
    assert_int_equal(rondo_future_copy_state(copy, f->future), 0);
    memory_fail(&f->script.memory, 0);
    assert_int_equal(rondo_future_result(copy, NULL), RONDO_EUSER);
    assert_string_equal(rondo_future_error_text(copy), "");
    rondo_unref(copy);
}

static int do_nothing(void *fixture, int64_t n)
{
    (void)fixture;
    (void)n;
    return 0;
}

static void a_task_is_not_told_how_it_ends(void **state)
{
    struct fixture *f = *state;
    rondo_task *task = spawn(f, "task", do_nothing, 0);

    rondo_set_result(f->future, 1);
    assert_int_equal(rondo_future_copy_state(task, f->future), RONDO_EMISUSE);
    expect_trace(f, "");
}

static void an_outcome_stays_in_its_loop(void **state)
{
    struct fixture *f = *state;
    struct manual_loop other;
    rondo_future *copy;

    manual_loop_init(&other);
    copy = rondo_create_future(&other.loop);
    rondo_set_result(f->future, 1);
    assert_int_equal(rondo_future_copy_state(copy, f->future), RONDO_EMISUSE);
    rondo_unref(copy);
    rondo_loop_close(&other.loop);
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_pending_future_has_no_result),
        TEST(a_result_is_set_once),
        TEST(an_error_is_set_once),
        TEST(a_future_is_cancelled_once),
        TEST(an_error_must_be_one),
        TEST(the_message_of_a_cancel_arrives),
        TEST(done_callbacks_are_queued_in_order),
        TEST(waiting_tasks_and_callbacks_stand_in_one_line),
        TEST(a_callback_added_to_a_done_future_is_queued),
        TEST(removing_a_callback_takes_all_its_copies),
        TEST(a_callback_added_twice_runs_twice),
        TEST(removing_a_callback_again_finds_none),
        TEST(the_list_may_change_while_callbacks_run),
        TEST(the_future_may_go_while_callbacks_are_queued),
        TEST(a_future_that_goes_pending_takes_its_callbacks_along),
        TEST(awaiting_a_done_future_does_not_suspend),
        TEST(every_waiting_task_gets_the_value),
        TEST(setting_a_cancelled_future_changes_nothing),
        TEST(a_value_is_dropped_with_its_future),
        TEST(a_future_knows_its_loop),
        TEST(a_future_describes_itself),
        TEST(a_future_needs_a_loop),
        TEST(awaiting_outside_a_task_is_misuse),
        TEST(running_out_of_memory_loses_no_completion),
        TEST(no_future_is_one_without_memory),
        TEST(removing_callbacks_leaves_who_waits),
        TEST(what_became_of_one_future_is_passed_on_to_another),
        TEST(a_failure_that_was_copied_counts_as_retrieved),
        TEST(only_what_is_done_is_copied_and_only_to_what_is_not),
        TEST(without_memory_a_copy_has_no_words),
        TEST(a_task_is_not_told_how_it_ends),
        TEST(an_outcome_stays_in_its_loop),
    };

    return play_all(tests);
}

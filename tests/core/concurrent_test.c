/*
 * concurrent_test.c - results that threads hand each other, without any loop.
 *
 * What a thread does for a test it does on an executor of one; who has to wait for whom is enforced
 * by the results themselves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "executor.h"
#include "tests/lib/notes.h"

struct fixture {
    struct notes notes;
    rondo_concurrent *result;
    rondo_concurrent *other;
    int dropped;
};

NOTES_FIXTURE

static void says(void *arg)
{
    note((struct fixture *)arg, "called back");
}

static void says_more(void *arg)
{
    note((struct fixture *)arg, "called back, second");
}

/* ---- alone ---- */

static void a_value_is_there_for_all_who_ask(void **state)
{
    struct fixture *f = *state;
    rondo_value value = {.as.i = 0};

    f->result = rondo_concurrent_new();
    assert_false(rondo_concurrent_done(f->result));
    assert_int_equal(rondo_concurrent_set_result(f->result, 42), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(rondo_concurrent_result(f->result, RONDO_FOREVER, &value), 0);
        assert_int_equal(value.as.i, 42);
    }
    assert_true(rondo_concurrent_done(f->result));
    assert_false(rondo_concurrent_cancelled(f->result));
    rondo_concurrent_unref(f->result);
}

static void an_error_comes_with_its_message(void **state)
{
    struct fixture *f = *state;

    f->result = rondo_concurrent_new();
    assert_string_equal(rondo_concurrent_error_text(f->result), "");
    assert_int_equal(rondo_concurrent_set_error(f->result, RONDO_EUSER, "no bread"), 0);
    assert_int_equal(rondo_concurrent_result(f->result, 0, NULL), RONDO_EUSER);
    assert_string_equal(rondo_concurrent_error_text(f->result), "no bread");
    rondo_concurrent_unref(f->result);
}

static void who_does_not_want_to_wait_is_told_so(void **state)
{
    struct fixture *f = *state;

    f->result = rondo_concurrent_new();
    assert_int_equal(rondo_concurrent_result(f->result, 0, NULL), RONDO_ETIMEDOUT);
    assert_int_equal(rondo_concurrent_result(f->result, RONDO_MS(1), NULL), RONDO_ETIMEDOUT);
    rondo_concurrent_unref(f->result);
}

static void it_is_completed_once(void **state)
{
    struct fixture *f = *state;

    f->result = rondo_concurrent_new();
    assert_int_equal(rondo_concurrent_set_error(f->result, 0, NULL), RONDO_EINVAL);
    assert_int_equal(rondo_concurrent_set_error(f->result, RONDO_ECANCELED, NULL), RONDO_EINVAL);
    assert_int_equal(rondo_concurrent_set_result(f->result, 1), 0);
    assert_int_equal(rondo_concurrent_set_result(f->result, 2), RONDO_EINVALIDSTATE);
    assert_int_equal(rondo_concurrent_set_error(f->result, RONDO_EUSER, "x"), RONDO_EINVALIDSTATE);
    assert_int_equal(rondo_concurrent_set_running(f->result), RONDO_EINVALIDSTATE);
    assert_false(rondo_concurrent_cancel(f->result));
    rondo_concurrent_unref(f->result);
}

static void what_has_not_begun_can_be_cancelled(void **state)
{
    struct fixture *f = *state;

    f->result = rondo_concurrent_new();
    assert_true(rondo_concurrent_cancel(f->result));
    assert_true(rondo_concurrent_cancel(f->result));
    assert_true(rondo_concurrent_cancelled(f->result));
    assert_int_equal(rondo_concurrent_result(f->result, RONDO_FOREVER, NULL), RONDO_ECANCELED);
    assert_int_equal(rondo_concurrent_set_running(f->result), RONDO_ECANCELED);
    assert_int_equal(rondo_concurrent_set_result(f->result, 1), RONDO_EINVALIDSTATE);
    rondo_concurrent_unref(f->result);
}

static void what_runs_cannot_be_cancelled(void **state)
{
    struct fixture *f = *state;

    f->result = rondo_concurrent_new();
    assert_int_equal(rondo_concurrent_set_running(f->result), 0);
    assert_true(rondo_concurrent_running(f->result));
    assert_false(rondo_concurrent_cancel(f->result));
    assert_int_equal(rondo_concurrent_set_running(f->result), RONDO_EINVALIDSTATE);
    assert_int_equal(rondo_concurrent_set_result(f->result, 1), 0);
    assert_false(rondo_concurrent_running(f->result));
    rondo_concurrent_unref(f->result);
}

static void callbacks_are_called_at_once_and_in_order(void **state)
{
    struct fixture *f = *state;

    f->result = rondo_concurrent_new();
    assert_int_equal(rondo_concurrent_add_done_callback(f->result, says, f), 0);
    assert_int_equal(rondo_concurrent_add_done_callback(f->result, says_more, f), 0);
    note(f, "now");
    rondo_concurrent_set_result(f->result, 1);
    note(f, "done");
    rondo_concurrent_add_done_callback(f->result, says, f);
    assert_string_equal(f->notes.text, "now\n"
                                       "called back\n"
                                       "called back, second\n"
                                       "done\n"
                                       "called back\n");
    rondo_concurrent_unref(f->result);
}

static void who_is_never_done_calls_nobody(void **state)
{
    struct fixture *f = *state;

    f->result = rondo_concurrent_new();
    rondo_concurrent_add_done_callback(f->result, says, f);
    rondo_concurrent_unref(f->result);
    assert_string_equal(f->notes.text, "");
}

static void a_cancel_calls_back_too(void **state)
{
    struct fixture *f = *state;

    f->result = rondo_concurrent_new();
    rondo_concurrent_add_done_callback(f->result, says, f);
    rondo_concurrent_cancel(f->result);
    assert_string_equal(f->notes.text, "called back\n");
    rondo_concurrent_unref(f->result);
}

static void let_go(void *arg)
{
    struct fixture *f = arg;

    rondo_concurrent_unref(f->result);
    note(f, "let go");
}

/* The callback of a cancel lets go of the last reference but the canceller's own. */
static void a_callback_may_let_go_of_it(void **state)
{
    struct fixture *f = *state;

    f->result = rondo_concurrent_new();
    rondo_concurrent_add_done_callback(f->result, let_go, f);
    rondo_concurrent_cancel(f->result);
    assert_string_equal(f->notes.text, "let go\n");
}

static void count_drop(void *p)
{
    ++*(int *)p;
}

static void a_value_that_owns_memory_is_dropped_with_the_last_reference(void **state)
{
    struct fixture *f = *state;
    rondo_value value;

    f->result = rondo_concurrent_new();
    rondo_concurrent_set_result_value(f->result, rondo_value_owned(&f->dropped, count_drop));
    rondo_concurrent_ref(f->result);
    rondo_concurrent_unref(f->result);
    assert_int_equal(rondo_concurrent_result(f->result, 0, &value), 0);
    assert_null(value.drop);
    assert_int_equal(f->dropped, 0);
    rondo_concurrent_unref(f->result);
    assert_int_equal(f->dropped, 1);
}

static void one_that_could_not_be_made_is_refused_everywhere(void **state)
{
    struct fixture *f = *state;

    memory_fail(&f->notes.memory, 1);
    assert_null(rondo_concurrent_new());
    assert_int_equal(rondo_concurrent_result(NULL, 0, NULL), RONDO_ENOMEM);
    assert_int_equal(rondo_concurrent_set_running(NULL), RONDO_ENOMEM);
    assert_int_equal(rondo_concurrent_set_result(NULL, 1), RONDO_ENOMEM);
    assert_int_equal(rondo_concurrent_set_error(NULL, RONDO_EUSER, NULL), RONDO_ENOMEM);
    assert_int_equal(rondo_concurrent_add_done_callback(NULL, says, f), RONDO_ENOMEM);
    assert_false(rondo_concurrent_cancel(NULL));
    assert_false(rondo_concurrent_done(NULL));
    assert_false(rondo_concurrent_running(NULL));
    assert_false(rondo_concurrent_cancelled(NULL));
    assert_string_equal(rondo_concurrent_error_text(NULL), "");
    assert_null(rondo_concurrent_ref(NULL));
    rondo_concurrent_unref(NULL);
}

static void without_memory_no_callback_is_added(void **state)
{
    struct fixture *f = *state;

    f->result = rondo_concurrent_new();
    memory_fail(&f->notes.memory, 1);
    assert_int_equal(rondo_concurrent_add_done_callback(f->result, says, f), RONDO_ENOMEM);
    memory_fail(&f->notes.memory, 0);
    rondo_concurrent_set_result(f->result, 1);
    assert_string_equal(f->notes.text, "");
    rondo_concurrent_unref(f->result);
}

/* ---- two threads ---- */

/* Waits for the first result, then brings the second. */
static int answer(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_value value = {.as.i = 0};

    (void)out;
    check(f, rondo_concurrent_result(f->result, RONDO_FOREVER, &value) == 0);
    note(f, "thread: %d", (int)value.as.i);
    return rondo_concurrent_set_error(f->other, RONDO_EUSER, "enough");
}

static void threads_wait_for_each_others_results(void **state)
{
    struct fixture *f = *state;
    rondo_executor *pool = rondo_executor_new("pool", 1);

    f->result = rondo_concurrent_new();
    f->other = rondo_concurrent_new();
    rondo_concurrent_add_done_callback(f->other, says, f);
    assert_int_equal(rondo_executor_submit(pool, answer, f, NULL), 0);
    rondo_concurrent_set_result(f->result, 7);
    assert_int_equal(rondo_concurrent_result(f->other, RONDO_S(60), NULL), RONDO_EUSER);
    assert_string_equal(rondo_concurrent_error_text(f->other), "enough");
    rondo_executor_shutdown(pool, false);
    assert_string_equal(f->notes.text, "thread: 7\n"
                                       "called back\n");
    rondo_concurrent_unref(f->result);
    rondo_concurrent_unref(f->other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_value_is_there_for_all_who_ask),
        TEST(an_error_comes_with_its_message),
        TEST(who_does_not_want_to_wait_is_told_so),
        TEST(it_is_completed_once),
        TEST(what_has_not_begun_can_be_cancelled),
        TEST(what_runs_cannot_be_cancelled),
        TEST(callbacks_are_called_at_once_and_in_order),
        TEST(who_is_never_done_calls_nobody),
        TEST(a_cancel_calls_back_too),
        TEST(a_callback_may_let_go_of_it),
        TEST(a_value_that_owns_memory_is_dropped_with_the_last_reference),
        TEST(one_that_could_not_be_made_is_refused_everywhere),
        TEST(without_memory_no_callback_is_added),
        TEST(threads_wait_for_each_others_results),
    };

    return play_all(tests);
}

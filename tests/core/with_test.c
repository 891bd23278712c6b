/*
 * with_test.c - what happens at the end of a block: deferred cleanup, managers of one's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generator.h"
#include "group.h"
#include "handler.h"
#include "sleep.h"
#include "tests/lib/script.h"
#include "timeout.h"
#include "with.h"

enum { BROKEN = RONDO_EUSER - 1, WORSE = RONDO_EUSER - 2 };

struct fixture {
    struct script script;
    rondo_generator *gen;
    int answer; /* what the manager enters with, if negative, or leaves with, if not 1 */
};

/* A cleanup with a name. */
struct chore {
    struct fixture *f;
    const char *name;
    int64_t takes_ns;
    int code;
};

static void hear(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    struct fixture *f = arg;

    check(f, loop == f->script.loop && strstr(exception->here, "with_test.c:") != NULL);
    check(f, exception->future == rondo_current_task());
    note(f, "hears: %s: %s %s", exception->message, rondo_err_name(exception->code),
         exception->text);
}

static int fixture_open(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    script_open(&f->script);
    rondo_loop_set_exception_handler(f->script.loop, hear, f);
    f->answer = 1;
    *state = f;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    rondo_generator_drop(f->gen);
    return script_teardown(&f->script);
}

static int do_chore(void *arg)
{
    const struct chore *chore = arg;
    int rc;

    note(chore->f, "%s begins", chore->name);
    rc = rondo_sleep(chore->takes_ns);
    note(chore->f, "%s ends %s", chore->name, rondo_err_name(rc));
    return rc < 0 ? rc : chore->code < 0 ? rondo_fail(chore->code, "%s", chore->name) : 0;
}

static void do_chore_at_once(void *arg)
{
    const struct chore *chore = arg;

    note(chore->f, "%s", chore->name);
}

static int cancel_a(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_cancel(role(f, "a"), "from outside"));
    return 0;
}

/* ---- defer ---- */

enum { BY_END, BY_RETURN, BY_BREAK, BY_GOTO, BY_TRY, WAYS };

static int leave_a_block(struct fixture *f, int64_t way)
{
    struct chore sweep = {f, "sweep", MS, 0}, dust = {f, "dust", 0, 0}, lock = {f, "lock", 0, 0};

    rondo_defer(do_chore_at_once, &lock);
    for (int i = 0; i < 1; i++) {
        rondo_defer(do_chore, &sweep);
        rondo_defer(do_chore, &dust);
        note(f, "works");
        if (way == BY_RETURN)
            return 7;
        if (way == BY_BREAK)
            break;
        if (way == BY_GOTO)
            goto out;
        RONDO_TRY(way == BY_TRY ? BROKEN : 0);
    }
out:
    note(f, "is outside");
    return 8;
}

static int leave_a_block_each_way(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    static const int expected[WAYS] = {8, 7, 8, 8, BROKEN};

    check(f, leave_a_block(f, n) == expected[n]);
    return 0;
}

/* However a block is left, what was deferred in it is called then, the last first; it may suspend.
 */
static void what_is_deferred_is_called_when_the_block_is_left(void **state)
{
    struct fixture *f = *state;

    for (int way = 0; way < WAYS; way++) {
        spawn(f, "a", leave_a_block_each_way, way);
        script_play(&f->script);
    }
    expect_noted(f, "0ms a works\n0ms a dust begins\n0ms a dust ends OK\n0ms a sweep begins\n"
                    "1ms a sweep ends OK\n1ms a is outside\n1ms a lock\n"
                    "1ms a works\n1ms a dust begins\n1ms a dust ends OK\n1ms a sweep begins\n"
                    "2ms a sweep ends OK\n2ms a lock\n"
                    "2ms a works\n2ms a dust begins\n2ms a dust ends OK\n2ms a sweep begins\n"
                    "3ms a sweep ends OK\n3ms a is outside\n3ms a lock\n"
                    "3ms a works\n3ms a dust begins\n3ms a dust ends OK\n3ms a sweep begins\n"
                    "4ms a sweep ends OK\n4ms a is outside\n4ms a lock\n"
                    "4ms a works\n4ms a dust begins\n4ms a dust ends OK\n4ms a sweep begins\n"
                    "5ms a sweep ends OK\n5ms a lock\n");
}

static int sleep_before_cleanup(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    struct chore tidy = {f, "tidy", 5 * MS, 0};

    rondo_defer(do_chore, &tidy);
    return rondo_sleep(n);
}

/* In a cancelled task too: the cancel has come out of the sleep, so the cleanup may wait. */
static void a_cancelled_task_has_time_for_its_cleanup(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", sleep_before_cleanup, 20 * MS);
    spawn(f, "b", cancel_a, 10 * MS);
    expect_trace(f, "10ms a tidy begins\n15ms a tidy ends OK\n");
    assert_true(rondo_cancelled(role(f, "a")));
    assert_string_equal(rondo_future_error_text(role(f, "a")), "from outside");
}

static int go_on_after_cleanup(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    note(f, "has left with %s", rondo_err_name(sleep_before_cleanup(f, n)));
    note(f, "goes on: %s", rondo_err_name(rondo_sleep(0)));
    note(f, "again: %s", rondo_err_name(rondo_sleep(0)));
    return 0;
}

/* A cancel that comes in the cleanup is not lost: it is due again at the next suspension. */
static void a_cancel_in_the_cleanup_comes_again(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", go_on_after_cleanup, 10 * MS);
    spawn(f, "b", cancel_a, 12 * MS);
    expect_trace(f, "10ms a tidy begins\n12ms a tidy ends ECANCELED\n12ms a has left with OK\n"
                    "12ms a goes on: ECANCELED\n12ms a again: OK\n");
}

/* Or else the task ends by it. */
static void a_cancel_in_the_last_cleanup_ends_the_task(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", sleep_before_cleanup, 10 * MS);
    spawn(f, "b", cancel_a, 12 * MS);
    expect_trace(f, "10ms a tidy begins\n12ms a tidy ends ECANCELED\n");
    assert_true(rondo_cancelled(role(f, "a")));
}

static int cancel_itself_before_cleanup(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    struct chore tidy = {f, "tidy", n, 0};

    rondo_defer(do_chore, &tidy);
    check(f, rondo_cancel(rondo_current_task(), NULL));
    return 0;
}

/* So does one that was asked for before and came out of the cleanup. */
static void a_cancel_due_at_the_cleanup_comes_again(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", cancel_itself_before_cleanup, MS);
    expect_trace(f, "0ms a tidy begins\n0ms a tidy ends ECANCELED\n");
    assert_true(rondo_cancelled(role(f, "a")));
}

static int await_a_cancelled_one(void *arg)
{
    struct fixture *f = arg;
    rondo_future *future = rondo_create_future(NULL);
    int rc;

    rondo_cancel(future, "another");
    rc = rondo_await(future, NULL);
    rondo_unref(future);
    check(f, rc == RONDO_ECANCELED);
    return rc;
}

static int clean_up_by_another(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    {
        rondo_defer(await_a_cancelled_one, f);
        (void)n;
    }
    note(f, "goes on: %s", rondo_err_name(rondo_sleep(0)));
    return 0;
}

/* A cleanup that fails because something else was cancelled is a failure like others. */
static void a_cancel_of_something_else_is_a_failure(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", clean_up_by_another, 0);
    expect_trace(f, "0ms a hears: a cleanup failed: ECANCELED another\n0ms a goes on: OK\n");
}

static int clean_up_after_a_cancel(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(RONDO_S(1)) == RONDO_ECANCELED);
    return clean_up_by_another(f, n);
}

/* Also in a task that had been cancelled before. */
static void a_cancel_that_was_delivered_before_does_not_count(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", clean_up_after_a_cancel, 0);
    spawn(f, "b", cancel_a, MS);
    expect_trace(f, "1ms a hears: a cleanup failed: ECANCELED another\n1ms a goes on: OK\n");
}

static int fail_and_fail_to_clean_up(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    struct chore spill = {f, "spill", 0, WORSE};

    rondo_defer(do_chore, &spill);
    (void)n;
    return rondo_fail(BROKEN, "the first");
}

static int show_words(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = fail_and_fail_to_clean_up(f, n);

    note(f, "%s: %s", rondo_err_name(rc), rondo_error_text());
    return rc;
}

/* A cleanup that fails is reported; what left the block keeps its code and its words. */
static void a_failure_of_a_cleanup_is_reported(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", show_words, 0);
    expect_trace(f, "0ms a spill begins\n0ms a spill ends OK\n"
                    "0ms a hears: a cleanup failed: EUSER-2 spill\n0ms a EUSER-1: the first\n");
    assert_int_equal(rondo_future_result(role(f, "a"), NULL), BROKEN);
    assert_string_equal(rondo_future_error_text(role(f, "a")), "the first");
}

static int fail_child(void *arg, rondo_value *out)
{
    (void)out;
    (void)arg;
    return rondo_fail(BROKEN, "child");
}

static int fail_by_group(struct fixture *f)
{
    struct chore spill = {f, "spill", 0, WORSE};
    int rc;

    rondo_defer(do_chore, &spill);
    RONDO_GROUP(rc, group) {
        rondo_group_spawn(group, fail_child, NULL, .name = "one");
        rondo_group_spawn(group, fail_child, NULL, .name = "two");
    }
    return rc;
}

static int show_failures(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = fail_by_group(f);

    (void)n;
    for (const rondo_failure *at = rondo_group_failures(NULL); at != NULL; at = at->next)
        note(f, "%s failed", at->task);
    check(f, rc == RONDO_EGROUP);
    return 0;
}

/* Also the failures that a group has gathered. */
static void the_failures_of_a_group_survive_a_cleanup(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", show_failures, 0);
    expect_trace(f, "0ms a spill begins\n0ms a spill ends OK\n"
                    "0ms a hears: a cleanup failed: EUSER-2 spill\n"
                    "0ms a one failed\n0ms a two failed\n");
}

static int words_so_far(void *arg)
{
    note((struct fixture *)arg, "cleans up after: %s", rondo_error_text());
    return 0;
}

static int fail_and_look(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    rondo_defer(words_so_far, f);
    (void)n;
    return rondo_fail(BROKEN, "the first");
}

/* A cleanup may look at the words of the failure that it follows. */
static void a_cleanup_sees_the_words(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", fail_and_look, 0);
    expect_trace(f, "0ms a cleans up after: the first\n");
}

static int no_task(void *arg)
{
    note((struct fixture *)arg, "cleans up: %s", rondo_err_name(rondo_sleep(0)));
    return BROKEN;
}

/* Outside of a task a block has its end as well; only nothing can be waited for. */
static void outside_of_a_task_it_is_called_too(void **state)
{
    struct fixture *f = *state;
    struct chore plain = {f, "plain", 0, 0};

    {
        rondo_defer(do_chore_at_once, &plain);
        note(f, "works");
    }
    expect_noted(f, "0ms works\n0ms plain\n");
}

static void clean_up_in_callback(void *arg)
{
    struct fixture *f = arg;

    rondo_defer(no_task, f);
    note(f, "works");
}

/* In a callback its failure reaches the handler. */
static void in_a_callback_its_failure_is_reported(void **state)
{
    struct fixture *f = *state;

    rondo_call_soon(f->script.loop, clean_up_in_callback, f);
    expect_trace(f, "0ms works\n0ms cleans up: EMISUSE\n0ms hears: a cleanup failed: EUSER-1 \n");
}

static int count_with_cleanup(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    struct chore tidy = {f, "tidy", MS, 0};

    (void)out;
    rondo_defer(do_chore, &tidy);
    for (int64_t i = 0;; i++)
        RONDO_TRY(rondo_yield(i, NULL));
}

static int take_one(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value item;

    check(f, rondo_anext(f->gen, &item) == 1 && item.as.i == n);
    note(f, "closes");
    return rondo_aclose(f->gen);
}

/* What is deferred in the body of a generator is called when it ends or is closed, not at a yield.
 */
static void a_generator_defers_to_its_end(void **state)
{
    struct fixture *f = *state;

    f->gen = rondo_generator_new(count_with_cleanup, f);
    spawn(f, "a", take_one, 0);
    expect_trace(f, "0ms a closes\n0ms a tidy begins\n1ms a tidy ends OK\n");
}

/* ---- with ---- */

static int enter_room(void *self)
{
    struct fixture *f = self;

    RONDO_TRY(rondo_sleep(MS));
    note(f, "enters");
    return f->answer < 0 ? rondo_fail(f->answer, "door is shut") : 0;
}

static int leave_room(void *self, int code)
{
    struct fixture *f = self;

    note(f, "leaves with %s, %s", rondo_err_name(code), rondo_error_text());
    RONDO_TRY(rondo_sleep(MS));
    return f->answer == 1 ? code : f->answer;
}

static int use_room(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = 3;

    RONDO_WITH(rc, enter_room, leave_room, f) {
        check(f, rc == 0);
        note(f, "is inside");
        rc = n < 0 ? rondo_fail((int)n, "inside") : (int)n;
    }
    note(f, "is outside with %s, %s", rondo_err_name(rc), rc < 0 ? rondo_error_text() : "");
    return rc < 0 ? rc : 0;
}

/* A block is entered and left, which may suspend; its outcome passes through the leaving. */
static void a_block_is_entered_and_left(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", use_room, 0);
    expect_trace(f, "1ms a enters\n1ms a is inside\n1ms a leaves with OK, \n"
                    "2ms a is outside with OK, \n");
}

/* After a failure too; the words stay its words. */
static void a_block_is_left_after_a_failure(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", use_room, BROKEN);
    expect_trace(f, "1ms a enters\n1ms a is inside\n1ms a leaves with EUSER-1, inside\n"
                    "2ms a is outside with EUSER-1, inside\n");
}

/* What cannot be entered is not left. */
static void a_block_that_cannot_be_entered_is_skipped(void **state)
{
    struct fixture *f = *state;

    f->answer = WORSE;
    spawn(f, "a", use_room, 0);
    expect_trace(f, "1ms a enters\n1ms a is outside with EUSER-2, door is shut\n");
}

/* Whoever leaves has a say in the outcome: here a failure is dealt with. */
static void leaving_may_deal_with_a_failure(void **state)
{
    struct fixture *f = *state;

    f->answer = 0;
    spawn(f, "a", use_room, BROKEN);
    expect_trace(f, "1ms a enters\n1ms a is inside\n1ms a leaves with EUSER-1, inside\n"
                    "2ms a is outside with OK, \n");
}

static int fail_to_leave(void *self, int code)
{
    struct fixture *f = self;

    note(f, "leaves with %s", rondo_err_name(code));
    return rondo_fail(WORSE, "cannot leave");
}

static int use_trap(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_WITH(rc, enter_room, fail_to_leave, f) {
        rc = n < 0 ? rondo_fail((int)n, "inside") : 0;
    }
    note(f, "is outside with %s, %s", rondo_err_name(rc), rondo_error_text());
    return 0;
}

/* And here the leaving itself fails. */
static void a_failure_to_leave_is_the_outcome(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", use_trap, BROKEN);
    expect_trace(f, "1ms a enters\n1ms a leaves with EUSER-1\n"
                    "1ms a is outside with EUSER-2, cannot leave\n");
}

static int fail_by_group_in_trap(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    (void)n;
    RONDO_WITH(rc, enter_room, fail_to_leave, f) {
        rc = fail_by_group(f);
    }
    check(f, rc == WORSE && rondo_group_failures(NULL) == NULL);
    return 0;
}

/* Of what it takes the place of, nothing is kept. */
static void a_failure_to_leave_takes_the_place_of_others(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", fail_by_group_in_trap, 0);
    expect_trace(f, "1ms a enters\n1ms a spill begins\n1ms a spill ends OK\n"
                    "1ms a hears: a cleanup failed: EUSER-2 spill\n1ms a leaves with EGROUP\n");
}

static int sleep_in_room(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    RONDO_WITH(rc, enter_room, leave_room, f) {
        rc = rondo_sleep(n);
    }
    return rc;
}

/* A cancel that comes out of the block waits for the leaving. */
static void a_cancelled_task_leaves_its_block(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", sleep_in_room, 50 * MS);
    spawn(f, "b", cancel_a, 10 * MS);
    expect_trace(f, "1ms a enters\n10ms a leaves with ECANCELED, from outside\n");
    assert_true(rondo_cancelled(role(f, "a")));
    assert_string_equal(rondo_future_error_text(role(f, "a")), "from outside");
}

/* A cancel before it is entered is none of its business. */
static void a_task_cancelled_while_it_enters_has_nothing_to_leave(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", sleep_in_room, 50 * MS);
    spawn(f, "b", cancel_a, 0);
    expect_trace(f, "");
    assert_true(rondo_cancelled(role(f, "a")));
}

static int return_from_room(struct fixture *f, int64_t n)
{
    int rc;

    RONDO_WITH(rc, enter_room, leave_room, f) {
        if (n == BY_BREAK)
            break;
        RONDO_TRY(rondo_fail(BROKEN, "inside"));
    }
    return rc;
}

static int rush_out(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc = return_from_room(f, n);

    note(f, "is outside with %s, %s", rondo_err_name(rc), rc < 0 ? rondo_error_text() : "");
    return 0;
}

/* A block that is left by `return` or `break` passes by its outcome: that is told, with the place.
 * It is left all the same, as after a failure. */
static void a_block_left_by_return_is_told(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", rush_out, BY_TRY);
    script_play(&f->script);
    spawn(f, "b", rush_out, BY_BREAK);
    expect_trace(f, "1ms a enters\n"
                    "1ms a hears: a with block was left by return, break or goto: EMISUSE \n"
                    "1ms a leaves with EMISUSE, inside\n"
                    "2ms a is outside with EUSER-1, inside\n"
                    "3ms b enters\n"
                    "3ms b hears: a with block was left by return, break or goto: EMISUSE \n"
                    "3ms b leaves with EMISUSE, \n4ms b is outside with OK, \n");
}

static int return_from_trap(struct fixture *f)
{
    int rc;

    RONDO_WITH(rc, enter_room, fail_to_leave, f) {
        return 7;
    }
    return rc;
}

static int rush_out_of_trap(void *fixture, int64_t n)
{
    (void)n;
    return return_from_trap(fixture) == 7 ? 0 : RONDO_EUSER;
}

/* A failure to leave it is then nobody's, and told too. */
static void a_failure_on_the_way_out_is_told(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", rush_out_of_trap, 0);
    expect_trace(f, "1ms a enters\n"
                    "1ms a hears: a with block was left by return, break or goto: EMISUSE \n"
                    "1ms a leaves with EMISUSE\n"
                    "1ms a hears: a cleanup failed: EUSER-2 cannot leave\n");
    assert_int_equal(rondo_future_result(role(f, "a"), NULL), 0);
}

static int sweep(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    memory_fail(&f->script.memory, (size_t)n);
    rc = fail_and_look(f, 0);
    sweep_over(f);
    f->script.length = 0; /* the words may be missing */
    f->script.text[0] = '\0';
    check(f, rc == BROKEN);
    return 0;
}

/* Without memory words may be lost, codes never. */
static void without_memory_codes_are_kept(void **state)
{
    struct fixture *f = *state;

    expect_sweep(f, sweep, 2, 10);
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_deferred_is_called_when_the_block_is_left),
        TEST(a_cancelled_task_has_time_for_its_cleanup),
        TEST(a_cancel_in_the_cleanup_comes_again),
        TEST(a_cancel_in_the_last_cleanup_ends_the_task),
        TEST(a_cancel_due_at_the_cleanup_comes_again),
        TEST(a_cancel_of_something_else_is_a_failure),
        TEST(a_cancel_that_was_delivered_before_does_not_count),
        TEST(a_failure_of_a_cleanup_is_reported),
        TEST(the_failures_of_a_group_survive_a_cleanup),
        TEST(a_cleanup_sees_the_words),
        TEST(outside_of_a_task_it_is_called_too),
        TEST(in_a_callback_its_failure_is_reported),
        TEST(a_generator_defers_to_its_end),
        TEST(a_block_is_entered_and_left),
        TEST(a_block_is_left_after_a_failure),
        TEST(a_block_that_cannot_be_entered_is_skipped),
        TEST(leaving_may_deal_with_a_failure),
        TEST(a_failure_to_leave_is_the_outcome),
        TEST(a_failure_to_leave_takes_the_place_of_others),
        TEST(a_cancelled_task_leaves_its_block),
        TEST(a_task_cancelled_while_it_enters_has_nothing_to_leave),
        TEST(a_block_left_by_return_is_told),
        TEST(a_failure_on_the_way_out_is_told),
        TEST(without_memory_codes_are_kept),
    };

    return play_all(tests);
}

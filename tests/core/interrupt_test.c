/*
 * interrupt_test.c - Ctrl-C during a run: RUN-12 to RUN-14, LOOP-25. The process sends it to
 * itself, by libuv; the run makes its own loop.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "handler.h"
#include "run.h"
#include "signal.h"
#include "sleep.h"
#include "tests/lib/manual_loop.h"
#include "tests/lib/memory.h"
#include "tests/lib/script.h"

struct fixture {
    struct memory memory;
    char text[500];
    rondo_task *task;
};

static int fixture_open(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    memory_watch(&f->memory);
    *state = f;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;
    size_t left = f->memory.live;

    memory_unwatch(&f->memory);
    free(f);
    if (left > 0)
        print_error("%zu blocks of program memory were left\n", left);
    return left > 0 ? -1 : 0;
}

/* Add `words` and a blank to the trace. */
static void say(struct fixture *f, const char *words)
{
    size_t used = strlen(f->text);

    snprintf(f->text + used, sizeof f->text - used, "%s ", words);
}

static void interrupt_self(void)
{
    uv_kill(uv_os_getpid(), SIGINT);
}

static int be_interrupted(void *arg, rondo_value *out)
{
    int rc;

    (void)out;
    interrupt_self();
    rc = rondo_sleep(RONDO_S(100));
    say(arg, rondo_err_name(rc));
    if (rondo_sleep(RONDO_MS(1)) == 0)
        say(arg, "cleaned");
    return rc;
}

/* RUN-12: Ctrl-C cancels main, and if main ends by that the run says it was interrupted. */
static void an_interrupt_cancels_main(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_run(be_interrupted, f, NULL), RONDO_EINTERRUPTED);
    assert_string_equal(f->text, "ECANCELED cleaned ");
}

static int cancel_itself(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    rondo_cancel(rondo_current_task(), NULL);
    return rondo_sleep(RONDO_S(100));
}

/* RUN-12: the next run of the runner knows nothing of it, and nothing is left of its listening. */
static void an_interrupt_is_of_one_run(void **state)
{
    struct fixture *f = *state;
    rondo_runner runner = {0};
    size_t live;

    assert_int_equal(rondo_runner_open(&runner), 0);
    assert_int_equal(rondo_runner_run(&runner, be_interrupted, f, NULL), RONDO_EINTERRUPTED);
    assert_int_equal(rondo_runner_run(&runner, cancel_itself, f, NULL), RONDO_ECANCELED);
    live = f->memory.live;
    assert_int_equal(rondo_runner_run(&runner, cancel_itself, f, NULL), RONDO_ECANCELED);
    assert_int_equal(f->memory.live, live);
    assert_int_equal(rondo_runner_close(&runner), 0);
}

static int swallow_the_interrupt(void *arg, rondo_value *out)
{
    (void)be_interrupted(arg, out);
    return rondo_return(out, 42);
}

/* RUN-12: if main ends otherwise, that is how the run ends. */
static void a_main_may_swallow_an_interrupt(void **state)
{
    struct fixture *f = *state;
    rondo_value value = {0};

    assert_int_equal(rondo_run(swallow_the_interrupt, f, &value), 0);
    assert_int_equal(value.as.i, 42);
}

static void interrupt_later(void *arg)
{
    say(arg, "again");
    interrupt_self();
}

static int be_slow_to_end(void *arg, rondo_value *out)
{
    int rc;

    (void)out;
    rondo_call_later(rondo_get_running_loop(), RONDO_MS(20), interrupt_later, arg);
    interrupt_self();
    rc = rondo_sleep(RONDO_S(100));
    say(arg, rondo_err_name(rc));
    rc = rondo_sleep(RONDO_S(50)); /* a cleanup that takes too long */
    say(arg, rondo_err_name(rc));
    return rc;
}

/* RUN-12: a second one ends the run at once; main is left over and cancelled as such. */
static void a_second_interrupt_ends_the_run_at_once(void **state)
{
    struct fixture *f = *state;
    rondo_runner runner = {0};

    assert_int_equal(rondo_runner_open(&runner), 0);
    assert_int_equal(rondo_runner_run(&runner, be_slow_to_end, f, NULL), RONDO_EINTERRUPTED);
    assert_string_equal(f->text, "ECANCELED again ");
    assert_int_equal(rondo_runner_close(&runner), 0);
    assert_string_equal(f->text, "ECANCELED again ECANCELED ");
}

static int cancel_and_interrupt(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    rondo_cancel(f->task, "by another");
    interrupt_self();
    return 0;
}

static int be_cancelled_first(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    f->task = rondo_current_task();
    rondo_unref(rondo_spawn(cancel_and_interrupt, f));
    RONDO_TRY(rondo_sleep(0));
    return rondo_sleep(RONDO_S(100));
}

static int cancel_interrupt_and_wait(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    int rc;

    (void)out;
    f->task = rondo_current_task();
    rondo_cancel(f->task, NULL);
    rc = rondo_sleep(RONDO_S(100));
    interrupt_self();
    say(f, rondo_err_name(rondo_sleep(RONDO_S(100))));
    return rc;
}

/* RUN-13: Ctrl-C when main had been cancelled before leaves the outcome a cancel. */
static void an_interrupt_of_a_cancelled_main_leaves_a_cancel(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_run(be_cancelled_first, f, NULL), RONDO_ECANCELED);
    assert_int_equal(rondo_run(cancel_interrupt_and_wait, f, NULL), RONDO_ECANCELED);
    assert_string_equal(f->text, "ECANCELED ");
}

static void stay_away(void *arg)
{
    say(arg, "own handler");
}

static int handle_it_oneself(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_loop *loop = rondo_get_running_loop();

    (void)out;
    RONDO_TRY(rondo_add_signal_handler(loop, SIGINT, stay_away, f));
    interrupt_self();
    say(f, rondo_err_name(rondo_sleep(RONDO_MS(5))));
    rondo_remove_signal_handler(loop, SIGINT);
    interrupt_self();
    say(f, rondo_err_name(rondo_sleep(RONDO_MS(5))));
    return RONDO_ECANCELED;
}

/* RUN-12: a handler of the program's own is the only one, while it is there. */
static void a_handler_of_the_programs_own_is_the_only_one(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_run(handle_it_oneself, f, NULL), RONDO_EINTERRUPTED);
    assert_string_equal(f->text, "own handler OK ECANCELED ");
}

static void note_failure(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    (void)loop;
    say(arg, exception->message);
}

static int be_the_interrupt(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return rondo_fail(RONDO_EINTERRUPTED, "enough");
}

static int let_another_interrupt(void *arg, rondo_value *out)
{
    (void)out;
    rondo_loop_set_exception_handler(rondo_get_running_loop(), note_failure, arg);
    rondo_unref(rondo_spawn(be_the_interrupt, arg));
    say(arg, rondo_err_name(rondo_sleep(RONDO_S(100))));
    return 0;
}

/* LOOP-25: an interrupt that ends a run from within a task comes out of the run, and is not
 * reported a second time. */
static void an_interrupt_from_within_a_task_comes_out_of_the_run(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_run(let_another_interrupt, f, NULL), RONDO_EINTERRUPTED);
    assert_string_equal(f->text, "ECANCELED "); /* main, as it is cleaned up */
    assert_int_equal(rondo_run(be_the_interrupt, f, NULL), RONDO_EINTERRUPTED);
}

/* LOOP-25: so it does of a loop that runs for ever; the next run knows nothing of it. */
static void an_interrupt_ends_a_loop_that_runs_for_ever(void **state)
{
    struct fixture *f = *state;
    rondo_loop *loop = rondo_loop_new();

    rondo_loop_set_exception_handler(loop, note_failure, f);
    rondo_unref(rondo_loop_create_task(loop, be_the_interrupt, f));
    assert_int_equal(rondo_loop_run_forever(loop), RONDO_EINTERRUPTED);
    rondo_loop_stop(loop);
    assert_int_equal(rondo_loop_run_forever(loop), 0);
    assert_int_equal(rondo_loop_close(loop), 0);
    assert_string_equal(f->text, "");
}

static int end_at_once(void *arg, rondo_value *out)
{
    say(arg, "runs");
    return rondo_return(out, 7);
}

static rondo_loop *given(void *arg)
{
    return &((struct manual_loop *)arg)->loop;
}

/* RUN-14: where no signal handler can be set, a run works without. */
static void a_run_works_where_no_handler_can_be_set(void **state)
{
    struct fixture *f = *state;
    struct manual_loop manual;
    rondo_value value = {0};

    manual_loop_init(&manual);
    assert_int_equal(rondo_add_signal_handler(&manual.loop, SIGINT, stay_away, f), RONDO_ENOTSUP);
    assert_false(rondo_remove_signal_handler(&manual.loop, SIGINT));
    assert_int_equal(rondo_run(end_at_once, f, &value, .loop_factory = given,
                               .loop_factory_arg = &manual),
                     0);
    assert_int_equal(value.as.i, 7);
    assert_string_equal(f->text, "runs ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_interrupt_cancels_main),
        TEST(an_interrupt_is_of_one_run),
        TEST(a_main_may_swallow_an_interrupt),
        TEST(a_second_interrupt_ends_the_run_at_once),
        TEST(an_interrupt_of_a_cancelled_main_leaves_a_cancel),
        TEST(a_handler_of_the_programs_own_is_the_only_one),
        TEST(an_interrupt_from_within_a_task_comes_out_of_the_run),
        TEST(an_interrupt_ends_a_loop_that_runs_for_ever),
        TEST(a_run_works_where_no_handler_can_be_set),
    };

    return play_all(tests);
}

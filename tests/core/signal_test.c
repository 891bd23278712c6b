/*
 * signal_test.c - signals as callbacks of a loop: SRV-14. A process signals itself, by libuv.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <uv.h>

#include "context.h"
#include "event.h"
#include "signal.h"
#include "sleep.h"
#include "tests/lib/script.h"

struct fixture {
    struct script script;
    rondo_event event;
};

SCRIPT_FIXTURE(fixture)

static const rondo_var colour = {.name = "colour", .value = {.as.text = "no"}};

/* A handler with a letter. */
struct call {
    struct fixture *f;
    const char *name;
};

static void say(void *arg)
{
    const struct call *call = arg;

    note(call->f, "%s, in %s context", call->name, rondo_var_get(&colour).as.text);
}

static void send_self(int signum)
{
    uv_kill(uv_os_getpid(), signum);
}

static int listen_in_red(void *fixture, int64_t n)
{
    static struct call a, b;
    struct fixture *f = fixture;

    (void)n;
    a = (struct call){f, "a"};
    b = (struct call){f, "b"};
    RONDO_TRY(rondo_var_set(&colour, "a red", NULL));
    RONDO_TRY(rondo_add_signal_handler(f->script.loop, SIGUSR1, say, &a));
    RONDO_TRY(rondo_add_signal_handler(f->script.loop, SIGUSR2, say, &b));
    send_self(SIGUSR2);
    send_self(SIGUSR1);
    send_self(SIGUSR1);
    note(f, "has sent three");
    RONDO_TRY(rondo_sleep(10 * MS));
    note(f, "removes %d", rondo_remove_signal_handler(f->script.loop, SIGUSR1));
    note(f, "removes %d", rondo_remove_signal_handler(f->script.loop, SIGUSR1));
    rondo_remove_signal_handler(f->script.loop, SIGUSR2);
    return 0;
}

/* SRV-14: a signal runs its callback in the loop with its argument, as often as it came; removing
 * it tells whether there was one. */
static void a_signal_runs_its_callback_in_the_loop(void **state)
{
    struct fixture *f = *state;

    needs_faithful_libuv();
    spawn(f, "a", listen_in_red, 0);
    expect_trace(f, "0ms a has sent three\n"
                    "0ms b, in a red context\n"
                    "0ms a, in a red context\n"
                    "0ms a, in a red context\n"
                    "10ms a removes 1\n"
                    "10ms a removes 0\n");
}

/* SRV-14: some signals cannot be caught; nor does nobody catch one. */
static void some_signals_cannot_be_caught(void **state)
{
    struct fixture *f = *state;
    rondo_loop *loop = f->script.loop;
    struct call a = {f, "a"};

    assert_int_equal(rondo_add_signal_handler(loop, SIGKILL, say, &a), RONDO_EINVAL);
    assert_int_equal(rondo_add_signal_handler(loop, SIGSTOP, say, &a), RONDO_EINVAL);
    assert_int_equal(rondo_add_signal_handler(loop, 0, say, &a), RONDO_EINVAL);
    assert_int_equal(rondo_add_signal_handler(loop, SIGUSR1, NULL, &a), RONDO_EINVAL);
    assert_false(rondo_remove_signal_handler(loop, SIGKILL));
    assert_false(rondo_remove_signal_handler(loop, 0)); /* nothing is left of those */
    assert_false(rondo_remove_signal_handler(loop, SIGUSR1));
}

/* SRV-14: a second handler of a signal replaces the first. */
static void a_second_handler_replaces_the_first(void **state)
{
    struct fixture *f = *state;
    rondo_loop *loop = f->script.loop;
    struct call a = {f, "a"}, b = {f, "b"};

    assert_int_equal(rondo_add_signal_handler(loop, SIGUSR1, say, &a), 0);
    assert_int_equal(rondo_add_signal_handler(loop, SIGUSR1, say, &b), 0);
    assert_int_equal(rondo_add_signal_handler(loop, SIGUSR1, NULL, &a), RONDO_EINVAL);
    send_self(SIGUSR1);
    rondo_loop_stop(loop);
    script_play(&f->script);
    rondo_loop_stop(loop);
    script_play(&f->script);
    expect_noted(f, "0ms b, in no context\n");
    assert_true(rondo_remove_signal_handler(loop, SIGUSR1));
    assert_false(rondo_remove_signal_handler(loop, SIGUSR1));
}

static void stop_and_say(void *arg)
{
    const struct call *call = arg;

    say(arg);
    rondo_loop_stop(call->f->script.loop);
}

/* LOOP-17: a device's callback that was taken back after a stop does not come in the next run. */
static void a_handler_that_was_taken_back_after_a_stop_does_not_come(void **state)
{
    struct fixture *f = *state;
    rondo_loop *loop = f->script.loop;
    struct call a = {f, "a"}, b = {f, "b"}, c = {f, "c"};

    assert_int_equal(rondo_add_signal_handler(loop, SIGUSR1, stop_and_say, &a), 0);
    assert_int_equal(rondo_add_signal_handler(loop, SIGUSR2, say, &b), 0);
    send_self(SIGUSR1);
    assert_int_equal(script_play(&f->script), 0);
    send_self(SIGUSR2);
    assert_true(rondo_remove_signal_handler(loop, SIGUSR1));
    assert_true(rondo_remove_signal_handler(loop, SIGUSR2));
    rondo_call_soon(loop, say, &c);
    expect_trace(f, "0ms a, in no context\n0ms c, in no context\n");
}

/* LOOP-17: nor if it was queued already, by a uv loop that the program turned itself. */
static void a_handler_that_was_taken_back_while_it_is_queued_does_not_come(void **state)
{
    struct fixture *f = *state;
    rondo_loop *loop = f->script.loop;
    struct call a = {f, "a"}, b = {f, "b"};

    assert_int_equal(rondo_add_signal_handler(loop, SIGUSR1, say, &a), 0);
    send_self(SIGUSR1);
    uv_run(uv_default_loop(), UV_RUN_NOWAIT);
    assert_true(rondo_remove_signal_handler(loop, SIGUSR1));
    uv_run(uv_default_loop(), UV_RUN_NOWAIT);
    rondo_call_soon(loop, say, &b);
    expect_trace(f, "0ms b, in no context\n");
}

/* A handler's context is its own: the loop is out of it again. */
static void between_turns_the_loop_is_in_no_context(void **state)
{
    struct fixture *f = *state;
    rondo_loop *loop = f->script.loop;

    spawn(f, "a", listen_in_red, 0);
    assert_int_equal(rondo_loop_enter(loop), 0);
    while (f->script.length < 60) /* one of the handlers has spoken */
        assert_int_equal(rondo_loop_turn(loop), 0);
    assert_string_equal(rondo_var_get(&colour).as.text, "no");
    assert_int_equal(rondo_loop_leave(loop), 0);
    script_play(&f->script);
}

static void say_and_remove(void *arg)
{
    const struct call *call = arg;

    say(arg);
    note(call->f, "removes %d", rondo_remove_signal_handler(call->f->script.loop, SIGUSR1));
}

/* A handler may take itself back: of what has come besides it hears nothing more. */
static void a_handler_may_take_itself_back(void **state)
{
    struct fixture *f = *state;
    rondo_loop *loop = f->script.loop;
    struct call a = {f, "a"};

    assert_int_equal(rondo_add_signal_handler(loop, SIGUSR1, say_and_remove, &a), 0);
    send_self(SIGUSR1);
    send_self(SIGUSR1);
    expect_trace(f, "0ms a, in no context\n0ms removes 1\n");
}

/* A loop that is closed takes its handlers with it, those with a signal on its way too. */
static void a_closed_loop_takes_its_handlers_with_it(void **state)
{
    struct fixture *f = *state;
    rondo_loop *loop = f->script.loop;
    struct call a = {f, "a"};

    assert_int_equal(rondo_add_signal_handler(loop, SIGUSR1, say, &a), 0);
    assert_int_equal(rondo_add_signal_handler(loop, SIGUSR2, say, &a), 0);
    send_self(SIGUSR1);
    close_loop(f);
    expect_noted(f, "");
}

static void set_event(void *arg)
{
    rondo_event_set(&((struct fixture *)arg)->event);
}

static int wait_for_a_signal(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(rondo_add_signal_handler(f->script.loop, SIGUSR1, set_event, f));
    if (n > 0)
        send_self(SIGUSR1);
    RONDO_TRY(rondo_event_wait(&f->event));
    note(f, "has heard of it");
    rondo_remove_signal_handler(f->script.loop, SIGUSR1);
    return 0;
}

/* A task may wait for nothing but a signal. */
static void a_task_may_wait_for_a_signal(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_for_a_signal, 1);
    expect_trace(f, "0ms a has heard of it\n");
}

static int add_without_memory(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    struct call a = {f, "a"};
    int rc;

    memory_fail(&f->script.memory, (size_t)n);
    rc = rondo_add_signal_handler(f->script.loop, SIGUSR1, say, &a);
    check(f, sweep_over(f) ? rc == 0 : rc == RONDO_ENOMEM);
    check(f, rondo_remove_signal_handler(f->script.loop, SIGUSR1) == (rc == 0));
    return rondo_sleep(0);
}

/* Without memory there is no handler, and nothing is left of it. */
static void a_handler_without_memory_is_refused(void **state)
{
    struct fixture *f = *state;

    expect_sweep(f, add_without_memory, 1, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRIPT_TEST(a_signal_runs_its_callback_in_the_loop, fixture),
        SCRIPT_TEST(some_signals_cannot_be_caught, fixture),
        SCRIPT_TEST(a_second_handler_replaces_the_first, fixture),
        SCRIPT_TEST(a_handler_that_was_taken_back_after_a_stop_does_not_come, fixture),
        SCRIPT_TEST(a_handler_that_was_taken_back_while_it_is_queued_does_not_come, fixture),
        SCRIPT_TEST(between_turns_the_loop_is_in_no_context, fixture),
        SCRIPT_TEST(a_handler_may_take_itself_back, fixture),
        SCRIPT_TEST(a_closed_loop_takes_its_handlers_with_it, fixture),
        SCRIPT_TEST(a_task_may_wait_for_a_signal, fixture),
        SCRIPT_TEST(a_handler_without_memory_is_refused, fixture),
    };

    return play_all(tests);
}

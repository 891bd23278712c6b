/*
 * debug_test.c - debug mode: what holds the loop, where a task came from.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "handler.h"
#include "sleep.h"
#include "tests/lib/script.h"

struct fixture {
    struct script script;
};

SCRIPT_FIXTURE(fixture)

/* The file of a place, without its line; "-" for none. */
static const char *file_of(const char *here)
{
    return here == NULL ? "-" : strstr(here, "debug_test.c") != NULL ? "debug_test.c" : "script.c";
}

static void hear(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    struct fixture *f = arg;

    check(f, loop == f->script.loop);
    note(f, "hears: %s: %s %s, %s, from %s", exception->message,
         exception->future != NULL ? rondo_get_name(exception->future) : "-",
         rondo_err_name(exception->code), exception->text, file_of(exception->here));
}

/* In debug mode, with a handler that notes. */
static struct fixture *debugging(void **state)
{
    struct fixture *f = *state;

    rondo_loop_set_exception_handler(f->script.loop, hear, f);
    rondo_loop_set_debug(f->script.loop, true);
    return f;
}

/* Work that takes `n` of the clock, between two sleeps. */
static int work(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    RONDO_TRY(rondo_sleep(10 * MS));
    work_for(f, n);
    RONDO_TRY(rondo_sleep(10 * MS));
    note(f, "has worked");
    return 0;
}

/* LOOP-32: a step that holds the loop for the limit or longer is told, with its task and how long
 * it took. */
static void a_step_that_holds_the_loop_is_told(void **state)
{
    struct fixture *f = debugging(state);

    needs_exact_clock();
    spawn(f, "a", work, RONDO_MS(100));
    expect_trace(f,
                 "110ms hears: the loop was held: a OK, a step took 0.100 seconds, from script.c\n"
                 "120ms a has worked\n");
}

/* LOOP-32: just under it is quick enough. */
static void a_step_below_the_limit_is_not_told(void **state)
{
    struct fixture *f = debugging(state);

    needs_exact_clock();
    spawn(f, "a", work, RONDO_MS(100) - 1);
    expect_trace(f, "120ms a has worked\n");
}

/* LOOP-32: the limit can be set. */
static void the_limit_can_be_set(void **state)
{
    struct fixture *f = debugging(state);

    needs_exact_clock();
    assert_int_equal(rondo_loop_get_slow_callback_duration(f->script.loop), RONDO_MS(100));
    rondo_loop_set_slow_callback_duration(f->script.loop, 20 * MS);
    spawn(f, "a", work, 19 * MS);
    spawn(f, "b", work, 20 * MS);
    expect_trace(f,
                 "49ms hears: the loop was held: b OK, a step took 0.020 seconds, from script.c\n"
                 "49ms a has worked\n"
                 "59ms b has worked\n");
}

static int leave_debug_mode(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    rondo_loop_set_debug(f->script.loop, false);
    return 0;
}

static int work_at_once(void *fixture, int64_t n)
{
    work_for((struct fixture *)fixture, n);
    return 0;
}

/* Who leaves debug mode is not told of the time that the next ones take. */
static void a_step_that_leaves_debug_mode_is_not_told(void **state)
{
    struct fixture *f = debugging(state);

    needs_exact_clock();
    spawn(f, "a", leave_debug_mode, 0);
    spawn(f, "b", work_at_once, RONDO_MS(100));
    expect_trace(f, "");
}

static void work_in_a_callback(void *arg)
{
    work_for((struct fixture *)arg, RONDO_MS(250));
}

/* LOOP-32: so is a callback, by how and where it was queued. */
static void a_callback_that_holds_the_loop_is_told(void **state)
{
    struct fixture *f = debugging(state);

    needs_exact_clock();
    rondo_call_soon(f->script.loop, work_in_a_callback, f);
    expect_trace(f, "250ms hears: the loop was held: - OK, call_soon took 0.250 seconds, "
                    "from debug_test.c\n");
}

static int work_and_fail(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    work_for(f, RONDO_MS(300));
    return RONDO_EUSER;
}

static int forget_a_worker(void *fixture, int64_t n)
{
    (void)n;
    rondo_unref(rondo_spawn(work_and_fail, fixture, .name = "worker"));
    return 0;
}

/* LOOP-32: also the last step of a task that nobody holds. */
static void the_last_step_of_a_forgotten_task_is_told(void **state)
{
    struct fixture *f = debugging(state);

    needs_exact_clock();
    spawn(f, "a", forget_a_worker, 0);
    expect_trace(f, "300ms hears: the loop was held: worker OK, a step took 0.300 seconds, "
                    "from debug_test.c\n"
                    "300ms hears: Task exception was never retrieved: worker EUSER0, , "
                    "from debug_test.c\n");
}

/* LOOP-32: without debug mode nothing is measured and nothing told. */
static void without_debug_mode_nothing_is_told(void **state)
{
    struct fixture *f = debugging(state);

    rondo_loop_set_debug(f->script.loop, false);
    spawn(f, "a", work, 200 * MS);
    expect_trace(f, "220ms a has worked\n");
}

/* LOOP-33: debug mode can be set and read back. */
static void debug_mode_can_be_set_and_read(void **state)
{
    struct fixture *f = *state;
    rondo_loop *loop = f->script.loop;

    assert_false(rondo_loop_get_debug(loop));
    rondo_loop_set_debug(loop, true);
    assert_true(rondo_loop_get_debug(loop));
    rondo_loop_set_debug(loop, false);
    assert_false(rondo_loop_get_debug(loop));
}

static int end_at_once(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return 0;
}

/* What a task that is spawned now says of itself, up to its place. */
static void describe_a_child(struct fixture *f)
{
    rondo_task *child = rondo_spawn(end_at_once, NULL, .name = "child");
    char text[200];
    const char *place = strstr(rondo_future_describe(child, text, sizeof text), "spawned=");

    note(f, "%.24s place: %s", text, place != NULL ? file_of(place) : "-");
    rondo_unref(child);
}

static int spawn_in_both_modes(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    describe_a_child(f);
    rondo_loop_set_debug(rondo_get_running_loop(), false);
    describe_a_child(f);
    return 0;
}

/* TASK-20: in debug mode a task remembers the place where it was spawned. */
static void a_task_remembers_where_it_was_spawned(void **state)
{
    struct fixture *f = debugging(state);

    spawn(f, "a", spawn_in_both_modes, 0);
    expect_trace(f, "0ms a <Task pending name=child place: debug_test.c\n"
                    "0ms a <Task pending name=child place: -\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRIPT_TEST(a_step_that_holds_the_loop_is_told, fixture),
        SCRIPT_TEST(a_step_below_the_limit_is_not_told, fixture),
        SCRIPT_TEST(the_limit_can_be_set, fixture),
        SCRIPT_TEST(a_step_that_leaves_debug_mode_is_not_told, fixture),
        SCRIPT_TEST(a_callback_that_holds_the_loop_is_told, fixture),
        SCRIPT_TEST(the_last_step_of_a_forgotten_task_is_told, fixture),
        SCRIPT_TEST(without_debug_mode_nothing_is_told, fixture),
        SCRIPT_TEST(debug_mode_can_be_set_and_read, fixture),
        SCRIPT_TEST(a_task_remembers_where_it_was_spawned, fixture),
    };

    return play_all(tests);
}

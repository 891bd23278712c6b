/*
 * coroutine_test.c - coroutine values and what becomes of them: TASK-04, TASK-18, LOOP-28.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "coroutine.h"
#include "gather.h"
#include "handler.h"
#include "sleep.h"
#include "tests/lib/script.h"

struct fixture {
    struct script script;
    rondo_future *future; /* of the loop */
    int dropped;
};

/* The file of a place, without its folders. */
static const char *file_of(const char *here)
{
    return strrchr(here, '/') != NULL ? strrchr(here, '/') + 1 : here;
}

static void hear(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    struct fixture *f = arg;

    check(f, loop == f->script.loop);
    check(f, exception->here != NULL &&
                 strncmp(file_of(exception->here), "coroutine_test.c:", 17) == 0);
    note(f, "hears: %s %s", exception->message, rondo_err_name(exception->code));
}

static int fixture_open(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    script_open(&f->script);
    rondo_loop_set_exception_handler(f->script.loop, hear, f);
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

static int answer(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    note(f, "begins");
    RONDO_TRY(rondo_sleep(5 * MS));
    note(f, "answers");
    return rondo_return(out, 42);
}

static int call(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value out = {.as = {.i = n}};
    RONDO_COROUTINE(reply, answer, f);

    note(f, "has made it");
    check(f, rondo_await_coroutine(&reply, &out) == 0);
    note(f, "has %" PRId64, out.as.i);
    return 0;
}

/* Making a coroutine runs nothing; awaiting it runs it here, in this task. */
static void a_coroutine_runs_when_it_is_awaited(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", call, 0);
    expect_trace(f, "0ms a has made it\n0ms a begins\n5ms a answers\n5ms a has 42\n");
}

static int run_twice(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_coroutine reply = rondo_coroutine_of(answer, f);
    rondo_coroutine none = {.fn = NULL};
    rondo_value out = {.as = {.i = n}};

    check(f, rondo_await_coroutine(&reply, NULL) == 0);
    check(f, rondo_await_coroutine(&reply, &out) == RONDO_EMISUSE && out.as.i == n);
    check(f, rondo_spawn_coroutine(&reply) == NULL);
    check(f, rondo_ensure_future(&reply) == NULL);
    check(f, rondo_await_coroutine(&none, &out) == RONDO_EMISUSE);
    check(f, rondo_await_coroutine(NULL, &out) == RONDO_EMISUSE);
    rondo_coroutine_drop(&reply);
    rondo_coroutine_drop(&none);
    return 0;
}

/* TASK-18: a coroutine is run once; every second attempt is refused. */
static void a_coroutine_is_not_run_twice(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", run_twice, 7);
    expect_trace(f, "0ms a begins\n5ms a answers\n");
}

static int spawn_and_await(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    RONDO_COROUTINE(reply, answer, f);
    rondo_task *task = rondo_spawn_coroutine(&reply, .name = "child");
    rondo_value out = {.as = {.i = n}};

    check(f, rondo_await_coroutine(&reply, &out) == RONDO_EMISUSE);
    check(f, rondo_await(task, &out) == 0 && out.as.i == 42);
    rondo_unref(task);
    return 0;
}

/* TASK-18: also while it runs as a task. */
static void a_spawned_coroutine_is_not_awaited_besides(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", spawn_and_await, 0);
    expect_trace(f, "0ms child begins\n5ms child answers\n");
}

static int spawn_in_group(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    RONDO_COROUTINE(first, answer, f);
    RONDO_COROUTINE(late, answer, f);
    int rc;

    RONDO_GROUP(rc, group) {
        check(f, rondo_group_spawn_coroutine(group, &first, .name = "first") != NULL);
        check(f, rondo_group_spawn_coroutine(group, &first) == NULL);
        rc = n == 0 ? 0 : RONDO_EUSER;
    }
    check(f, rc == (n == 0 ? 0 : RONDO_EUSER));
    rc = 0;
    RONDO_GROUP(rc, group) {
        check(f, rondo_group_close(group, RONDO_EUSER) == RONDO_EUSER);
        check(f, rondo_group_spawn_coroutine(group, &late) == NULL);
    }
    return 0;
}

/* A group takes a coroutine too. One that is cancelled before it begins, or refused because the
 * group is over, was handed over all the same: nothing is reported. */
static void a_group_takes_coroutines(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", spawn_in_group, 0);
    script_play(&f->script);
    spawn(f, "b", spawn_in_group, 1);
    expect_trace(f, "0ms first begins\n5ms first answers\n");
}

static int complete(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    return rondo_set_result(f->future, n);
}

static int gather_both(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    RONDO_COROUTINE(reply, answer, f);
    rondo_future *both[2];
    rondo_result results[2];

    both[0] = rondo_ensure_future(f->future);
    both[1] = rondo_ensure_future(&reply);
    check(f, both[0] == f->future);
    check(f, rondo_gather(both, 2, 0, results) == 0);
    note(f, "has %" PRId64 " and %" PRId64, results[0].value.as.i, results[1].value.as.i);
    rondo_unref_all(both, 2);
    (void)n;
    return 0;
}

/* TASK-04: a list may be made of futures, which stay themselves, and of coroutines, which are
 * spawned. */
static void what_can_be_awaited_is_made_a_future(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", gather_both, 0);
    spawn(f, "b", complete, 23);
    expect_trace(f, "0ms Task-3 begins\n5ms Task-3 answers\n5ms a has 23 and 42\n");
}

static int ensure_foreign(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    check(f, rondo_ensure_future(f->future) == NULL);
    return 0;
}

/* TASK-04: a future of another loop is refused, and so is everything outside of a loop. */
static void a_future_of_another_loop_is_refused(void **state)
{
    struct fixture *f = *state;
    struct manual_loop other;
    rondo_coroutine reply = rondo_coroutine_of(answer, f);

    assert_null(rondo_ensure_future(f->future));
    assert_null(rondo_ensure_future((rondo_future *)NULL));
    assert_null(rondo_ensure_future(&reply));
    manual_loop_init(&other);
    rondo_unref(rondo_loop_create_task(&other.loop, ensure_foreign, f));
    assert_int_equal(rondo_loop_run_forever(&other.loop), RONDO_EDEADLOCK);
    rondo_loop_close(&other.loop);
    expect_trace(f, "");
}

static int forget(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_coroutine second = rondo_coroutine_of(answer, f);

    for (int64_t i = 0; i < n; i++) {
        RONDO_COROUTINE(first, answer, f);
        note(f, "makes one");
        (void)first;
    }
    rondo_coroutine_drop(&second);
    rondo_coroutine_drop(&second);
    note(f, "ends");
    return 0;
}

/* A coroutine that was never run is reported, once, with the place where it was made. */
static void a_forgotten_coroutine_is_reported(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", forget, 1);
    expect_trace(f, "0ms a makes one\n0ms a hears: coroutine 'answer' was never awaited OK\n"
                    "0ms a hears: coroutine 'answer' was never awaited OK\n0ms a ends\n");
}

/* Drop a coroutine outside of any loop. Returns: what it wrote to stderr. */
static char *words_on_stderr(rondo_coroutine *coroutine, char *text, size_t size)
{
    FILE *kept = tmpfile();
    int stderr_fd = dup(STDERR_FILENO);
    size_t length;

    fflush(stderr);
    dup2(fileno(kept), STDERR_FILENO);
    rondo_coroutine_drop(coroutine);
    fflush(stderr);
    dup2(stderr_fd, STDERR_FILENO);
    close(stderr_fd);
    rewind(kept);
    length = fread(text, 1, size - 1, kept);
    text[length] = '\0';
    fclose(kept);
    return text;
}

/* Outside of a loop it is written to stderr. */
static void forgotten_outside_of_a_loop_it_is_written(void **state)
{
    rondo_coroutine reply = rondo_coroutine_of(answer, NULL);
    char text[200];

    (void)state;
    reply.here = "here.c:1";
    assert_string_equal(words_on_stderr(&reply, text, sizeof text),
                        "coroutine 'answer' was never awaited (here.c:1)\n");
}

static void hand_over(void *arg)
{
    struct fixture *f = arg;
    RONDO_COROUTINE(late, answer, f);

    f->dropped++;
    check(f, rondo_spawn_coroutine(&late) == NULL);
}

static int leave_a_value(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    return rondo_set_result_value(f->future, rondo_value_owned(f, hand_over));
}

/* LOOP-28: a coroutine that is handed over when its loop is closed already is disposed of, and
 * nothing is said of it. */
static void handed_to_a_closed_loop_a_coroutine_just_goes(void **state)
{
    struct fixture *f = *state;
    rondo_future *future = f->future;

    spawn(f, "a", leave_a_value, 0);
    script_play(&f->script);
    close_loop(f);
    f->future = NULL;
    rondo_unref(future);
    assert_int_equal(f->dropped, 1);
    expect_noted(f, "");
}

static int return_owned(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    return rondo_return_owned(out, &f->dropped, NULL);
}

static int ask_where_it_came_from(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    RONDO_COROUTINE(reply, return_owned, f);
    rondo_task *task = rondo_spawn_coroutine(&reply);
    rondo_coroutine coro = rondo_get_coro(task);

    (void)n;
    check(f, coro.fn == return_owned && coro.arg == f);
    check(f, rondo_await_coroutine(&coro, NULL) == RONDO_EMISUSE);
    check(f, rondo_await(task, NULL) == 0);
    check(f, rondo_get_coro(task).fn == return_owned);
    check(f, rondo_get_coro(f->future).fn == NULL);
    check(f, rondo_get_coro(NULL).fn == NULL);
    rondo_unref(task);
    return 0;
}

/* TASK-21: a task can be asked for its coroutine, while it runs and afterwards; which is used. */
static void a_task_knows_its_coroutine(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", ask_where_it_came_from, 0);
    expect_trace(f, "");
}

static void count_drop(void *p)
{
    ++*(int *)p;
}

static int return_counted(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    return rondo_return_owned(out, &f->dropped, count_drop);
}

static int call_for_nothing(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    RONDO_COROUTINE(reply, return_counted, f);

    (void)n;
    return rondo_await_coroutine(&reply, NULL);
}

/* A result that nobody wants is dropped. */
static void a_result_without_a_place_is_dropped(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", call_for_nothing, 0);
    expect_trace(f, "");
    assert_int_equal(f->dropped, 1);
}

static int quick(void *arg, rondo_value *out)
{
    (void)arg;
    return rondo_return(out, 1);
}

static int sweep(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    RONDO_COROUTINE(first, quick, f);
    RONDO_COROUTINE(second, quick, f);
    rondo_future *both[2];
    int rc;

    memory_fail(&f->script.memory, (size_t)n);
    both[0] = rondo_spawn_coroutine(&first, .name = "first");
    both[1] = rondo_ensure_future(&second);
    rc = rondo_gather(both, 2, 0, NULL);
    sweep_over(f);
    check(f, rc == 0 || rc == RONDO_ENOMEM);
    rondo_unref_all(both, 2);
    return rondo_sleep(0);
}

/* Whichever allocation fails: what was handed over is not said to be forgotten. */
static void coroutines_without_memory_fail_cleanly(void **state)
{
    struct fixture *f = *state;

    expect_sweep(f, sweep, 4, 30);
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_coroutine_runs_when_it_is_awaited),
        TEST(a_coroutine_is_not_run_twice),
        TEST(a_spawned_coroutine_is_not_awaited_besides),
        TEST(a_group_takes_coroutines),
        TEST(what_can_be_awaited_is_made_a_future),
        TEST(a_future_of_another_loop_is_refused),
        TEST(a_forgotten_coroutine_is_reported),
        TEST(forgotten_outside_of_a_loop_it_is_written),
        TEST(handed_to_a_closed_loop_a_coroutine_just_goes),
        TEST(a_task_knows_its_coroutine),
        TEST(a_result_without_a_place_is_dropped),
        TEST(coroutines_without_memory_fail_cleanly),
    };

    return play_all(tests);
}

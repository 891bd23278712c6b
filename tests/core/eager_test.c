/*
 * eager_test.c - tasks that start at once: EAG-*.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "gather.h"
#include "sleep.h"
#include "tests/lib/script.h"

struct fixture {
    struct script script;
};

SCRIPT_FIXTURE(fixture)

static int say_and_return(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    note(f, "runs");
    return rondo_return(out, 7);
}

static int spawn_what_ends_at_once(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value value;
    rondo_task *task = rondo_spawn(say_and_return, f, .name = "child", .eager_start = true);

    (void)n;
    note(f, "done %d", rondo_done(task));
    check(f, rondo_await(task, &value) == 0 && value.as.i == 7);
    rondo_unref(task);
    return 0;
}

/* EAG-01: the body runs inside the spawn, and may be done on return. EAG-04: it is the current task
 * meanwhile, and afterwards its creator is again. */
static void an_eager_task_may_be_done_when_spawn_returns(void **state)
{
    struct fixture *f = *state;

    spawn(f, "parent", spawn_what_ends_at_once, 0);
    expect_trace(f, "0ms child runs\n0ms parent done 1\n");
}

static int say_and_nap(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    int rc;

    (void)out;
    note(f, "begins");
    rc = rondo_sleep(10 * MS);
    note(f, "goes on with %s", rondo_err_name(rc));
    return rc;
}

static int spawn_what_suspends(void *fixture, int64_t cancel)
{
    struct fixture *f = fixture;
    rondo_task *task = rondo_spawn(say_and_nap, f, .name = "child", .eager_start = true);

    note(f, "done %d, tasks %zu", rondo_done(task), rondo_all_tasks(NULL, NULL, 0));
    if (cancel)
        check(f, rondo_cancel(task, NULL));
    note(f, "awaits: %s", rondo_err_name(rondo_await(task, NULL)));
    rondo_unref(task);
    return 0;
}

/* EAG-02: from its first suspension on it is a task like any other. EAG-05: and among all tasks. */
static void an_eager_task_that_suspends_is_a_task_like_any_other(void **state)
{
    struct fixture *f = *state;

    spawn(f, "parent", spawn_what_suspends, 0);
    expect_trace(f, "0ms child begins\n"
                    "0ms parent done 0, tasks 2\n"
                    "10ms child goes on with OK\n"
                    "10ms parent awaits: OK\n");
}

/* EAG-03: a cancel after the eager step works. */
static void an_eager_task_that_suspended_can_be_cancelled(void **state)
{
    struct fixture *f = *state;

    spawn(f, "parent", spawn_what_suspends, 1);
    expect_trace(f, "0ms child begins\n"
                    "0ms parent done 0, tasks 2\n"
                    "0ms child goes on with ECANCELED\n"
                    "0ms parent awaits: ECANCELED\n");
}

static int spawn_a_chain(void *arg, rondo_value *out)
{
    int64_t *depth = arg;
    rondo_task *task;
    int rc = 0;

    (void)out;
    if ((*depth)-- > 0) {
        task = rondo_spawn(spawn_a_chain, depth, .eager_start = true);
        rc = rondo_gather(&task, 1, 0, NULL);
        rondo_unref(task);
    }
    return rc;
}

static int count_the_iterations(void *fixture, int64_t depth)
{
    struct fixture *f = fixture;
    int before = iterations(f);
    rondo_task *task = rondo_spawn(spawn_a_chain, &depth, .eager_start = true);

    (void)rondo_done(task);
    note(f, "iterations %d", iterations(f) - before);
    check(f, rondo_await(task, NULL) == 0);
    rondo_unref(task);
    return 0;
}

/* EAG-07: gathers of tasks that end eagerly go through, one inside the other. */
static void eager_tasks_may_spawn_eagerly_in_turn(void **state)
{
    struct fixture *f = *state;

    spawn(f, "parent", count_the_iterations, 20);
    expect_trace(f, "0ms parent iterations 0\n");
}

static int say_hello(void *arg, rondo_value *out)
{
    note((struct fixture *)arg, "hello");
    return rondo_return(out, 1);
}

/* Nothing runs before the loop does: outside of it an eager task begins with the run. */
static void an_eager_task_made_before_the_run_begins_with_it(void **state)
{
    struct fixture *f = *state;
    rondo_task *task =
        rondo_eager_task_factory(f->script.loop, say_hello, f,
                                 &(rondo_spawn_options){.name = "early"}, RONDO_HERE, NULL);

    expect_noted(f, "");
    expect_trace(f, "0ms early hello\n");
    assert_int_equal(rondo_future_result(task, NULL), 0);
    rondo_unref(task);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRIPT_TEST(an_eager_task_may_be_done_when_spawn_returns, fixture),
        SCRIPT_TEST(an_eager_task_that_suspends_is_a_task_like_any_other, fixture),
        SCRIPT_TEST(an_eager_task_that_suspended_can_be_cancelled, fixture),
        SCRIPT_TEST(eager_tasks_may_spawn_eagerly_in_turn, fixture),
        SCRIPT_TEST(an_eager_task_made_before_the_run_begins_with_it, fixture),
    };

    return play_all(tests);
}

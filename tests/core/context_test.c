/*
 * context_test.c - variables that go with the flow of control: asyncio's contracts CTX-*, EAG-06.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "sleep.h"
#include "task_core.h"
#include "tests/lib/script.h"

static const rondo_var number = {.name = "number", .value = {.as.i = 0}};
static const rondo_var other = {.name = "other", .value = {.as.i = -1}};

struct fixture {
    struct script script;
    rondo_context *context;
    rondo_future *future;
    int64_t sum;
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
    rondo_context_unref(f->context);
    return script_teardown(&f->script);
}

static int get(const rondo_var *var)
{
    return (int)rondo_var_get(var).as.i;
}

static int show(void *fixture, rondo_value *out)
{
    note((struct fixture *)fixture, "%d %d", get(&number), get(&other));
    return rondo_return(out, get(&number));
}

static void show_in_callback(void *fixture)
{
    (void)show(fixture, NULL);
}

/* Show, set to 9 and show again. */
static int show_and_set(void *fixture, rondo_value *out)
{
    struct fixture *f = fixture;

    (void)show(f, NULL);
    check(f, rondo_sleep(1 * MS) == 0);
    check(f, rondo_var_set(&number, 9, NULL) == 0);
    return show(f, out);
}

static int parent(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_task *child;

    check(f, rondo_var_set(&number, n, NULL) == 0);
    child = rondo_spawn(show_and_set, f, .name = "child");
    check(f, rondo_var_set(&number, n + 1, NULL) == 0);
    (void)show(f, NULL);
    check(f, rondo_await(child, NULL) == 0);
    (void)show(f, NULL);
    rondo_unref(child);
    return 0;
}

/* CTX-01: a task runs in a copy of its creator's context, taken at the spawn. */
static void a_task_has_a_copy_from_its_spawn(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", parent, 5);
    expect_trace(f, "0ms p 6 -1\n0ms child 5 -1\n1ms child 9 -1\n1ms p 6 -1\n");
}

/* Outside a loop every variable has its default, and none can be set. */
static void outside_a_loop_there_are_only_defaults(void **state)
{
    struct fixture *f = *state;
    rondo_var_token token = {.var = NULL};

    assert_int_equal(get(&other), -1);
    assert_int_equal(rondo_var_set(&other, 5, &token), RONDO_EMISUSE);
    assert_null(token.var);
    assert_int_equal(rondo_var_reset(&token), RONDO_EMISUSE);
    rondo_var_keep(&token);
    f->context = rondo_copy_context();
    assert_int_equal(rondo_context_get(f->context, &other).as.i, -1);
    assert_int_equal(rondo_context_run(f->context, show, f, NULL), RONDO_EMISUSE);
}

static void set_in_callback(void *fixture)
{
    struct fixture *f = fixture;

    (void)show(f, NULL);
    check(f, rondo_var_set(&number, 70, NULL) == 0);
    (void)show(f, NULL);
    check(f, rondo_call_soon(rondo_get_running_loop(), show_in_callback, f) != NULL);
}

static int register_callback(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_var_set(&number, n, NULL) == 0);
    check(f, rondo_add_done_callback(f->future, set_in_callback, f) == 0);
    check(f, rondo_add_done_callback(f->future, show_in_callback, f) == 0);
    check(f, rondo_var_set(&number, n + 1, NULL) == 0);
    check(f, rondo_set_result(f->future, 1) == 0);
    check(f, rondo_sleep(1 * MS) == 0);
    return show(f, NULL);
}

/* CTX-02: a done callback runs in a copy of the context of its registration; what it sets reaches
 * neither the task nor the next callback, but what it queues itself. */
static void a_done_callback_has_the_context_of_its_registration(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", register_callback, 5);
    expect_trace(f, "0ms 5 -1\n0ms 70 -1\n0ms 5 -1\n0ms 70 -1\n1ms p 6 -1\n");
}

static int queue_callbacks(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_loop *loop = rondo_get_running_loop();

    check(f, rondo_var_set(&number, n, NULL) == 0);
    check(f, rondo_call_soon(loop, show_in_callback, f) != NULL);
    check(f, rondo_call_later(loop, 2 * MS, show_in_callback, f) != NULL);
    check(f, rondo_call_at(loop, rondo_loop_time(loop) + 3 * MS, show_in_callback, f) != NULL);
    rondo_handle_cancel(rondo_call_later(loop, 1 * MS, show_in_callback, f));
    check(f, rondo_add_done_callback(f->future, show_in_callback, f) == 0);
    check(f, rondo_remove_done_callback(f->future, show_in_callback, f) == 1);
    check(f, rondo_add_done_callback(f->future, show_in_callback, f) == 0);
    check(f, rondo_var_set(&number, n + 1, NULL) == 0);
    return 0;
}

/* CTX-02: so do call_soon, call_later and call_at; one that is taken back, or never runs, lets go
 * of what it held. */
static void a_queued_callback_has_the_context_of_its_queuing(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", queue_callbacks, 5);
    expect_trace(f, "0ms 5 -1\n2ms 5 -1\n3ms 5 -1\n");
}

static int spawn_in_callback_body(void *fixture, rondo_value *out)
{
    return show(fixture, out);
}

static void spawn_in_callback(void *fixture)
{
    struct fixture *f = fixture;

    check(f, rondo_var_set(&number, 3, NULL) == 0);
    rondo_unref(rondo_spawn(spawn_in_callback_body, f, .name = "child"));
    check(f, rondo_var_set(&number, 4, NULL) == 0);
}

static int queue_spawner(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_var_set(&other, n, NULL) == 0);
    check(f, rondo_call_soon(rondo_get_running_loop(), spawn_in_callback, f) != NULL);
    return 0;
}

/* CTX-01: a task that a callback spawns has the callback's context. */
static void a_task_spawned_by_a_callback_has_its_context(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", queue_spawner, 8);
    expect_trace(f, "0ms child 3 8\n");
}

/* Set to `n`, and see it through ten suspensions. */
static int keep_own(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    for (int64_t i = 0; i < 10; i++) {
        check(f, rondo_var_set(&number, n + i, NULL) == 0);
        check(f, rondo_sleep((n * i) % 3 * MS) == 0);
        check(f, get(&number) == n + i);
    }
    f->sum += get(&number);
    return 0;
}

static int spawn_child(void *fixture, rondo_value *out)
{
    struct fixture *f = fixture;

    (void)out;
    return keep_own(f, get(&number));
}

static int spawn_a_hundred(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    for (int64_t i = 0; i < n; i++) {
        check(f, rondo_var_set(&number, i * 100, NULL) == 0);
        rondo_unref(rondo_spawn(spawn_child, f, .name = "one"));
    }
    return 0;
}

/* CTX-03: a hundred tasks each keep their own values. */
static void a_hundred_tasks_keep_their_own_values(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", spawn_a_hundred, 100);
    expect_trace(f, "");
    assert_int_equal(f->sum, 100 * 99 / 2 * 100 + 100 * 9);
}

static int spawn_in_context(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_var_set(&number, n, NULL) == 0);
    f->context = rondo_copy_context();
    check(f, rondo_var_set(&number, n + 1, NULL) == 0);
    for (int i = 0; i < 2; i++) {
        rondo_task *child = rondo_spawn(show_and_set, f, .name = "child", .context = f->context);

        check(f, rondo_await(child, NULL) == 0);
        rondo_unref(child);
    }
    (void)show(f, NULL);
    return (int)rondo_context_get(f->context, &number).as.i;
}

/* CTX-04: a context that is given is used itself: the next task in it sees what was set. */
static void a_context_that_is_given_is_shared(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", spawn_in_context, 5);
    expect_trace(f, "0ms child 5 -1\n1ms child 9 -1\n1ms child 9 -1\n2ms child 9 -1\n2ms p 6 -1\n");
    assert_int_equal(rondo_context_get(f->context, &number).as.i, 9);
}

static int let_context_go(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_context *context = rondo_copy_context();

    rondo_unref(rondo_spawn(show_and_set, f, .name = "child", .context = context));
    rondo_context_unref(context);
    return (int)n;
}

/* CTX-04: the task holds the context it was given. */
static void a_task_holds_the_context_it_was_given(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", let_context_go, 0);
    expect_trace(f, "0ms child 0 -1\n1ms child 9 -1\n");
}

/* Run on in the context of `task`, which holds it. */
static int spawn_in_context_of(struct fixture *f, rondo_task *task)
{
    rondo_context *context = rondo_get_context(task);

    check(f, context != NULL && rondo_get_context(f->future) == NULL);
    check(f, rondo_get_context(NULL) == NULL);
    rondo_context_unref(rondo_context_ref(context)); /* a reference to it is one to the task */
    rondo_unref(rondo_spawn(show_and_set, f, .name = "heir", .context = context));
    return 0;
}

static int inherit(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_task *task = rondo_spawn(show_and_set, f, .name = "child");

    check(f, rondo_sleep(n) == 0);
    check(f, rondo_done(task) && rondo_context_get(rondo_get_context(task), &number).as.i == 9);
    check(f, spawn_in_context_of(f, task) == 0);
    rondo_unref(task);
    return 0;
}

/* TASK-21: a task can be asked for its context, which whoever runs in it holds. */
static void a_task_knows_its_context(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", inherit, 5 * MS);
    expect_trace(f, "0ms child 0 -1\n1ms child 9 -1\n5ms heir 9 -1\n6ms heir 9 -1\n");
}

static int given(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_context *context = rondo_copy_context();
    rondo_task *task = rondo_spawn(show_and_set, f, .name = "child", .context = context);

    check(f, rondo_get_context(task) == context);
    rondo_context_unref(context);
    rondo_unref(task);
    return (int)n;
}

/* TASK-21: also for one that it was given. */
static void a_task_knows_the_context_it_was_given(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", given, 0);
    expect_trace(f, "0ms child 0 -1\n1ms child 9 -1\n");
}

/* A library with a setting that is a variable: digits of a division. */
static const rondo_var digits = {.name = "digits", .value = {.as.i = 2}};

static void divide(int a, int b, char *text, size_t size)
{
    snprintf(text, size, "%.*f", get(&digits), (double)a / b);
}

static int use_library(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    char text[40];

    if (n > 0)
        check(f, rondo_var_set(&digits, n, NULL) == 0);
    check(f, rondo_sleep(0) == 0);
    divide(2, 3, text, sizeof text);
    note(f, "%s", text);
    return 0;
}

/* CTX-05: a library that keeps a setting in a variable has it per task. */
static void a_setting_in_a_variable_is_per_task(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", use_library, 4);
    spawn(f, "b", use_library, 0);
    spawn(f, "c", use_library, 1);
    expect_trace(f, "0ms a 0.6667\n0ms b 0.67\n0ms c 0.7\n");
}

static int spawn_eagerly(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_var_set(&number, n, NULL) == 0);
    rondo_unref(rondo_spawn(show_and_set, f, .name = "child", .eager_start = true));
    (void)show(f, NULL);
    check(f, rondo_sleep(2 * MS) == 0);
    return show(f, NULL);
}

/* EAG-06: an eager step runs in a copied context, like any task. */
static void an_eager_step_has_a_copied_context(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", spawn_eagerly, 5);
    expect_trace(f, "0ms child 5 -1\n0ms p 5 -1\n1ms child 9 -1\n2ms p 5 -1\n");
}

static int undo(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_var_token first, second, third;

    (void)n;
    check(f, rondo_var_set(&number, 1, &first) == 0);
    check(f, rondo_var_set(&number, 2, &second) == 0);
    check(f, rondo_var_set(&other, 3, &third) == 0);
    check(f, rondo_var_reset(&third) == 0);
    (void)show(f, NULL);
    check(f, rondo_var_reset(&second) == 0);
    (void)show(f, NULL);
    check(f, rondo_var_reset(&first) == 0);
    check(f, rondo_var_reset(&first) == RONDO_EMISUSE);
    return show(f, NULL);
}

/* A token gives the variable back what it had before; it works once. */
static void a_token_undoes_one_set_once(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", undo, 0);
    expect_trace(f, "0ms p 2 -1\n0ms p 1 -1\n0ms p 0 -1\n");
    assert_null(task_of(role(f, "p"))->context->bindings);
}

static int undo_out_of_order(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_var_token first, second, third;

    (void)n;
    check(f, rondo_var_set(&number, 1, &first) == 0);
    check(f, rondo_var_set(&other, 2, &second) == 0);
    check(f, rondo_var_set(&number, 3, &third) == 0);
    check(f, rondo_var_reset(&first) == 0);
    (void)show(f, NULL);
    check(f, rondo_var_reset(&third) == 0);
    (void)show(f, NULL);
    check(f, rondo_var_reset(&second) == 0);
    return show(f, NULL);
}

/* Out of order too; other variables keep what they were set to (own probe of CPython). */
static void tokens_may_be_used_out_of_order(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", undo_out_of_order, 0);
    expect_trace(f, "0ms p 0 2\n0ms p 1 2\n0ms p 1 -1\n");
}

struct foreign_token {
    struct fixture *f;
    rondo_var_token token;
};

static int reset_foreign(void *arg, rondo_value *out)
{
    struct foreign_token *foreign = arg;

    (void)out;
    check(foreign->f, rondo_var_reset(&foreign->token) == RONDO_EMISUSE);
    return 0;
}

static void reset_foreign_in_callback(void *arg)
{
    (void)reset_foreign(arg, NULL);
}

static void set_with_token_in_callback(void *arg)
{
    struct foreign_token *foreign = arg;

    check(foreign->f, rondo_var_set(&number, 3, &foreign->token) == 0);
}

static int pass_token(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    struct foreign_token foreign = {.f = f};
    rondo_loop *loop = rondo_get_running_loop();
    rondo_task *child;

    check(f, rondo_var_set(&number, n, &foreign.token) == 0);
    child = rondo_spawn(reset_foreign, &foreign, .name = "child");
    check(f, rondo_call_soon(loop, reset_foreign_in_callback, &foreign) != NULL);
    check(f, rondo_await(child, NULL) == 0);
    rondo_unref(child);
    check(f, rondo_sleep(0) == 0);
    (void)show(f, NULL);
    check(f, rondo_var_reset(&foreign.token) == 0);
    check(f, rondo_call_soon(loop, set_with_token_in_callback, &foreign) != NULL);
    check(f, rondo_call_soon(loop, reset_foreign_in_callback, &foreign) != NULL);
    check(f, rondo_sleep(1 * MS) == 0);
    rondo_var_keep(&foreign.token);
    return show(f, NULL);
}

/* A token is good in its own context only; not in a copy, and not in the next callback either,
 * which may well lie at the same address. */
static void a_token_is_refused_in_another_context(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", pass_token, 5);
    expect_trace(f, "0ms p 5 -1\n1ms p 0 -1\n");
}

static int set_to_argument(void *arg, rondo_value *out)
{
    RONDO_TRY(rondo_var_set(&number, (int64_t)(intptr_t)arg, NULL));
    RONDO_TRY(rondo_sleep(2 * MS));
    return rondo_return(out, get(&number));
}

static int run_in_context(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value value = {.as.i = 0};

    check(f, rondo_var_set(&number, n, NULL) == 0);
    f->context = rondo_copy_context();
    check(f, rondo_context_run(f->context, set_to_argument, (void *)8, &value) == 0);
    check(f, value.as.i == 8);
    (void)show(f, NULL);
    check(f, rondo_context_run(f->context, show, f, NULL) == 0);
    check(f, rondo_context_run(NULL, show, f, NULL) == RONDO_ENOMEM);
    return show(f, NULL);
}

static int show_after(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_sleep(n) == 0);
    return show(f, NULL);
}

/* What runs in a context sets there and not outside, over suspensions, while others run in
 * theirs. */
static void what_runs_in_a_context_sets_there(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", run_in_context, 5);
    spawn(f, "q", show_after, 1 * MS);
    expect_trace(f, "1ms q 0 -1\n2ms p 5 -1\n2ms p 8 -1\n2ms p 5 -1\n");
    assert_int_equal(rondo_context_get(f->context, &number).as.i, 8);
}

static int run_itself_again(void *fixture, rondo_value *out)
{
    struct fixture *f = fixture;

    (void)out;
    check(f, rondo_var_set(&number, 4, NULL) == 0);
    return rondo_context_run(f->context, show, f, NULL);
}

static void run_in_callback(void *fixture)
{
    struct fixture *f = fixture;

    check(f, rondo_context_run(f->context, run_itself_again, f, NULL) == 0);
    (void)show(f, NULL);
}

static int queue_run(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    f->context = rondo_copy_context();
    check(f, rondo_var_set(&number, n, NULL) == 0);
    check(f, rondo_call_soon(rondo_get_running_loop(), run_in_callback, f) != NULL);
    return 0;
}

/* A callback may run something in a context too; a context may be entered again. */
static void a_context_may_be_entered_in_a_callback_and_again(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", queue_run, 5);
    expect_trace(f, "0ms 4 -1\n0ms 5 -1\n");
}

static int drops;

static void count_drop(void *p)
{
    (void)p;
    drops++;
}

static int own_values(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_var_token token;

    (void)n;
    check(f, rondo_var_set_value(&number, rondo_value_owned(f, count_drop), &token) == 0);
    check(f, rondo_var_get(&number).as.p == f && rondo_var_get(&number).drop == NULL);
    rondo_unref(rondo_spawn(show_and_set, f, .name = "child"));
    check(f, rondo_var_reset(&token) == 0);
    check(f, drops == 0); /* the child has it */
    check(f, rondo_var_set_value(&other, rondo_value_owned(f, count_drop), &token) == 0);
    check(f, rondo_var_set(&other, 1, NULL) == 0);
    check(f, drops == 0); /* the token has it */
    rondo_var_keep(&token);
    rondo_var_keep(&token);
    check(f, drops == 1);
    return 0;
}

/* A value that owns memory is dropped once, when nothing holds it any more. */
static void a_value_is_dropped_when_nothing_holds_it(void **state)
{
    struct fixture *f = *state;

    drops = 0;
    spawn(f, "p", own_values, 0);
    script_play(&f->script);
    assert_int_equal(drops, 2);
    assert_null(strstr(f->script.text, "BROKEN"));
}

static int return_owned(void *arg, rondo_value *out)
{
    return rondo_return_owned(out, arg, count_drop);
}

static int ignore_result(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    f->context = rondo_copy_context();
    return rondo_context_run(f->context, return_owned, f, NULL) + (int)n;
}

/* So is a result of a run in a context that nobody wants. */
static void a_result_that_nobody_wants_is_dropped(void **state)
{
    struct fixture *f = *state;

    drops = 0;
    spawn(f, "p", ignore_result, 0);
    expect_trace(f, "");
    assert_int_equal(drops, 1);
}

static void handle_failure(rondo_loop *loop, const rondo_exception *exception, void *fixture)
{
    (void)loop;
    note((struct fixture *)fixture, "%s %d", rondo_err_name(exception->code), get(&number));
}

static int fail_later(void *fixture, rondo_value *out)
{
    (void)fixture;
    (void)out;
    RONDO_TRY(rondo_sleep(2 * MS));
    return RONDO_EUSER - 1;
}

static void report_in_callback(void *fixture)
{
    (void)fixture;
    rondo_report(RONDO_EUSER - 2, "no luck");
}

static int call_then_fail(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_var_set(&number, n, NULL) == 0);
    check(f, rondo_call_soon(rondo_get_running_loop(), report_in_callback, f) != NULL);
    rondo_unref(rondo_spawn(fail_later, f, .name = "child"));
    return 0;
}

/* FUT-22: the exception handler sees the variables of the task or callback it is told about, though
 * the loop itself runs in no context. */
static void a_handler_sees_the_variables_of_what_it_is_told_about(void **state)
{
    struct fixture *f = *state;

    rondo_loop_set_exception_handler(f->script.loop, handle_failure, f);
    spawn(f, "p", call_then_fail, 5);
    expect_trace(f, "0ms EUSER-2 5\n2ms EUSER-1 5\n");
}

static int never_set(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    size_t before = f->script.memory.live;

    (void)n;
    check(f, get(&number) == 0);
    check(f, f->script.memory.live == before);
    check(f, task_current()->context->bindings == NULL);
    return 0;
}

/* A program that sets nothing allocates nothing for it. */
static void a_program_that_sets_nothing_pays_nothing(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", never_set, 0);
    expect_trace(f, "");
}

static int set_a_thousand_times(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    size_t before;

    check(f, rondo_var_set(&number, 0, NULL) == 0);
    before = f->script.memory.live;
    for (int64_t i = 0; i < n; i++)
        check(f, rondo_var_set(&number, i, NULL) == 0);
    check(f, f->script.memory.live == before);
    return 0;
}

/* Setting a variable over and over does not grow. */
static void setting_over_and_over_does_not_grow(void **state)
{
    struct fixture *f = *state;

    spawn(f, "p", set_a_thousand_times, 1000);
    expect_trace(f, "");
}

/* Everything that allocates, failing the `n`-th allocation; what fails changes nothing. */
static int sweep(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_var_token token = {.var = NULL}, later = {.var = NULL};
    rondo_context *context;
    int rc;

    memory_fail(&f->script.memory, (size_t)n);
    rc = rondo_var_set_value(&number, rondo_value_owned(f, count_drop), &token);
    check(f, rc == 0 || (rc == RONDO_ENOMEM && token.var == NULL && get(&number) == 0));
    drops += rc < 0; /* it is still ours */
    rc = rondo_var_set(&other, 7, &later);
    check(f, rc == 0 || (rc == RONDO_ENOMEM && get(&other) == -1));
    rc = token.var != NULL ? rondo_var_reset(&token) : 0;
    check(f, rc == 0 || (rc == RONDO_ENOMEM && token.var != NULL));
    context = rondo_copy_context();
    rc = rondo_context_run(context, set_to_argument, (void *)8, NULL);
    check(f, rc == 0 || rc == RONDO_ENOMEM);
    sweep_over(f);
    check(f, token.var == NULL || rondo_var_reset(&token) == 0);
    check(f, get(&number) == 0);
    rondo_var_keep(&later);
    rondo_context_unref(context);
    return 0;
}

/* Whichever allocation fails: a clean code, nothing changed, and nothing is left. */
static void without_memory_nothing_changes(void **state)
{
    struct fixture *f = *state;
    int64_t n;

    drops = 0;
    n = expect_sweep(f, sweep, 6, 30);
    assert_int_equal(drops, n - 1);
}

static int never_ends(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    check(f, rondo_var_set_value(&number, rondo_value_owned(f, count_drop), NULL) == 0);
    check(f, rondo_add_done_callback(f->future, show_in_callback, f) == 0);
    check(f, rondo_call_later(rondo_get_running_loop(), n, show_in_callback, f) != NULL);
    rondo_loop_stop(rondo_get_running_loop());
    return rondo_sleep(RONDO_S(100));
}

/* A loop that is closed under its tasks and callbacks lets go of their contexts. */
static void closing_the_loop_lets_go_of_contexts(void **state)
{
    struct fixture *f = *state;

    drops = 0;
    spawn(f, "p", never_ends, RONDO_S(9));
    script_play(&f->script);
    expect_noted(f, "");
    assert_int_equal(drops, 0);
}

static int set_again_and_again(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    size_t most;

    check(f, rondo_var_set(&number, 1, NULL) == 0);
    check(f, rondo_var_set(&number, 2, NULL) == 0);
    most = f->script.memory.largest;
    for (int64_t i = 0; i < n; i++)
        check(f, rondo_var_set(&number, i, NULL) == 0);
    check(f, f->script.memory.largest == most);
    return 0;
}

/* A variable has one place in a context, however often it is set. */
static void a_variable_that_is_set_again_takes_no_more_room(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", set_again_and_again, 50);
    expect_trace(f, "");
}

static void set_to_five(void *fixture)
{
    check((struct fixture *)fixture, rondo_var_set(&number, 5, NULL) == 0);
}

/* CTX-02: what a callback sets is seen by nobody else, nor between two turns of the loop. */
static void what_a_callback_sets_ends_with_it(void **state)
{
    struct fixture *f = *state;

    rondo_call_soon(f->script.loop, set_to_five, f);
    assert_int_equal(rondo_loop_enter(f->script.loop), 0);
    assert_int_equal(rondo_loop_turn(f->script.loop), 0);
    assert_int_equal(get(&number), 0);
    rondo_call_soon(f->script.loop, show_in_callback, f);
    assert_int_equal(rondo_loop_turn(f->script.loop), 0);
    assert_int_equal(rondo_loop_leave(f->script.loop), 0);
    expect_noted(f, "0ms 0 -1\n");
}

static int reset_without_memory(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_var_token token;

    (void)n;
    check(f, rondo_var_set(&number, 1, &token) == 0);
    check(f, rondo_var_set(&other, 2, NULL) == 0); /* so that more has to be undone than the last */
    memory_fail(&f->script.memory, 1);
    check(f, rondo_var_reset(&token) == RONDO_ENOMEM);
    check(f, get(&number) == 1 && get(&other) == 2);
    memory_fail(&f->script.memory, 0);
    check(f, rondo_var_reset(&token) == 0);
    check(f, get(&number) == 0 && get(&other) == 2);
    return 0;
}

/* A reset that finds no memory says so, changes nothing, and can be made again. */
static void a_reset_without_memory_changes_nothing(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", reset_without_memory, 0);
    expect_trace(f, "");
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_task_has_a_copy_from_its_spawn),
        TEST(outside_a_loop_there_are_only_defaults),
        TEST(a_done_callback_has_the_context_of_its_registration),
        TEST(a_queued_callback_has_the_context_of_its_queuing),
        TEST(a_task_spawned_by_a_callback_has_its_context),
        TEST(a_hundred_tasks_keep_their_own_values),
        TEST(a_context_that_is_given_is_shared),
        TEST(a_task_holds_the_context_it_was_given),
        TEST(a_task_knows_its_context),
        TEST(a_task_knows_the_context_it_was_given),
        TEST(a_setting_in_a_variable_is_per_task),
        TEST(an_eager_step_has_a_copied_context),
        TEST(a_token_undoes_one_set_once),
        TEST(tokens_may_be_used_out_of_order),
        TEST(a_token_is_refused_in_another_context),
        TEST(what_runs_in_a_context_sets_there),
        TEST(a_context_may_be_entered_in_a_callback_and_again),
        TEST(a_value_is_dropped_when_nothing_holds_it),
        TEST(a_result_that_nobody_wants_is_dropped),
        TEST(a_handler_sees_the_variables_of_what_it_is_told_about),
        TEST(a_program_that_sets_nothing_pays_nothing),
        TEST(setting_over_and_over_does_not_grow),
        TEST(without_memory_nothing_changes),
        TEST(closing_the_loop_lets_go_of_contexts),
        TEST(a_variable_that_is_set_again_takes_no_more_room),
        TEST(what_a_callback_sets_ends_with_it),
        TEST(a_reset_without_memory_changes_nothing),
    };

    return play_all(tests);
}

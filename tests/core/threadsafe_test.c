/*
 * threadsafe_test.c - loops and other threads: asyncio's contracts LOOP-29, 30, 35, EXE-07 to 09,
 * OWN-10.
 *
 * The other thread is one of an executor. Who has to wait for whom is enforced by semaphores and by
 * results.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/stack.h"
#include "context.h"
#include "executor.h"
#include "future.h"
#include "handler.h"
#include "observe.h"
#include "queue.h"
#include "run.h"
#include "sleep.h"
#include "tests/lib/notes.h"
#include "threadsafe.h"

struct fixture {
    struct notes notes;
    rondo_executor *pool;
    rondo_loop *loop;
    rondo_concurrent *result;
    rondo_future *future;
    rondo_queue queue;
    uv_sem_t go;
    int dropped;
    int64_t slept_ns; /* until the item was taken */
};

NOTES_FIXTURE

static const rondo_var user = {.name = "user", .value = {.as.text = "nobody"}};

/* Have `fn` run beside the main thread, with a loop in f->loop; wait until it is over. */
static void run_beside_loop(struct fixture *f, rondo_fn beside)
{
    rondo_concurrent *over;

    uv_sem_init(&f->go, 0);
    f->pool = rondo_executor_new("beside", 1);
    f->loop = rondo_loop_new();
    assert_int_equal(rondo_executor_submit(f->pool, beside, f, &over), 0);
    assert_int_equal(rondo_loop_run_forever(f->loop), 0);
    assert_int_equal(rondo_concurrent_result(over, RONDO_FOREVER, NULL), 0);
    rondo_concurrent_unref(over);
    rondo_loop_close(f->loop);
    rondo_executor_shutdown(f->pool, false);
    uv_sem_destroy(&f->go);
}

static void stop(void *arg)
{
    rondo_loop_stop(((struct fixture *)arg)->loop);
}

static int end_loop(struct fixture *f)
{
    return rondo_call_soon_threadsafe(f->loop, stop, f);
}

static void says_hello(void *arg)
{
    struct fixture *f = arg;

    check(f, rondo_get_running_loop() == f->loop);
    note(f, "hello of %s", rondo_var_get(&user).as.text);
}

static void says_world(void *arg)
{
    note((struct fixture *)arg, "world");
}

/* ---- callbacks ---- */

static int call_a_sleeping_loop(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    check(f, rondo_var_set(&user, "thread", NULL) == 0);
    for (int i = 0; i < 2; i++)
        check(f, rondo_call_soon_threadsafe(f->loop, i == 0 ? says_hello : says_world, f) == 0);
    return end_loop(f);
}

/* LOOP-29: a loop that has nothing to do sleeps until another thread calls; the calls keep their
 * order, and the context of who made them. */
static void a_call_from_another_thread_wakes_the_loop(void **state)
{
    struct fixture *f = *state;

    run_beside_loop(f, call_a_sleeping_loop);
    assert_string_equal(f->notes.text, "hello of thread\n"
                                       "world\n");
}

/* LOOP-29: from the loop's own thread it keeps its place among the calls of call_soon(), before the
 * loop runs and while it does. */
static void of_the_same_thread_the_order_is_kept(void **state)
{
    struct fixture *f = *state;

    f->loop = rondo_loop_new();
    assert_int_equal(rondo_call_soon_threadsafe(f->loop, says_hello, f), 0);
    rondo_call_soon(f->loop, says_world, f);
    assert_int_equal(rondo_call_soon_threadsafe(f->loop, says_hello, f), 0);
    rondo_call_soon(f->loop, stop, f);
    assert_int_equal(rondo_loop_run_forever(f->loop), 0);
    rondo_loop_close(f->loop);
    assert_string_equal(f->notes.text, "hello of nobody\n"
                                       "world\n"
                                       "hello of nobody\n");
}

static void a_call_that_the_loop_never_makes_is_dropped(void **state)
{
    struct fixture *f = *state;

    f->loop = rondo_loop_new();
    assert_int_equal(rondo_call_soon_threadsafe(f->loop, NULL, f), RONDO_EINVAL);
    assert_int_equal(rondo_call_soon_threadsafe(f->loop, says_hello, f), 0);
    memory_fail(&f->notes.memory, 1);
    assert_int_equal(rondo_call_soon_threadsafe(f->loop, says_hello, f), RONDO_ENOMEM);
    memory_fail(&f->notes.memory, 0);
    rondo_loop_close(f->loop);
    assert_string_equal(f->notes.text, "");
}

static int call_as_if_it_were_ours(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    uv_sem_wait(&f->go);
    check(f, rondo_call_soon(f->loop, says_hello, f) == NULL);
    check(f, rondo_call_later(f->loop, 0, says_hello, f) == NULL);
    check(f, rondo_call_at(f->loop, 0, says_hello, f) == NULL);
    note(f, "refused");
    return end_loop(f);
}

static void let_go_on(void *arg)
{
    uv_sem_post(&((struct fixture *)arg)->go);
}

/* LOOP-30: in debug mode a call from a thread that does not run the loop is refused. */
static void debug_mode_refuses_calls_from_a_foreign_thread(void **state)
{
    struct fixture *f = *state;
    rondo_concurrent *over;

    uv_sem_init(&f->go, 0);
    f->pool = rondo_executor_new("beside", 1);
    f->loop = rondo_loop_new();
    rondo_loop_set_debug(f->loop, true);
    rondo_call_soon(f->loop, let_go_on, f); /* the loop runs */
    assert_int_equal(rondo_executor_submit(f->pool, call_as_if_it_were_ours, f, &over), 0);
    assert_int_equal(rondo_loop_run_forever(f->loop), 0);
    rondo_concurrent_unref(over);
    rondo_executor_shutdown(f->pool, false);
    assert_non_null(rondo_call_soon(f->loop, says_hello, f)); /* it does not run: not checked */
    rondo_loop_close(f->loop);
    uv_sem_destroy(&f->go);
    assert_string_equal(f->notes.text, "refused\n");
}

/* ---- a loop each ---- */

static int sleep_and_answer(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    check(f, rondo_get_running_loop() != f->loop);
    check(f, rondo_get_running_loop() != NULL);
    RONDO_TRY(rondo_sleep(RONDO_MS(1)));
    return rondo_return(out, 42);
}

static int run_a_loop_of_ones_own(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_value value = {.as.i = 0};

    (void)out;
    check(f, rondo_get_running_loop() == NULL);
    check(f, rondo_run(sleep_and_answer, f, &value) == 0);
    check(f, value.as.i == 42);
    check(f, rondo_get_running_loop() == NULL);
    return end_loop(f);
}

static int make_a_loop_without_memory(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    for (size_t n = 1; n < 3; n++) { /* itself; of libuv, simulated */
        rondo_loop *loop;

        memory_fail(&f->notes.memory, n);
        loop = rondo_loop_new();
        memory_fail(&f->notes.memory, 0);
        check(f, loop == NULL || n > 1);
        if (loop != NULL)
            rondo_loop_close(loop);
    }
    return 0;
}

static void without_memory_a_thread_has_no_loop(void **state)
{
    struct fixture *f = *state;
    rondo_concurrent *result;

    f->pool = rondo_executor_new("pool", 1);
    assert_int_equal(rondo_executor_submit(f->pool, make_a_loop_without_memory, f, &result), 0);
    assert_int_equal(rondo_concurrent_result(result, RONDO_FOREVER, NULL), 0);
    rondo_concurrent_unref(result);
    rondo_executor_shutdown(f->pool, false);
    assert_string_equal(f->notes.text, "");
}

/* LOOP-35: while one thread runs a loop, another has none, and may run its own. */
static void each_thread_has_a_running_loop_of_its_own(void **state)
{
    struct fixture *f = *state;

    run_beside_loop(f, run_a_loop_of_ones_own);
    assert_string_equal(f->notes.text, "");
}

static int spawn_and_wait(void *arg, rondo_value *out)
{
    rondo_task *tasks[20];

    for (int round = 0; round < 50; round++) {
        for (size_t i = 0; i < 20; i++)
            tasks[i] = rondo_spawn(sleep_and_answer, arg);
        RONDO_TRY(rondo_await(tasks[19], out));
        rondo_unref_all(tasks, 20);
    }
    return 0;
}

static int many_tasks(void *arg, rondo_value *out)
{
    return rondo_run(spawn_and_wait, arg, out);
}

/* Stacks come from one pool. */
static void loops_of_several_threads_do_not_disturb_each_other(void **state)
{
    struct fixture *f = *state;
    rondo_concurrent *results[3];

    f->pool = rondo_executor_new("loops", 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(rondo_executor_submit(f->pool, many_tasks, f, &results[i]), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(rondo_concurrent_result(results[i], RONDO_FOREVER, NULL), 0);
        rondo_concurrent_unref(results[i]);
    }
    rondo_executor_shutdown(f->pool, false);
    assert_string_equal(f->notes.text, "");
}

/* ---- coroutines for a loop ---- */

static int add_up(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    check(f, rondo_get_running_loop() == f->loop);
    RONDO_TRY(rondo_sleep(RONDO_MS(1)));
    return rondo_return(out, 42);
}

static int fail_in_words(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return rondo_fail(RONDO_EUSER, "no such row");
}

static int wait_for_ever(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    int rc = rondo_sleep(RONDO_FOREVER);

    (void)out;
    note(f, "%s ends with %s", rondo_get_name(rondo_current_task()), rondo_err_name(rc));
    uv_sem_post(&f->go);
    return rc;
}

static int give_in(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    rondo_cancel(rondo_current_task(), "tired");
    return rondo_sleep(0);
}

static int ask(struct fixture *f, rondo_fn fn, rondo_value *value)
{
    rondo_concurrent *result = rondo_run_coroutine_threadsafe(f->loop, fn, f);
    int rc = rondo_concurrent_result(result, RONDO_FOREVER, value);

    rondo_concurrent_unref(result);
    return rc;
}

static void note_report(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    (void)loop;
    check((struct fixture *)arg, exception->here != NULL);
    note((struct fixture *)arg, "%s: %s", exception->message, rondo_err_name(exception->code));
}

static void report_here(void *arg)
{
    struct fixture *f = arg;

    rondo_loop_set_exception_handler(f->loop, note_report, f);
}

static int commission(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_value value = {.as.i = 0};
    rondo_concurrent *result;
    char name[] = "patient";

    (void)out;
    check(f, rondo_call_soon_threadsafe(f->loop, report_here, f) == 0);
    check(f, ask(f, add_up, &value) == 0 && value.as.i == 42);
    check(f, ask(f, fail_in_words, NULL) == RONDO_EUSER);
    check(f, strcmp(rondo_error_text(), "no such row") == 0);
    check(f, ask(f, give_in, NULL) == RONDO_ECANCELED);
    result = rondo_run_coroutine_threadsafe(f->loop, wait_for_ever, f, .name = name);
    memset(name, 'x', sizeof name - 1); /* copied */
    check(f, rondo_concurrent_result(result, 0, NULL) == RONDO_ETIMEDOUT);
    check(f, rondo_concurrent_result(result, RONDO_MS(20), NULL) == RONDO_ETIMEDOUT);
    check(f, rondo_concurrent_cancel(result));
    check(f, rondo_concurrent_result(result, 0, NULL) == RONDO_ECANCELED);
    rondo_concurrent_unref(result);
    uv_sem_wait(&f->go); /* the task hears of it a little later */
    check(f, rondo_run_coroutine_threadsafe(f->loop, NULL, f) == NULL);
    return end_loop(f);
}

/* EXE-07: a thread gets the value, the failure and the cancellation of a coroutine that it hands to
 * a loop, has patience of its own, and may cancel it. */
static void a_thread_may_commission_a_coroutine(void **state)
{
    struct fixture *f = *state;

    run_beside_loop(f, commission);
    assert_string_equal(f->notes.text, "patient ends with ECANCELED\n");
}

static void what_is_cancelled_before_it_begins_never_runs(void **state)
{
    struct fixture *f = *state;
    rondo_concurrent *result;

    f->loop = rondo_loop_new();
    result = rondo_run_coroutine_threadsafe(f->loop, wait_for_ever, f);
    rondo_concurrent_cancel(result);
    rondo_call_soon(f->loop, stop, f);
    assert_int_equal(rondo_loop_run_forever(f->loop), 0);
    rondo_loop_close(f->loop);
    rondo_concurrent_unref(result);
    assert_string_equal(f->notes.text, "");
}

/* EXE-08: there is no stack of that size; the thread and the handler of the loop learn it. */
static void a_task_that_cannot_be_made_is_told_to_both(void **state)
{
    struct fixture *f = *state;
    rondo_concurrent *result;

    f->loop = rondo_loop_new();
    rondo_loop_set_exception_handler(f->loop, note_report, f);
    result = rondo_run_coroutine_threadsafe(f->loop, add_up, f, .stack_size = SIZE_MAX);
    rondo_call_soon(f->loop, stop, f);
    assert_int_equal(rondo_loop_run_forever(f->loop), 0);
    assert_int_equal(rondo_concurrent_result(result, 0, NULL), RONDO_ENOMEM);
    rondo_loop_close(f->loop);
    rondo_concurrent_unref(result);
    assert_string_equal(f->notes.text, "no task for another thread's coroutine: ENOMEM\n");
}

/* One has not begun, one is under way, one has ended and nobody was told yet. */
static void a_loop_that_closes_tells_who_commissioned(void **state)
{
    struct fixture *f = *state;
    rondo_concurrent *early, *late, *ended;

    f->loop = rondo_loop_new();
    early = rondo_run_coroutine_threadsafe(f->loop, wait_for_ever, f);
    ended = rondo_run_coroutine_threadsafe(f->loop, fail_in_words, f, .eager_start = true);
    rondo_call_soon(f->loop, stop, f);
    assert_int_equal(rondo_loop_run_forever(f->loop), 0);
    late = rondo_run_coroutine_threadsafe(f->loop, wait_for_ever, f);
    rondo_loop_close(f->loop);
    assert_int_equal(rondo_concurrent_result(early, 0, NULL), RONDO_ECLOSED);
    assert_string_equal(rondo_concurrent_error_text(early), "the loop is closed");
    assert_string_equal(rondo_concurrent_error_text(late), "the loop is closed");
    assert_int_equal(rondo_concurrent_result(late, 0, NULL), RONDO_ECLOSED);
    assert_int_equal(rondo_concurrent_result(ended, 0, NULL), RONDO_EUSER);
    rondo_concurrent_unref(early);
    rondo_concurrent_unref(late);
    rondo_concurrent_unref(ended);
    assert_string_equal(f->notes.text, "");
}

/* The task stands; the cancel of its result is on its way when the loop closes. */
static void a_loop_may_close_while_a_cancel_is_on_its_way(void **state)
{
    struct fixture *f = *state;

    f->loop = rondo_loop_new();
    f->result = rondo_run_coroutine_threadsafe(f->loop, wait_for_ever, f);
    for (int i = 0; i < 2; i++) {
        rondo_call_soon(f->loop, stop, f);
        assert_int_equal(rondo_loop_run_forever(f->loop), 0);
    }
    assert_true(rondo_concurrent_cancel(f->result));
    rondo_loop_close(f->loop);
    rondo_concurrent_unref(f->result);
    assert_string_equal(f->notes.text, "");
}

static void cancel_result(void *arg)
{
    struct fixture *f = arg;

    check(f, rondo_concurrent_cancel(f->result));
}

static int own(void *arg, rondo_value *out);

/* The task has ended when its result is cancelled, and its loop has not told yet. */
static void a_cancel_may_overtake_the_end_of_the_task(void **state)
{
    struct fixture *f = *state;

    f->loop = rondo_loop_new();
    f->result = rondo_run_coroutine_threadsafe(f->loop, own, f, .eager_start = true);
    rondo_call_soon(f->loop, cancel_result, f);
    for (int i = 0; i < 3; i++) {
        rondo_call_soon(f->loop, stop, f);
        assert_int_equal(rondo_loop_run_forever(f->loop), 0);
    }
    assert_true(rondo_concurrent_cancelled(f->result));
    assert_int_equal(f->dropped, 1);
    rondo_loop_close(f->loop);
    rondo_concurrent_unref(f->result);
}

static void count_drop(void *p)
{
    ++*(int *)p;
}

static int own(void *arg, rondo_value *out)
{
    return rondo_return_owned(out, &((struct fixture *)arg)->dropped, count_drop);
}

static void the_value_of_the_task_is_handed_to_the_result(void **state)
{
    struct fixture *f = *state;
    rondo_concurrent *result;
    rondo_value value;

    f->loop = rondo_loop_new();
    result = rondo_run_coroutine_threadsafe(f->loop, own, f, .eager_start = true);
    rondo_call_soon(f->loop, stop, f);
    assert_int_equal(rondo_loop_run_forever(f->loop), 0);
    rondo_loop_close(f->loop);
    assert_int_equal(rondo_concurrent_result(result, 0, &value), 0);
    assert_int_equal(f->dropped, 0);
    rondo_concurrent_unref(result);
    assert_int_equal(f->dropped, 1);
}

static void without_memory_nothing_is_commissioned(void **state)
{
    struct fixture *f = *state;
    rondo_concurrent *result;
    size_t n = 0;

    f->loop = rondo_loop_new();
    do {
        memory_fail(&f->notes.memory, ++n);
        result = rondo_run_coroutine_threadsafe(f->loop, add_up, f, .name = "named");
        memory_fail(&f->notes.memory, 0);
    } while (result == NULL);
    assert_int_equal(n, 5);
    rondo_loop_close(f->loop);
    rondo_concurrent_unref(result);
}

/* ---- who is stuck ---- */

static void complete_plainly(void *arg)
{
    rondo_set_result((rondo_future *)arg, 42);
}

static int complete_through_the_loop(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    uv_sleep(20); /* the loop has nothing to do meanwhile */
    return rondo_call_soon_threadsafe(f->loop, complete_plainly, f->future);
}

static int wait_for_a_thread_then_for_nobody(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    f->loop = rondo_get_running_loop();
    f->future = rondo_create_future(NULL);
    RONDO_TRY(rondo_executor_submit(f->pool, complete_through_the_loop, f, &f->result));
    check(f, rondo_await(f->future, NULL) == 0);
    check(f, rondo_concurrent_result(f->result, RONDO_FOREVER, NULL) == 0);
    rondo_concurrent_unref(f->result);
    rondo_unref(f->future);
    note(f, "waits for nobody");
    return rondo_sleep(RONDO_FOREVER);
}

static int wait_for_the_cancel(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    uv_sem_wait(&f->go); /* there is something to wait for */
    check(f, rondo_concurrent_result(f->result, RONDO_FOREVER, NULL) == RONDO_ECANCELED);
    return 0;
}

/* What a shutdown cancels in line is owed by nobody. */
static void cancel_in_line(struct fixture *f)
{
    uv_sem_init(&f->go, 0);
    f->pool = rondo_executor_new("beside", 1);
    assert_int_equal(rondo_executor_submit(f->pool, wait_for_the_cancel, f, NULL), 0);
    assert_int_equal(rondo_executor_submit(f->pool, wait_for_the_cancel, f, &f->result), 0);
    uv_sem_post(&f->go);
    rondo_executor_shutdown(f->pool, true);
    rondo_concurrent_unref(f->result);
    uv_sem_destroy(&f->go);
}

/* Under an observer that ends runs in which nothing can happen. */
static void a_loop_that_a_thread_owes_something_is_not_stuck(void **state)
{
    struct fixture *f = *state;

    cancel_in_line(f);
    f->pool = rondo_executor_new("beside", 1);
    observer = ground_observer();
    assert_int_equal(rondo_run(wait_for_a_thread_then_for_nobody, f, NULL), RONDO_EDEADLOCK);
    observer = NULL;
    rondo_executor_shutdown(f->pool, false);
    assert_string_equal(f->notes.text, "waits for nobody\n");
}

/* ---- wrap_future ---- */

static void complete(void *arg)
{
    rondo_concurrent_set_result(((struct fixture *)arg)->result, 42);
}

static void says_first(void *arg)
{
    note((struct fixture *)arg, "first");
}

static void says_second(void *arg)
{
    note((struct fixture *)arg, "second");
}

static int wrap_twice(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_future *first, *second;

    (void)out;
    f->result = rondo_concurrent_new();
    first = rondo_wrap_future(f->result, NULL);
    second = rondo_wrap_future(f->result, NULL);
    rondo_add_done_callback(second, says_second, f);
    rondo_add_done_callback(first, says_first, f);
    rondo_concurrent_set_result(f->result, 1);
    RONDO_TRY(rondo_await(second, NULL));
    rondo_unref(first);
    rondo_unref(second);
    rondo_concurrent_unref(f->result);
    return 0;
}

static void futures_hear_in_the_order_in_which_they_were_wrapped(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_run(wrap_twice, f, NULL), 0);
    assert_string_equal(f->notes.text, "first\nsecond\n");
}

static int wait_for_another(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_future *first, *second;
    rondo_value value = {.as.i = 0};

    (void)out;
    f->result = rondo_concurrent_new();
    first = rondo_wrap_future(f->result, NULL);
    rondo_call_soon(rondo_get_running_loop(), complete, f);
    check(f, rondo_await(first, &value) == 0 && value.as.i == 42);
    second = rondo_wrap_future(f->result, NULL); /* of one that is done */
    check(f, !rondo_done(second));
    check(f, rondo_await(second, &value) == 0 && value.as.i == 42);
    rondo_concurrent_unref(f->result); /* the futures hold it */
    check(f, rondo_future_result(first, &value) == 0 && value.as.i == 42);
    rondo_unref(first);
    rondo_unref(second);
    check(f, rondo_wrap_future(NULL, NULL) == NULL);
    return 0;
}

/* EXE-09: a result of another thread is bridged to a future of the loop; what is of the loop
 * already has another type here, and need not be. */
static void a_loop_waits_for_a_result_of_another_thread(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_run(wait_for_another, f, NULL), 0);
    assert_string_equal(f->notes.text, "");
}

static int cancel_from_the_loop(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_future *future;

    (void)out;
    for (int running = 0; running < 2; running++) {
        f->result = rondo_concurrent_new();
        if (running)
            rondo_concurrent_set_running(f->result);
        future = rondo_wrap_future(f->result, NULL);
        rondo_cancel(future, NULL);
        RONDO_TRY(rondo_sleep(0));
        check(f, rondo_concurrent_cancelled(f->result) == !running);
        rondo_concurrent_set_result(f->result, 1); /* nobody hears of it */
        RONDO_TRY(rondo_sleep(0));
        check(f, rondo_cancelled(future));
        rondo_unref(future);
        rondo_concurrent_unref(f->result);
    }
    return 0;
}

static int cancel_from_outside(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_future *future;

    (void)out;
    f->result = rondo_concurrent_new();
    future = rondo_wrap_future(f->result, NULL);
    check(f, rondo_concurrent_cancel(f->result));
    check(f, rondo_await(future, NULL) == RONDO_ECANCELED);
    check(f, rondo_cancelled(future));
    rondo_unref(future);
    rondo_concurrent_unref(f->result);
    return 0;
}

static int set_both(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_future *future;

    (void)out;
    f->result = rondo_concurrent_new();
    future = rondo_wrap_future(f->result, NULL);
    check(f, rondo_set_result(future, 1) == 0); /* the program's own, just before the other */
    rondo_concurrent_set_result(f->result, 2);
    RONDO_TRY(rondo_sleep(0));
    RONDO_TRY(rondo_sleep(0));
    rondo_unref(future);
    rondo_concurrent_unref(f->result);
    return 0;
}

/* EXE-09: a cancel on either side is one on the other, as long as that has not begun. */
static void a_cancel_crosses_while_it_matters(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_run(cancel_from_the_loop, f, NULL), 0);
    assert_int_equal(rondo_run(cancel_from_outside, f, NULL), 0);
    assert_int_equal(rondo_run(set_both, f, NULL), 0);
    assert_string_equal(f->notes.text, "");
}

static void without_memory_nothing_is_wrapped(void **state)
{
    struct fixture *f = *state;
    rondo_future *future;
    size_t n = 0;

    f->loop = rondo_loop_new();
    f->result = rondo_concurrent_new();
    do {
        memory_fail(&f->notes.memory, ++n);
        future = rondo_wrap_future(f->result, f->loop);
        memory_fail(&f->notes.memory, 0);
    } while (future == NULL);
    assert_int_equal(n, 3);
    rondo_loop_close(f->loop);
    assert_false(rondo_done(future));
    rondo_unref(future);
    rondo_concurrent_unref(f->result);
}

/* ---- what is not for threads ---- */

static int take_an_item(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    int64_t start_ns = rondo_loop_time(NULL);
    rondo_value item;

    (void)out;
    RONDO_TRY(rondo_queue_get(&f->queue, &item));
    f->slept_ns = rondo_loop_time(NULL) - start_ns;
    note(f, "taken %d", (int)item.as.i);
    return 0;
}

static int tick_once(void *arg, rondo_value *out)
{
    (void)out;
    RONDO_TRY(rondo_sleep(RONDO_MS(600)));
    note((struct fixture *)arg, "tick");
    return 0;
}

static int take_and_tick(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_task *taker = rondo_spawn(take_an_item, f), *ticker = rondo_spawn(tick_once, f);

    (void)out;
    RONDO_TRY(rondo_sleep(0));
    uv_sem_post(&f->go); /* the loop sleeps 600 ms from here on */
    RONDO_TRY(rondo_await(ticker, NULL));
    RONDO_TRY(rondo_await(taker, NULL));
    rondo_unref(taker);
    rondo_unref(ticker);
    rondo_queue_clear(&f->queue);
    return 0;
}

static int put_from_here(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    uv_sem_wait(&f->go);
    uv_sleep(20);
    check(f, rondo_queue_put_nowait(&f->queue, 7) == 0);
    note(f, "put");
    return 0;
}

/* OWN-10: a put from another thread stores the item, but does not wake a loop that sleeps: the
 * taker has it only when the loop wakes for the tick. The next test does it right. */
static void a_put_from_another_thread_does_not_wake_the_loop(void **state)
{
    struct fixture *f = *state;

    if (RONDO_TSAN)
        skip(); /* it is the race that the contract is about */
    f->queue = (rondo_queue)RONDO_QUEUE("shared", 0);
    uv_sem_init(&f->go, 0);
    f->pool = rondo_executor_new("beside", 1);
    assert_int_equal(rondo_executor_submit(f->pool, put_from_here, f, NULL), 0);
    assert_int_equal(rondo_run(take_and_tick, f, NULL), 0);
    rondo_executor_shutdown(f->pool, false);
    uv_sem_destroy(&f->go);
    assert_string_equal(f->notes.text, "put\n"
                                       "taken 7\n"
                                       "tick\n");
    assert_true(f->slept_ns >= RONDO_MS(600));
}

static void put_in_the_loop(void *arg)
{
    struct fixture *f = arg;

    check(f, rondo_queue_put_nowait(&f->queue, 7) == 0);
}

static int put_through_the_loop(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    uv_sem_wait(&f->go);
    return rondo_call_soon_threadsafe(f->loop, put_in_the_loop, f);
}

static int take_and_note(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    f->loop = rondo_get_running_loop();
    return take_and_tick(arg, out);
}

/* OWN-10: through the loop the put is the loop's own, and wakes it. */
static void a_put_through_the_loop_wakes_it(void **state)
{
    struct fixture *f = *state;

    f->queue = (rondo_queue)RONDO_QUEUE("shared", 0);
    uv_sem_init(&f->go, 0);
    f->pool = rondo_executor_new("beside", 1);
    assert_int_equal(rondo_executor_submit(f->pool, put_through_the_loop, f, NULL), 0);
    assert_int_equal(rondo_run(take_and_note, f, NULL), 0);
    rondo_executor_shutdown(f->pool, false);
    uv_sem_destroy(&f->go);
    assert_string_equal(f->notes.text, "taken 7\n"
                                       "tick\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_call_from_another_thread_wakes_the_loop),
        TEST(of_the_same_thread_the_order_is_kept),
        TEST(a_call_that_the_loop_never_makes_is_dropped),
        TEST(debug_mode_refuses_calls_from_a_foreign_thread),
        TEST(each_thread_has_a_running_loop_of_its_own),
        TEST(without_memory_a_thread_has_no_loop),
        TEST(loops_of_several_threads_do_not_disturb_each_other),
        TEST(a_thread_may_commission_a_coroutine),
        TEST(what_is_cancelled_before_it_begins_never_runs),
        TEST(a_task_that_cannot_be_made_is_told_to_both),
        TEST(a_loop_that_closes_tells_who_commissioned),
        TEST(a_loop_may_close_while_a_cancel_is_on_its_way),
        TEST(a_cancel_may_overtake_the_end_of_the_task),
        TEST(the_value_of_the_task_is_handed_to_the_result),
        TEST(without_memory_nothing_is_commissioned),
        TEST(a_loop_that_a_thread_owes_something_is_not_stuck),
        TEST(a_loop_waits_for_a_result_of_another_thread),
        TEST(futures_hear_in_the_order_in_which_they_were_wrapped),
        TEST(a_cancel_crosses_while_it_matters),
        TEST(without_memory_nothing_is_wrapped),
        TEST(a_put_from_another_thread_does_not_wake_the_loop),
        TEST(a_put_through_the_loop_wakes_it),
    };

    return play_all(tests);
}

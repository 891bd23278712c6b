/*
 * executor_test.c - work on other threads: asyncio's contracts EXE-01 to 06.
 *
 * Who has to wait for whom is enforced by semaphores; nothing here depends on how fast a thread is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "executor.h"
#include "future.h"
#include "gather.h"
#include "handler.h"
#include "observe.h"
#include "run.h"
#include "sleep.h"
#include "tests/lib/notes.h"

#define JOBS 10

struct fixture {
    struct notes notes;
    rondo_executor *pool;
    uv_sem_t begun;
    uv_sem_t go;
    uv_sem_t passed;
    rondo_loop *loop;
    rondo_future *future;
    rondo_job *kept; /* by the executor of a test's own */
    atomic_int count;
    atomic_int at_once;
    int most;
    int dropped;
};

NOTES_FIXTURE

static const rondo_var user = {.name = "user", .value = {.as.text = "nobody"}};
/* In simulation a thread is a fiber, and all have one of it. */
static _Thread_local int of_this_thread;

static void open_gate(struct fixture *f)
{
    uv_sem_init(&f->begun, 0);
    uv_sem_init(&f->go, 0);
    uv_sem_init(&f->passed, 0);
}

static void close_gate(struct fixture *f)
{
    uv_sem_destroy(&f->begun);
    uv_sem_destroy(&f->go);
    uv_sem_destroy(&f->passed);
}

/* Work that says when it has begun, and goes on when it may. */
static int pass_gate(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    uv_sem_post(&f->begun);
    uv_sem_wait(&f->go);
    f->count++;
    uv_sem_post(&f->passed);
    return rondo_return(out, 42);
}

static int count_up(void *arg, rondo_value *out)
{
    ((struct fixture *)arg)->count++;
    return rondo_return(out, 42);
}

static int where(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    check(f, rondo_get_running_loop() == NULL);
    check(f, rondo_current_task() == NULL);
    return rondo_return(out, (const void *)&of_this_thread);
}

/* Whether where() gave the address of another thread. */
static bool is_elsewhere(rondo_value value)
{
    return value.as.p != NULL && (value.as.p != &of_this_thread || ground_clock != CLOCK_REAL);
}

static void run(struct fixture *f, rondo_fn fn)
{
    assert_int_equal(rondo_run(fn, f, NULL), 0);
    assert_string_equal(f->notes.text, "");
}

/* ---- run_in_executor ---- */

static int ask_where(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_future *future = rondo_run_in_executor(NULL, NULL, where, f);
    rondo_value value = {.as.p = NULL};

    (void)out;
    check(f, !rondo_done(future));
    check(f, rondo_await(future, &value) == 0);
    check(f, is_elsewhere(value));
    check(f, rondo_future_result(future, NULL) == 0);
    rondo_unref(future);
    return 0;
}

/* EXE-01: blocking work runs in another thread, which has no loop and no task, and its result
 * arrives as that of a future. */
static void work_runs_in_another_thread(void **state)
{
    run(*state, ask_where);
}

static int tick(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    for (int i = 0; i < 3; i++)
        RONDO_TRY(rondo_sleep(0));
    uv_sem_post(&f->go); /* only now may the thread go on */
    return 0;
}

static int tick_beside_a_thread(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_future *both[2] = {rondo_run_in_executor(NULL, NULL, pass_gate, f), rondo_spawn(tick, f)};
    int rc = rondo_gather(both, 2, 0, NULL);

    (void)out;
    check(f, f->count == 1);
    rondo_unref_all(both, 2);
    return rc;
}

/* EXE-01: the loop goes on while a thread blocks. */
static void the_loop_goes_on_meanwhile(void **state)
{
    struct fixture *f = *state;

    open_gate(f);
    run(f, tick_beside_a_thread);
    close_gate(f);
}

/* EXE-02: the loop of a cancelled future is closed before the work ends; nobody calls into it. */
static void the_end_of_cancelled_work_disturbs_nothing(void **state)
{
    struct fixture *f = *state;

    open_gate(f);
    f->pool = rondo_executor_new("pool", 1);
    f->loop = rondo_loop_new();
    f->future = rondo_run_in_executor(f->loop, f->pool, pass_gate, f);
    uv_sem_wait(&f->begun);
    assert_true(rondo_cancel(f->future, NULL));
    assert_int_equal(rondo_loop_run_until_complete(f->loop, f->future, NULL), RONDO_ECANCELED);
    assert_int_equal(rondo_loop_close(f->loop), 0);
    uv_sem_post(&f->go);
    rondo_executor_shutdown(f->pool, false);
    assert_int_equal(f->count, 1);
    rondo_unref(f->future);
    close_gate(f);
}

/* EXE-02: nor if the loop closes while the work runs, or its end is already on its way. */
static void a_loop_may_close_before_the_work_ends(void **state)
{
    struct fixture *f = *state;
    rondo_future *arrived;

    open_gate(f);
    f->pool = rondo_executor_new("pool", 2);
    f->loop = rondo_loop_new();
    f->future = rondo_run_in_executor(f->loop, f->pool, pass_gate, f);
    arrived = rondo_run_in_executor(f->loop, f->pool, pass_gate, f);
    for (int i = 0; i < 2; i++)
        uv_sem_wait(&f->begun);
    uv_sem_post(&f->go);
    uv_sem_wait(&f->passed);
    assert_int_equal(rondo_loop_close(f->loop), 0);
    uv_sem_post(&f->go);
    rondo_executor_shutdown(f->pool, false);
    assert_false(rondo_done(f->future));
    assert_false(rondo_done(arrived));
    rondo_unref(f->future);
    rondo_unref(arrived);
    close_gate(f);
}

static int cancel_in_line(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_future *first = rondo_run_in_executor(NULL, f->pool, pass_gate, f);
    rondo_future *second = rondo_run_in_executor(NULL, f->pool, count_up, f);

    (void)out;
    rondo_cancel(second, NULL);
    check(f, rondo_await(second, NULL) == RONDO_ECANCELED);
    RONDO_TRY(rondo_sleep(0)); /* it is passed on in its turn */
    uv_sem_post(&f->go);
    check(f, rondo_await(first, NULL) == 0);
    rondo_unref(first);
    rondo_unref(second);
    return 0;
}

static void work_that_was_cancelled_in_line_is_never_done(void **state)
{
    struct fixture *f = *state;

    open_gate(f);
    f->pool = rondo_executor_new("pool", 1);
    run(f, cancel_in_line);
    rondo_executor_shutdown(f->pool, false);
    assert_int_equal(f->count, 1);
    close_gate(f);
}

static void note_report(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    (void)loop;
    note((struct fixture *)arg, "%s", exception->text);
}

static int refuse_all(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_future *future = rondo_run_in_executor(NULL, NULL, NULL, f);

    (void)out;
    rondo_loop_set_exception_handler(rondo_get_running_loop(), note_report, f);
    check(f, rondo_await(future, NULL) == RONDO_EINVAL);
    rondo_unref(future);
    check(f, rondo_to_thread(NULL, f, NULL) == RONDO_EINVAL);
    check(f, rondo_shutdown_default_executor(RONDO_FOREVER) == 0);
    future = rondo_run_in_executor(NULL, NULL, count_up, f);
    check(f, rondo_await(future, NULL) == RONDO_ESHUTDOWN);
    check(f, strcmp(rondo_error_text(), "it has been shut down") == 0);
    rondo_unref(future);
    check(f, rondo_to_thread(count_up, f, NULL) == RONDO_ESHUTDOWN);
    return 0;
}

static void what_is_refused_is_told_by_the_future(void **state)
{
    struct fixture *f = *state;

    run(f, refuse_all);
    assert_int_equal(f->count, 0);
    assert_null(rondo_run_in_executor(NULL, NULL, count_up, f));
    assert_int_equal(rondo_to_thread(count_up, f, NULL), RONDO_EMISUSE);
    assert_int_equal(rondo_shutdown_default_executor(0), RONDO_EMISUSE);
}

static void count_drop(void *p)
{
    ++*(int *)p;
}

static int own(void *arg, rondo_value *out)
{
    return rondo_return_owned(out, &((struct fixture *)arg)->dropped, count_drop);
}

static int let_values_go(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_future *future = rondo_run_in_executor(NULL, NULL, own, f);
    rondo_value value;

    (void)out;
    check(f, rondo_await(future, &value) == 0);
    check(f, value.drop == NULL && f->dropped == 0);
    rondo_unref(future);
    check(f, f->dropped == 1);
    check(f, rondo_to_thread(own, f, &value) == 0);
    check(f, value.drop == count_drop && f->dropped == 1);
    value.drop(value.as.p);
    check(f, rondo_to_thread(own, f, NULL) == 0);
    check(f, f->dropped == 3);
    return 0;
}

static void a_value_that_owns_memory_goes_with_who_has_it(void **state)
{
    run(*state, let_values_go);
}

/* ---- to_thread ---- */

static int fail_in_words(void *arg, rondo_value *out)
{
    (void)out;
    check((struct fixture *)arg, strcmp(rondo_error_text(), "") == 0);
    return rondo_fail(RONDO_EUSER, "disk %d is full", 7);
}

static int read_and_set(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_value seen = rondo_var_get(&user);

    check(f, rondo_var_set(&user, "the thread", NULL) == 0);
    check(f, strcmp(rondo_var_get(&user).as.text, "the thread") == 0);
    return rondo_return_value(out, seen);
}

static int there_and_back(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_value value = {.as.p = NULL};

    (void)out;
    check(f, rondo_to_thread(count_up, f, &value) == 0);
    check(f, f->count == 1 && value.as.i == 42);
    check(f, rondo_to_thread(fail_in_words, f, &value) == RONDO_EUSER);
    check(f, strcmp(rondo_error_text(), "disk 7 is full") == 0);
    check(f, rondo_var_set(&user, "main", NULL) == 0);
    check(f, rondo_to_thread(read_and_set, f, &value) == 0);
    check(f, strcmp(value.as.text, "main") == 0);
    check(f, strcmp(rondo_var_get(&user).as.text, "main") == 0);
    return 0;
}

/* EXE-05: the argument and the context variables go there, the value or the failure with its words
 * comes back; what the thread sets in its copy stays there. */
static void to_thread_carries_there_and_back(void **state)
{
    run(*state, there_and_back);
}

static int read_from_an_empty_context(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_value value = {.as.p = NULL};
    rondo_future *future;

    (void)out;
    check(f, rondo_var_set(&user, "main", NULL) == 0);
    future = rondo_run_in_executor(NULL, NULL, read_and_set, f);
    check(f, rondo_await(future, &value) == 0);
    check(f, strcmp(value.as.text, "nobody") == 0);
    rondo_unref(future);
    return 0;
}

static void run_in_executor_carries_no_context(void **state)
{
    run(*state, read_from_an_empty_context);
}

static int ten_together(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_future *futures[JOBS];
    int rc;

    (void)out;
    for (int i = 0; i < JOBS; i++)
        futures[i] = rondo_run_in_executor(NULL, NULL, count_up, f);
    rc = rondo_gather(futures, JOBS, 0, NULL);
    rondo_unref_all(futures, JOBS);
    return rc;
}

static int to_thread_once(void *arg, rondo_value *out)
{
    return rondo_to_thread(count_up, arg, out);
}

static int ten_tasks(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_task *tasks[JOBS];
    int rc;

    (void)out;
    for (int i = 0; i < JOBS; i++)
        tasks[i] = rondo_spawn(to_thread_once, f);
    rc = rondo_gather(tasks, JOBS, 0, NULL);
    rondo_unref_all(tasks, JOBS);
    return rc;
}

/* EXE-06: ten that are sent to threads together are all carried out. */
static void ten_together_are_all_carried_out(void **state)
{
    struct fixture *f = *state;

    run(f, ten_together);
    assert_int_equal(f->count, JOBS);
    run(f, ten_tasks);
    assert_int_equal(f->count, 2 * JOBS);
}

static int give_up(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_task *task = rondo_spawn(to_thread_once, f);

    (void)out;
    RONDO_TRY(rondo_sleep(0));
    rondo_cancel(task, NULL);
    check(f, rondo_await(task, NULL) == RONDO_ECANCELED);
    rondo_unref(task);
    return 0;
}

static void a_task_that_is_cancelled_does_not_wait_for_its_thread(void **state)
{
    run(*state, give_up);
}

/* ---- the default executor ---- */

static int run_here(void *self, rondo_job *job)
{
    struct fixture *f = self;

    note(f, "runs");
    rondo_job_run(job);
    note(f, "has run");
    return 0;
}

static const rondo_executor_methods here = {.submit = run_here};

/* EXE-03: a pool, and nothing else. */
static void the_default_executor_is_a_pool(void **state)
{
    struct fixture *f = *state;
    rondo_executor *other = rondo_executor_custom("here", &here, f);

    f->loop = rondo_loop_new();
    assert_int_equal(rondo_loop_set_default_executor(f->loop, NULL), RONDO_EINVAL);
    assert_int_equal(rondo_loop_set_default_executor(f->loop, other), RONDO_EINVAL);
    f->pool = rondo_executor_new("first", 1);
    assert_int_equal(rondo_loop_set_default_executor(f->loop, f->pool), 0);
    assert_int_equal(rondo_loop_set_default_executor(f->loop, f->pool), 0);
    assert_int_equal(rondo_loop_set_default_executor(f->loop, rondo_executor_new("second", 1)), 0);
    rondo_loop_close(f->loop); /* shuts it down */
    rondo_executor_shutdown(other, false);
}

/* Who replaces it waits for what it has been given. */
static void a_default_executor_that_is_replaced_does_all_its_work(void **state)
{
    struct fixture *f = *state;

    open_gate(f);
    f->loop = rondo_loop_new();
    rondo_loop_set_default_executor(f->loop, rondo_executor_new("first", 1));
    rondo_unref(rondo_run_in_executor(f->loop, NULL, pass_gate, f));
    rondo_unref(rondo_run_in_executor(f->loop, NULL, count_up, f));
    uv_sem_wait(&f->begun);
    uv_sem_post(&f->go);
    rondo_loop_set_default_executor(f->loop, rondo_executor_new("second", 1));
    assert_int_equal(f->count, 2);
    rondo_loop_close(f->loop);
    close_gate(f);
}

static int shut_down_too_early(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_future *future;
    int rc;

    (void)out;
    RONDO_TRY(rondo_to_thread(count_up, f, NULL)); /* idle once more is not at its end */
    RONDO_TRY(rondo_sleep(RONDO_MS(1)));
    future = rondo_run_in_executor(NULL, NULL, pass_gate, f);
    rondo_loop_set_exception_handler(rondo_get_running_loop(), note_report, f);
    rc = rondo_shutdown_default_executor(RONDO_MS(1));
    note(f, "%s", rondo_err_name(rc));
    check(f, !rondo_done(future));
    uv_sem_post(&f->go);
    rc = rondo_shutdown_default_executor(RONDO_FOREVER);
    note(f, "%s", rondo_err_name(rc));
    check(f, f->count == 2);
    check(f, rondo_await(future, NULL) == 0);
    rondo_unref(future);
    return 0;
}

/* EXE-04: it waits as long as it is told to, then tells of threads that still run. */
static void shutting_down_waits_as_long_as_it_is_told_to(void **state)
{
    struct fixture *f = *state;

    open_gate(f);
    assert_int_equal(rondo_run(shut_down_too_early, f, NULL), 0);
    assert_string_equal(f->notes.text, "the default executor did not end its work in time\n"
                                       "ETIMEDOUT\n"
                                       "OK\n");
    close_gate(f);
}

static void open_the_gate(void *arg)
{
    uv_sem_post(&((struct fixture *)arg)->go);
}

/* What has begun ends only when what stands in line has been cancelled. */
static void a_loop_that_closes_cancels_what_its_executor_has_not_begun(void **state)
{
    struct fixture *f = *state;
    rondo_executor *pool = rondo_executor_new("pool", 1);
    rondo_concurrent *second;

    open_gate(f);
    f->loop = rondo_loop_new();
    rondo_loop_set_default_executor(f->loop, pool);
    assert_int_equal(rondo_executor_submit(pool, pass_gate, f, NULL), 0);
    assert_int_equal(rondo_executor_submit(pool, count_up, f, &second), 0);
    assert_int_equal(rondo_concurrent_add_done_callback(second, open_the_gate, f), 0);
    uv_sem_wait(&f->begun);
    rondo_loop_close(f->loop);
    assert_true(rondo_concurrent_cancelled(second));
    assert_int_equal(f->count, 1);
    rondo_concurrent_unref(second);
    close_gate(f);
}

static void note_block(void *self, const struct observed *event)
{
    if (event->kind == OBSERVED_BLOCKED)
        note((struct fixture *)self, "waits for %s", event->object.name);
}

static size_t first(void *self, const struct observed_choice *choice)
{
    (void)self;
    (void)choice;
    return 0;
}

/* An observer is told that a task waits for a thread, and which executor it shuts down. */
static void what_is_of_a_thread_says_so(void **state)
{
    struct fixture *f = *state;
    struct observer watcher = {.wanted = OBSERVED_USUAL,
                               .event = note_block,
                               .pick = first,
                               .self = f};

    open_gate(f);
    observer = &watcher;
    assert_int_equal(rondo_run(shut_down_too_early, f, NULL), 0);
    observer = NULL;
    assert_non_null(strstr(f->notes.text, "waits for of a thread\n"));
    assert_non_null(strstr(f->notes.text, "waits for default executor\n"));
    close_gate(f);
}

static int send_and_leave(void *arg, rondo_value *out)
{
    (void)out;
    for (int i = 0; i < JOBS; i++)
        rondo_unref(rondo_run_in_executor(NULL, NULL, count_up, arg));
    return 0;
}

static int shut_down_our_own(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    check(f, rondo_loop_set_default_executor(rondo_get_running_loop(), f->pool) == 0);
    check(f, rondo_executor_submit(f->pool, count_up, f, NULL) == 0);
    check(f, rondo_shutdown_default_executor(RONDO_FOREVER) == 0);
    check(f, rondo_executor_submit(f->pool, count_up, f, NULL) == RONDO_ESHUTDOWN);
    return 0;
}

static void an_executor_that_is_shut_takes_no_work_from_anybody(void **state)
{
    struct fixture *f = *state;

    f->pool = rondo_executor_new("pool", 1);
    run(f, shut_down_our_own);
    assert_int_equal(f->count, 1);
}

static int send_to_one_and_leave(void *arg, rondo_value *out)
{
    rondo_loop_set_default_executor(rondo_get_running_loop(), rondo_executor_new("one", 1));
    return send_and_leave(arg, out);
}

/* Also when they stand in line. */
static void a_run_ends_when_its_threads_have(void **state)
{
    struct fixture *f = *state;

    run(f, send_and_leave);
    assert_int_equal(f->count, JOBS);
    run(f, send_to_one_and_leave);
    assert_int_equal(f->count, 2 * JOBS);
}

/* ---- pools ---- */

struct numbered {
    struct fixture *f;
    int n;
};

static int stand_together(void *arg, rondo_value *out)
{
    const struct numbered *self = arg;
    struct fixture *f = self->f;
    int now = ++f->at_once;

    (void)out;
    check(f, now <= f->most);
    note(f, "%d", self->n);
    f->at_once--;
    return 0;
}

static void a_pool_of_one_does_one_after_the_other(void **state)
{
    struct fixture *f = *state;
    struct numbered jobs[5];

    f->most = 1;
    f->pool = rondo_executor_new(NULL, 1);
    for (int i = 0; i < 5; i++) {
        jobs[i] = (struct numbered){f, i};
        assert_int_equal(rondo_executor_submit(f->pool, stand_together, &jobs[i], NULL), 0);
    }
    rondo_executor_shutdown(f->pool, false);
    assert_string_equal(f->notes.text, "0\n1\n2\n3\n4\n");
}

/* More than libuv is asked to take back at a time. */
static void a_pool_lives_through_many_jobs(void **state)
{
    struct fixture *f = *state;

    f->pool = rondo_executor_new("pool", 2);
    for (int i = 0; i < 500; i++) {
        rondo_concurrent *result;

        assert_int_equal(rondo_executor_submit(f->pool, count_up, f, &result), 0);
        assert_int_equal(rondo_concurrent_result(result, RONDO_FOREVER, NULL), 0);
        rondo_concurrent_unref(result);
        assert_true(f->notes.memory.live < 500);
    }
    rondo_executor_shutdown(f->pool, false);
    assert_int_equal(f->count, 500);
}

static void a_shutdown_may_cancel_what_has_not_begun(void **state)
{
    struct fixture *f = *state;
    rondo_concurrent *first, *second;

    open_gate(f);
    f->pool = rondo_executor_new("pool", 1);
    rondo_executor_submit(f->pool, pass_gate, f, &first);
    rondo_executor_submit(f->pool, count_up, f, &second);
    uv_sem_wait(&f->begun);
    assert_true(rondo_concurrent_running(first));
    uv_sem_post(&f->go);
    rondo_executor_shutdown(f->pool, true);
    assert_true(rondo_concurrent_done(first));
    assert_true(rondo_concurrent_done(second)); /* by a cancel, unless the first was quick */
    rondo_concurrent_unref(first);
    rondo_concurrent_unref(second);
    close_gate(f);
}

static void an_executor_of_nothing_is_none(void **state)
{
    struct fixture *f = *state;
    rondo_concurrent *result = NULL;

    assert_null(rondo_executor_new("none", 0));
    assert_null(rondo_executor_custom("none", NULL, f));
    rondo_executor_shutdown(NULL, false);
    f->pool = rondo_executor_new("pool", 1);
    assert_int_equal(rondo_executor_submit(f->pool, NULL, f, &result), RONDO_EINVAL);
    assert_null(result);
    rondo_executor_shutdown(f->pool, false);
}

/* ---- executors of a program's own ---- */

static int keep(void *self, rondo_job *job)
{
    struct fixture *f = self;

    if (f->kept != NULL)
        return RONDO_EUSER;
    f->kept = job;
    return 0;
}

static void drop_kept(void *self)
{
    struct fixture *f = self;

    note(f, "shutdown");
    rondo_job_drop(f->kept);
}

static const rondo_executor_methods keeper = {.submit = keep, .shutdown = drop_kept};

static void an_executor_may_run_its_work_at_once(void **state)
{
    struct fixture *f = *state;
    rondo_concurrent *result;

    f->pool = rondo_executor_custom("here", &here, f);
    assert_int_equal(rondo_executor_submit(f->pool, count_up, f, &result), 0);
    assert_true(rondo_concurrent_done(result));
    rondo_concurrent_unref(result);
    rondo_executor_shutdown(f->pool, false);
    assert_string_equal(f->notes.text, "runs\nhas run\n");
}

static void an_executor_may_refuse_and_has_to_let_go_at_its_end(void **state)
{
    struct fixture *f = *state;
    rondo_concurrent *result, *refused = NULL;

    f->pool = rondo_executor_custom("keeper", &keeper, f);
    assert_int_equal(rondo_executor_submit(f->pool, count_up, f, &result), 0);
    assert_int_equal(rondo_executor_submit(f->pool, count_up, f, &refused), RONDO_EUSER);
    assert_null(refused);
    assert_false(rondo_concurrent_done(result));
    rondo_executor_shutdown(f->pool, false);
    assert_true(rondo_concurrent_cancelled(result));
    rondo_concurrent_unref(result);
    assert_int_equal(f->count, 0);
    assert_string_equal(f->notes.text, "shutdown\n");
}

static int count_and_pass(void *self, rondo_job *job)
{
    struct fixture *f = self;
    int rc = rondo_executor_pass(f->pool, job);

    note(f, "passed %d", rc);
    return rc;
}

static const rondo_executor_methods passer = {.submit = count_and_pass};

static int through_another(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_executor *front = rondo_executor_custom("front", &passer, f);
    rondo_future *future = rondo_run_in_executor(NULL, front, where, f);
    rondo_value value = {.as.p = NULL};

    (void)out;
    check(f, rondo_await(future, &value) == 0);
    check(f, is_elsewhere(value));
    rondo_unref(future);
    rondo_executor_shutdown(front, false);
    return 0;
}

static void an_executor_may_hand_its_work_to_another(void **state)
{
    struct fixture *f = *state;

    f->pool = rondo_executor_new("pool", 1);
    assert_int_equal(rondo_run(through_another, f, NULL), 0);
    rondo_executor_shutdown(f->pool, false);
    assert_string_equal(f->notes.text, "passed 0\n");
}

static int await_at_once(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_executor *inline_executor = rondo_executor_custom("here", &here, f);
    rondo_future *future = rondo_run_in_executor(NULL, inline_executor, read_and_set, f);
    rondo_value value;

    (void)out;
    note(f, "%s", rondo_done(future) ? "done" : "not yet");
    check(f, rondo_await(future, &value) == 0);
    check(f, strcmp(rondo_var_get(&user).as.text, "nobody") == 0);
    rondo_unref(future);
    rondo_fail(RONDO_EUSER, "the task's own");
    future = rondo_run_in_executor(NULL, inline_executor, fail_in_words, f);
    check(f, strcmp(rondo_error_text(), "the task's own") == 0);
    check(f, rondo_await(future, NULL) == RONDO_EUSER);
    rondo_unref(future);
    rondo_executor_shutdown(inline_executor, false);
    return 0;
}

/* Its context and its words are the job's, although a task runs it; its end is told by the loop, in
 * its turn. */
static void work_that_a_task_runs_itself_is_still_the_executors(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_run(await_at_once, f, NULL), 0);
    assert_string_equal(f->notes.text, "runs\nhas run\nnot yet\nruns\nhas run\n");
}

static void note_where_it_is(void *arg)
{
    note((struct fixture *)arg, "a callback for %s: \"%s\"", rondo_var_get(&user).as.text,
         rondo_error_text());
    rondo_loop_stop(((struct fixture *)arg)->loop);
}

static int run_a_loop_then_fail(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    check(f, rondo_var_set(&user, "the thread", NULL) == 0);
    f->loop = rondo_loop_new();
    note(f, "before it: %s", rondo_var_get(&user).as.text);
    rondo_fail(RONDO_EUSER, "disk %d is full", 7);
    rondo_call_soon(f->loop, note_where_it_is, f);
    check(f, rondo_loop_run_forever(f->loop) == 0);
    check(f, rondo_loop_close(f->loop) == 0);
    note(f, "behind it: %s, %s", rondo_var_get(&user).as.text, rondo_error_text());
    return RONDO_EUSER;
}

/* Behind the loop it is the work again that a failure's words and a variable belong to. */
static void work_may_run_a_loop_and_goes_on_as_itself(void **state)
{
    struct fixture *f = *state;
    rondo_concurrent *result;

    f->pool = rondo_executor_new("pool", 1);
    assert_int_equal(rondo_executor_submit(f->pool, run_a_loop_then_fail, f, &result), 0);
    assert_int_equal(rondo_concurrent_result(result, RONDO_FOREVER, NULL), RONDO_EUSER);
    assert_string_equal(rondo_concurrent_error_text(result), "disk 7 is full");
    rondo_concurrent_unref(result);
    rondo_executor_shutdown(f->pool, false);
    assert_string_equal(f->notes.text, "before it: the thread\n"
                                       "a callback for the thread: \"\"\n"
                                       "behind it: the thread, disk 7 is full\n");
}

/* ---- without memory ---- */

static int with_little_memory(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    bool enough = false;

    (void)out;
    for (size_t n = 1; !enough && n < 100; n++) {
        rondo_future *future;
        int rc;

        f->count = 0;
        memory_fail(&f->notes.memory, n);
        future = rondo_run_in_executor(NULL, NULL, count_up, f);
        rc = rondo_await(future, NULL);
        rondo_unref(future);
        check(f, rc == 0 || rc == RONDO_ENOMEM);
        check(f, f->count == (rc == 0));
        enough = !memory_failed(&f->notes.memory);
        memory_fail(&f->notes.memory, 0);
        f->most++;
    }
    check(f, enough && f->most > 6);
    return 0;
}

static int to_thread_with_little_memory(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    size_t n = 0;
    int rc;

    (void)out;
    do {
        f->count = 0;
        memory_fail(&f->notes.memory, ++n);
        rc = rondo_to_thread(count_up, f, NULL);
        check(f, rc == 0 || rc == RONDO_ENOMEM);
        check(f, f->count == (rc == 0));
    } while (memory_failed(&f->notes.memory) && n < 100);
    memory_fail(&f->notes.memory, 0);
    check(f, rc == 0 && n > 6 && n < 100);
    return 0;
}

static void without_memory_nothing_begins(void **state)
{
    run(*state, with_little_memory);
    run(*state, to_thread_with_little_memory);
}

static int lose_the_words(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_concurrent *wordless = rondo_concurrent_new(), *told = rondo_concurrent_new();

    (void)out;
    memory_fail(&f->notes.memory, 1);
    check(f, rondo_concurrent_set_error(wordless, RONDO_EUSER, "no bread") == 0);
    check(f, rondo_concurrent_set_error(told, RONDO_EUSER, "no bread") == 0);
    memory_fail(&f->notes.memory, 1);
    check(f, rondo_concurrent_result(told, 0, NULL) == RONDO_EUSER);
    memory_fail(&f->notes.memory, 0);
    check(f, strcmp(rondo_error_text(), "") == 0);
    check(f, strcmp(rondo_concurrent_error_text(told), "no bread") == 0);
    check(f, rondo_concurrent_result(wordless, 0, NULL) == RONDO_EUSER);
    check(f, strcmp(rondo_concurrent_error_text(wordless), "") == 0);
    rondo_concurrent_unref(wordless);
    rondo_concurrent_unref(told);
    return 0;
}

static void without_memory_a_failure_has_no_words(void **state)
{
    run(*state, lose_the_words);
}

/* Work that fails, on an executor that runs it at once: every request on the way is refused. */
static void without_memory_work_is_refused_or_fails_as_it_does(void **state)
{
    struct fixture *f = *state;
    rondo_concurrent *result = NULL;
    size_t n = 0;
    int rc;

    do {
        memory_fail(&f->notes.memory, ++n);
        f->pool = rondo_executor_custom("here", &here, f);
        rc = f->pool != NULL ? rondo_executor_submit(f->pool, fail_in_words, f, &result)
                             : RONDO_ENOMEM;
        assert_true(rc == 0 || rc == RONDO_ENOMEM);
        if (rc == 0) {
            assert_int_equal(rondo_concurrent_result(result, 0, NULL), RONDO_EUSER);
            rondo_concurrent_unref(result);
        }
        rondo_executor_shutdown(f->pool, false);
    } while (memory_failed(&f->notes.memory) && n < 20);
    memory_fail(&f->notes.memory, 0);
    assert_in_range(n, 7, 8); /* itself, its name, the job, its result, its words, their copy */
}

static int shut_down_with_little_memory(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    size_t n = 0;
    int rc;

    (void)out;
    rondo_unref(rondo_run_in_executor(NULL, NULL, count_up, f));
    do {
        memory_fail(&f->notes.memory, ++n);
        rc = rondo_shutdown_default_executor(RONDO_S(60));
        check(f, rc == 0 || rc == RONDO_ENOMEM);
    } while (memory_failed(&f->notes.memory) && n < 20);
    memory_fail(&f->notes.memory, 0);
    check(f, rc == 0 && n > 3 && n < 20);
    return 0;
}

static void without_memory_an_executor_is_shut_down_later(void **state)
{
    run(*state, shut_down_with_little_memory);
}

static void without_memory_there_is_no_executor(void **state)
{
    struct fixture *f = *state;
    size_t n = 0;

    do {
        memory_fail(&f->notes.memory, ++n);
        f->pool = rondo_executor_new("pool", 1);
        memory_fail(&f->notes.memory, 0);
        rondo_executor_shutdown(f->pool, false);
    } while (f->pool == NULL);
    assert_in_range(n, 4, 5); /* itself, its name, the result of its end; of libuv, simulated */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(work_runs_in_another_thread),
        TEST(the_loop_goes_on_meanwhile),
        TEST(the_end_of_cancelled_work_disturbs_nothing),
        TEST(a_loop_may_close_before_the_work_ends),
        TEST(work_that_was_cancelled_in_line_is_never_done),
        TEST(what_is_refused_is_told_by_the_future),
        TEST(a_value_that_owns_memory_goes_with_who_has_it),
        TEST(to_thread_carries_there_and_back),
        TEST(run_in_executor_carries_no_context),
        TEST(ten_together_are_all_carried_out),
        TEST(a_task_that_is_cancelled_does_not_wait_for_its_thread),
        TEST(the_default_executor_is_a_pool),
        TEST(what_is_of_a_thread_says_so),
        TEST(a_default_executor_that_is_replaced_does_all_its_work),
        TEST(a_loop_that_closes_cancels_what_its_executor_has_not_begun),
        TEST(shutting_down_waits_as_long_as_it_is_told_to),
        TEST(an_executor_that_is_shut_takes_no_work_from_anybody),
        TEST(a_run_ends_when_its_threads_have),
        TEST(a_pool_of_one_does_one_after_the_other),
        TEST(a_pool_lives_through_many_jobs),
        TEST(a_shutdown_may_cancel_what_has_not_begun),
        TEST(an_executor_of_nothing_is_none),
        TEST(an_executor_may_run_its_work_at_once),
        TEST(an_executor_may_refuse_and_has_to_let_go_at_its_end),
        TEST(an_executor_may_hand_its_work_to_another),
        TEST(work_that_a_task_runs_itself_is_still_the_executors),
        TEST(work_may_run_a_loop_and_goes_on_as_itself),
        TEST(without_memory_nothing_begins),
        TEST(without_memory_a_failure_has_no_words),
        TEST(without_memory_work_is_refused_or_fails_as_it_does),
        TEST(without_memory_an_executor_is_shut_down_later),
        TEST(without_memory_there_is_no_executor),
    };

    return play_all(tests);
}

/*
 * run_test.c - the front door, on both libuvs: asyncio's contracts RUN-*.
 *
 * Nothing here asserts how long something took, only what came before what, and that no sleep ended
 * early.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "context.h"
#include "event.h"
#include "gather.h"
#include "generator.h"
#include "handler.h"
#include "observe.h"
#include "run.h"
#include "sleep.h"
#include "tests/lib/ground.h"
#include "tests/lib/memory.h"
#include "timeout.h"

struct fixture {
    struct memory memory;
    char text[1000];
    rondo_event event;
    rondo_task *task;
    rondo_generator *gen;
    uv_timer_t timer;
    uv_prepare_t prepare;
    uv_loop_t uv;
    int64_t took;
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
static void note(struct fixture *f, const char *words)
{
    size_t used = strlen(f->text);

    snprintf(f->text + used, sizeof f->text - used, "%s ", words);
}

static int answer(void *arg, rondo_value *out)
{
    note(arg, "runs");
    return rondo_return(out, 42);
}

static void count_poll(uv_prepare_t *prepare)
{
    ++*(int *)prepare->data;
}

/* The polls of a hundred turns, at so many iterations a poll; a handle of the program's counts. */
static int polls_of_a_hundred_turns(struct fixture *f, unsigned interval)
{
    int polls = 0, rc = rondo_loop_set_poll_interval(rondo_get_running_loop(), interval);

    f->prepare.data = &polls;
    uv_prepare_start(&f->prepare, count_poll);
    for (int i = 0; i < 100 && rc == 0; i++)
        rc = rondo_sleep(0);
    uv_prepare_stop(&f->prepare);
    return rc == 0 ? polls : rc;
}

static int compare_intervals(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    int each, tenth;

    (void)out;
    if (rondo_loop_set_poll_interval(rondo_get_running_loop(), 0) == RONDO_EINVAL)
        note(f, "refused");
    if (rondo_loop_get_poll_interval(rondo_get_running_loop()) == 1)
        note(f, "one at first,");
    uv_prepare_init(uv_default_loop(), &f->prepare);
    each = polls_of_a_hundred_turns(f, 1);
    tenth = polls_of_a_hundred_turns(f, 10);
    uv_close((uv_handle_t *)&f->prepare, NULL);
    note(f, each >= 99 && each <= 101 ? "a poll a turn" : "WRONG");
    note(f, tenth >= 9 && tenth <= 11 ? "a poll in ten turns" : "WRONG");
    return rondo_loop_set_poll_interval(rondo_get_running_loop(), 1);
}

/* As asyncio the loop polls in every iteration, unless it is told to do so less often. */
static void a_loop_polls_as_often_as_it_is_told(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_run(compare_intervals, f, NULL), 0);
    assert_string_equal(f->text, "refused one at first, a poll a turn a poll in ten turns ");
}

static void stop(void *loop)
{
    rondo_loop_stop(loop);
}

/* Queue itself as often as is left, then wait with nothing in the queue. */
static void tick(void *left)
{
    rondo_loop *loop = rondo_get_running_loop();

    if (--*(int *)left > 0)
        rondo_call_soon(loop, tick, left);
    else
        rondo_call_later(loop, RONDO_MS(1), stop, loop);
}

static void callbacks_follow_one_another_between_two_polls(void **state)
{
    rondo_loop *loop = rondo_loop_new();
    int left = 35;

    (void)state;
    assert_int_equal(rondo_loop_set_poll_interval(loop, 10), 0);
    assert_non_null(rondo_call_soon(loop, tick, &left));
    assert_int_equal(rondo_loop_run_forever(loop), 0);
    assert_int_equal(left, 0);
    rondo_loop_close(loop);
}

/* RUN-01: run returns what the coroutine returns. */
static void run_gives_the_value(void **state)
{
    struct fixture *f = *state;
    rondo_value value = {0};

    assert_int_equal(rondo_run(answer, f, &value), 0);
    assert_int_equal(value.as.i, 42);
    assert_int_equal(rondo_run(answer, f, NULL), 0);
    assert_string_equal(f->text, "runs runs ");
}

static int complain(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return rondo_fail(RONDO_EUSER - 1, "no such row");
}

/* RUN-01: or its failure; then the value is left alone. */
static void run_gives_the_failure(void **state)
{
    rondo_value value = rondo_value_of(7);

    assert_int_equal(rondo_run(complain, *state, &value), RONDO_EUSER - 1);
    assert_int_equal(value.as.i, 7);
}

static int return_text(void *arg, rondo_value *out)
{
    (void)arg;
    *out = (rondo_value){.as = {.p = alloc_text("owned")}, .drop = alloc_release};
    return 0;
}

/* RUN-01: a value that owns memory is handed over with its duty. */
static void run_hands_over_a_value_that_owns_memory(void **state)
{
    rondo_value value = {0};

    assert_int_equal(rondo_run(return_text, *state, &value), 0);
    assert_string_equal(value.as.text, "owned");
    value.drop(value.as.p);
    assert_int_equal(rondo_run(return_text, *state, NULL), 0); /* nobody wants it: dropped */
}

static int run_again(void *arg, rondo_value *out)
{
    (void)out;
    note(arg, rondo_err_name(rondo_run(answer, arg, NULL)));
    return 0;
}

/* RUN-04: not inside a running loop. */
static void run_inside_a_run_is_misuse(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_run(run_again, f, NULL), 0);
    assert_string_equal(f->text, "EMISUSE ");
}

static int hang(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    int rc = rondo_event_wait(&f->event);

    (void)out;
    note(f, rondo_err_name(rc));
    if (rondo_sleep(RONDO_MS(20)) == 0)
        note(f, "cleaned");
    return rc;
}

static int leave_two_behind(void *arg, rondo_value *out)
{
    (void)out;
    for (int i = 0; i < 2; i++)
        rondo_unref(rondo_spawn(hang, arg));
    RONDO_TRY(rondo_sleep(0));
    note(arg, "main ends");
    return 0;
}

/* RUN-05: tasks that are left over are cancelled, and their cleanup awaited. */
static void leftover_tasks_are_cancelled_and_awaited(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_run(leave_two_behind, f, NULL), 0);
    assert_string_equal(f->text, "main ends ECANCELED ECANCELED cleaned cleaned ");
}

static int leave_and_fail(void *arg, rondo_value *out)
{
    RONDO_TRY(leave_two_behind(arg, out));
    return RONDO_EUSER;
}

/* RUN-05: also when main fails. */
static void leftover_tasks_are_awaited_after_a_failure_too(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_run(leave_and_fail, f, NULL), RONDO_EUSER);
    assert_string_equal(f->text, "main ends ECANCELED ECANCELED cleaned cleaned ");
}

static int leave_unstarted(void *arg, rondo_value *out)
{
    (void)out;
    rondo_unref(rondo_spawn(answer, arg));
    return 0;
}

/* RUN-05: one that was queued before main ended still has its first step: main's end is noticed an
 * iteration later (own probe: CPython 3.12 alike). */
static void a_leftover_task_runs_its_first_step(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_run(leave_unstarted, f, NULL), 0);
    assert_string_equal(f->text, "runs ");
}

static int stop_the_loop(void *arg, rondo_value *out)
{
    (void)out;
    rondo_loop_stop(rondo_get_running_loop());
    note(arg, "stopped");
    return rondo_sleep(RONDO_S(100));
}

/* LOOP-19: stopping the loop ends the run; main is left over. */
static void stopping_the_loop_ends_the_run(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_run(stop_the_loop, f, NULL), RONDO_ESTOPPED);
    assert_string_equal(f->text, "stopped ");
}

static int name_itself(void *arg, rondo_value *out)
{
    (void)out;
    note(arg, rondo_get_name(rondo_current_task()));
    return 0;
}

/* The first task is called main. */
static void the_first_task_is_called_main(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_run(name_itself, f, NULL), 0);
    assert_string_equal(f->text, "main ");
}

static int nap_a(void *arg, rondo_value *out)
{
    (void)out;
    RONDO_TRY(rondo_sleep(RONDO_MS(60)));
    note(arg, "a");
    return 0;
}

static int nap_b(void *arg, rondo_value *out)
{
    (void)out;
    RONDO_TRY(rondo_sleep(RONDO_MS(30)));
    note(arg, "b");
    return 0;
}

static int nap_both(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    int64_t start = rondo_loop_time(NULL);
    rondo_task *a = rondo_spawn(nap_a, arg);
    rondo_task *b = rondo_spawn(nap_b, arg);

    (void)out;
    RONDO_TRY(rondo_await(a, NULL));
    RONDO_TRY(rondo_await(b, NULL));
    rondo_unref(a);
    rondo_unref(b);
    f->took = rondo_loop_time(NULL) - start;
    return 0;
}

/* LOOP-06: sleeps overlap on the real clock, and none ends early. */
static void sleeps_overlap_and_never_end_early(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_run(nap_both, f, NULL), 0);
    assert_string_equal(f->text, "b a ");
    assert_true(f->took >= RONDO_MS(60));
}

static int many_short_naps(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    for (int i = 0; i < 30; i++) {
        int64_t start = rondo_loop_time(NULL);

        RONDO_TRY(rondo_sleep(RONDO_US(700)));
        if (rondo_loop_time(NULL) - start < RONDO_US(700))
            note(f, "early");
    }
    return 0;
}

/* LOOP-06: also below a millisecond. */
static void short_sleeps_never_end_early(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_run(many_short_naps, f, NULL), 0);
    assert_string_equal(f->text, "");
}

static int time_out(void *arg, rondo_value *out)
{
    int rc = 0;

    (void)out;
    RONDO_TIMEOUT(rc, RONDO_MS(20)) {
        rc = rondo_sleep(RONDO_S(100));
    }
    note(arg, rondo_err_name(rc));
    return 0;
}

/* TMO-01: a timeout on the real clock. */
static void a_timeout_strikes_on_the_real_clock(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_run(time_out, f, NULL), 0);
    assert_string_equal(f->text, "ETIMEDOUT ");
}

static void set_event(uv_timer_t *timer)
{
    struct fixture *f = timer->data;

    note(f, "uv timer");
    rondo_event_set(&f->event);
    uv_close((uv_handle_t *)timer, NULL);
}

static int wait_for_uv(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    uv_timer_init(uv_default_loop(), &f->timer);
    f->timer.data = f;
    uv_timer_start(&f->timer, set_event, 20, 0);
    RONDO_TRY(rondo_event_wait(&f->event));
    note(f, "woken");
    return 0;
}

/* A program's own uv handle may wake a task. */
static void a_uv_callback_may_wake_a_task(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_run(wait_for_uv, f, NULL), 0);
    assert_string_equal(f->text, "uv timer woken ");
}

static void too_late(uv_timer_t *timer)
{
    note(timer->data, "too late");
}

static int hold_the_thread(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    uv_sleep(5);
    return 0;
}

static int sleep_beside_a_timer(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    uv_timer_init(uv_default_loop(), &f->timer);
    f->timer.data = f;
    uv_timer_start(&f->timer, too_late, 60000, 0);
    rondo_unref(rondo_spawn(hold_the_thread, f));
    RONDO_TRY(rondo_sleep(RONDO_MS(1)));
    RONDO_TRY(rondo_sleep(RONDO_MS(1)));
    note(f, "slept twice");
    uv_close((uv_handle_t *)&f->timer, NULL);
    return 0;
}

/* A sleep that is over before uv looks again ends then, whatever else the uv loop waits for. */
static void a_sleep_does_not_wait_for_a_handle_of_the_programs_own(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_run(sleep_beside_a_timer, f, NULL), 0);
    uv_run(uv_default_loop(), UV_RUN_NOWAIT);
    assert_string_equal(f->text, "slept twice ");
}

static bool give_up(void *self)
{
    note(self, "stuck");
    return true;
}

static void ignore_event(void *self, const struct observed *event)
{
    (void)self;
    (void)event;
}

static size_t first(void *self, const struct observed_choice *choice)
{
    (void)self;
    (void)choice;
    return 0;
}

static int wait_for_ever(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    return rondo_event_wait(&f->event);
}

/* When nothing can ever happen again, an observer may end the run. */
static void an_observer_may_end_a_run_that_is_stuck(void **state)
{
    struct fixture *f = *state;
    struct observer watcher = {.wanted = OBSERVED_USUAL,
                               .event = ignore_event,
                               .pick = first,
                               .stuck = give_up,
                               .self = f};

    observer = &watcher;
    assert_int_equal(rondo_run(wait_for_ever, f, NULL), RONDO_EDEADLOCK);
    observer = NULL;
    assert_string_equal(f->text, "stuck ");
}

static void say_once(void *arg)
{
    note(arg, "once");
}

/* LOOP-15 on the real port: a loop stopped before it runs makes one iteration and does not wait. */
static void a_loop_stopped_before_it_runs_does_not_wait(void **state)
{
    struct fixture *f = *state;
    rondo_loop *loop = rondo_loop_new();

    rondo_call_soon(loop, say_once, f);
    rondo_call_later(loop, RONDO_S(100), say_once, f);
    rondo_loop_stop(loop);
    assert_int_equal(rondo_loop_run_forever(loop), 0);
    assert_string_equal(f->text, "once ");
    assert_int_equal(rondo_loop_close(loop), 0);
}

struct visitor {
    struct fixture *f;
    rondo_loop *loop;
};

static int nap_and_stop(void *arg, rondo_value *out)
{
    (void)out;
    RONDO_TRY(rondo_sleep(RONDO_MS(5)));
    note(arg, "rested");
    rondo_loop_stop(rondo_get_running_loop());
    return 0;
}

/* LOOP-34 on the real port: turned by hand, and by the program's own uv_run() in between. */
static void a_real_loop_may_be_turned_by_hand(void **state)
{
    struct fixture *f = *state;
    rondo_loop *loop = rondo_loop_new();
    int rc = 0;

    rondo_unref(rondo_loop_create_task(loop, nap_and_stop, f));
    rondo_call_soon(loop, say_once, f);
    uv_run(uv_default_loop(), UV_RUN_NOWAIT); /* not entered: nothing of ours runs */
    assert_string_equal(f->text, "");
    assert_int_equal(rondo_loop_enter(loop), 0);
    uv_run(uv_default_loop(), UV_RUN_NOWAIT);
    assert_string_equal(f->text, "once ");
    while (rc == 0)
        rc = rondo_loop_turn(loop);
    assert_int_equal(rc, RONDO_ESTOPPED);
    assert_int_equal(rondo_loop_leave(loop), 0);
    assert_string_equal(f->text, "once rested ");
    assert_int_equal(rondo_loop_close(loop), 0);
}

static void leave_inside(void *arg)
{
    struct visitor *visitor = arg;

    assert_int_equal(rondo_loop_leave(visitor->loop), RONDO_EMISUSE);
    assert_int_equal(rondo_loop_turn(visitor->loop), RONDO_EMISUSE);
    note(visitor->f, "inside");
}

static int leave_from_a_task(void *arg, rondo_value *out)
{
    (void)out;
    leave_inside(arg);
    return 0;
}

/* LOOP-34: nor may it be left from inside a turn of the program's own uv_run(). */
static void a_loop_is_not_left_inside_the_programs_own_turn(void **state)
{
    struct fixture *f = *state;
    struct visitor visitor = {f, rondo_loop_new()};

    rondo_call_soon(visitor.loop, leave_inside, &visitor);
    rondo_unref(rondo_loop_create_task(visitor.loop, leave_from_a_task, &visitor));
    assert_int_equal(rondo_loop_enter(visitor.loop), 0);
    uv_run(uv_default_loop(), UV_RUN_NOWAIT);
    assert_string_equal(f->text, "inside inside ");
    assert_int_equal(rondo_loop_leave(visitor.loop), 0);
    assert_int_equal(rondo_loop_close(visitor.loop), 0);
}

/* Whichever allocation fails: a clean code, and nothing is left. */
static void a_run_without_memory_fails_cleanly(void **state)
{
    struct fixture *f = *state;
    int rc = RONDO_ENOMEM;
    size_t n = 1;

    for (bool failed = true; failed && n < 50; n++) {
        memory_fail(&f->memory, n);
        rc = rondo_run(leave_two_behind, f, NULL);
        failed = memory_failed(&f->memory);
        assert_true(rc == 0 || rc == RONDO_ENOMEM);
        memory_fail(&f->memory, 0);
        assert_int_equal(f->memory.live, 0);
        f->event = (rondo_event){0};
        f->text[0] = '\0';
    }
    assert_int_equal(rc, 0);
    assert_true(n > 4);
}

/* RUN-02: a NULL function is refused, and no loop is made for it. */
static void a_run_of_nothing_is_refused(void **state)
{
    struct fixture *f = *state;
    size_t requests = f->memory.requests;

    assert_int_equal(rondo_run(NULL, f, NULL), RONDO_EINVAL);
    assert_int_equal(f->memory.requests, requests);
}

static void hear(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    (void)loop;
    note(arg, rondo_err_name(exception->code));
    note(arg, exception->text);
}

static int fail_in_cleanup(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    if (rondo_event_wait(&f->event) == RONDO_ECANCELED)
        return rondo_fail(RONDO_EUSER, "no mop");
    return 0;
}

static int leave_one_that_fails(void *arg, rondo_value *out)
{
    rondo_loop_set_exception_handler(rondo_get_running_loop(), hear, arg);
    rondo_unref(rondo_spawn(fail_in_cleanup, arg));
    RONDO_TRY(rondo_sleep(0));
    return rondo_return(out, 42);
}

/* RUN-06: a failure in the cleanup of what is left over is reported, and main's result stands. */
static void a_failure_in_the_cleanup_of_leftovers_is_reported(void **state)
{
    struct fixture *f = *state;
    rondo_value value = {0};

    assert_int_equal(rondo_run(leave_one_that_fails, f, &value), 0);
    assert_int_equal(value.as.i, 42);
    assert_string_equal(f->text, "EUSER0 no mop ");
}

static int look_for_the_loop(void *arg, rondo_value *out)
{
    const rondo_loop *loop = rondo_get_running_loop();

    (void)out;
    note(arg, loop != NULL && rondo_loop_is_running(loop) ? "running" : "none");
    RONDO_TRY(rondo_sleep(RONDO_MS(1)));
    note(arg, rondo_get_running_loop() == loop ? "the same" : "another");
    return 0;
}

/* RUN-08: inside a run its loop is the running one; afterwards there is none. */
static void the_running_loop_is_the_runs_own(void **state)
{
    struct fixture *f = *state;

    assert_null(rondo_get_running_loop());
    assert_int_equal(rondo_run(look_for_the_loop, f, NULL), 0);
    assert_string_equal(f->text, "running the same ");
    assert_null(rondo_get_running_loop());
}

static int fail_at_once(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return RONDO_EUSER;
}

static int gather_with_a_failure(void *arg, rondo_value *out)
{
    rondo_task *tasks[] = {rondo_spawn(fail_at_once, arg), rondo_spawn(hang, arg)};

    (void)out;
    note(arg, rondo_err_name(rondo_gather(tasks, 2, 0, NULL)));
    note(arg, rondo_done(tasks[1]) ? "done" : "pending");
    rondo_unref_all(tasks, 2);
    RONDO_TRY(rondo_sleep(RONDO_MS(1)));
    note(arg, "main ends");
    return 0;
}

/* OWN-08: a gather that failed leaves the other children running; the end of the run cancels them.
 */
static void what_a_failed_gather_leaves_the_end_of_the_run_cancels(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rondo_run(gather_with_a_failure, f, NULL), 0);
    assert_string_equal(f->text, "EUSER0 pending main ends ECANCELED cleaned ");
}

/* ---- generators ---- */

static int hand_out_one(void *arg, rondo_value *out)
{
    int rc = rondo_yield(1, NULL);
    int clean = rondo_sleep(RONDO_MS(1));

    (void)out;
    note(arg, rondo_err_name(rc));
    note(arg, clean == 0 ? "cleaned" : "not cleaned");
    return rc;
}

static int stay_behind(void *arg, rondo_value *out)
{
    int rc = rondo_sleep(RONDO_S(100));

    (void)out;
    note(arg, "left over");
    return rc;
}

/* Leave a task, a generator that is held and one that is not, and fail. */
static int fail_with_open_generators(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_generator *dropped = rondo_generator_new(hand_out_one, f);
    rondo_value item;

    (void)out;
    f->gen = rondo_generator_new(hand_out_one, f);
    if (rondo_anext(f->gen, &item) != 1 || rondo_anext(dropped, &item) != 1)
        return RONDO_EMISUSE;
    rondo_unref(rondo_spawn(stay_behind, f));
    RONDO_TRY(rondo_sleep(0));
    rondo_generator_drop(dropped);
    return RONDO_EUSER;
}

/* RUN-07, AGN-01: after the tasks that are left over, the generators are closed, though main
 * failed; their cleanup may wait. */
static void open_generators_are_closed_at_the_end_of_a_run(void **state)
{
    struct fixture *f = *state;
    rondo_value item;

    assert_int_equal(rondo_run(fail_with_open_generators, f, NULL), RONDO_EUSER);
    assert_string_equal(f->text, "left over EGENEXIT cleaned EGENEXIT cleaned ");
    assert_int_equal(rondo_anext(f->gen, &item), 0);
    rondo_generator_drop(f->gen);
}

/* ---- debug mode ---- */

static int say_debug(void *arg, rondo_value *out)
{
    (void)out;
    note(arg, rondo_loop_get_debug(rondo_get_running_loop()) ? "debug" : "plain");
    return 0;
}

/* LOOP-33: debug mode starts as the environment says. */
static void a_loop_is_in_debug_mode_if_the_environment_says_so(void **state)
{
    struct fixture *f = *state;

    uv_os_unsetenv("RONDO_DEBUG");
    assert_int_equal(rondo_run(say_debug, f, NULL), 0);
    uv_os_setenv("RONDO_DEBUG", "");
    assert_int_equal(rondo_run(say_debug, f, NULL), 0);
    uv_os_setenv("RONDO_DEBUG", "1");
    assert_int_equal(rondo_run(say_debug, f, NULL), 0);
    uv_os_setenv("RONDO_DEBUG", "yes, please");
    assert_int_equal(rondo_run(say_debug, f, NULL), 0);
    uv_os_unsetenv("RONDO_DEBUG");
    assert_string_equal(f->text, "plain plain debug debug ");
}

/* RUN-03: a run can switch debug mode on, off, or leave it to the environment. */
static void a_run_can_switch_debug_mode(void **state)
{
    struct fixture *f = *state;

    uv_os_setenv("RONDO_DEBUG", "1");
    assert_int_equal(rondo_run(say_debug, f, NULL, .debug = RONDO_DEBUG_OFF), 0);
    assert_int_equal(rondo_run(say_debug, f, NULL, .debug = RONDO_DEBUG_AS_SET), 0);
    uv_os_unsetenv("RONDO_DEBUG");
    assert_int_equal(rondo_run(say_debug, f, NULL, .debug = RONDO_DEBUG_ON), 0);
    assert_int_equal(rondo_run(say_debug, f, NULL, .debug = RONDO_DEBUG_AS_SET), 0);
    assert_string_equal(f->text, "plain debug debug plain ");
}

/* ---- a loop of the program's choice ---- */

static rondo_loop *make_debugging_loop(void *arg)
{
    struct fixture *f = arg;
    rondo_loop *loop = rondo_loop_new_on(&f->uv);

    note(f, "makes");
    rondo_loop_set_debug(loop, true);
    return loop;
}

static void note_listening(uv_handle_t *handle, void *arg)
{
    if (uv_handle_get_type(handle) == UV_SIGNAL)
        note(arg, "listens");
}

static int nap_on_it(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    RONDO_TRY(say_debug(f, out));
    RONDO_TRY(rondo_sleep(RONDO_MS(1)));
    note(f, uv_loop_alive(&f->uv) ? "its own" : "another");
    uv_walk(&f->uv, note_listening, f); /* Ctrl-C is the default loop's */
    return 0;
}

/* RUN-09: a function that makes the loop can be given, and is called once. */
static void a_run_takes_the_loop_that_it_is_given(void **state)
{
    struct fixture *f = *state;
    rondo_runner runner = {0};

    assert_int_equal(uv_loop_init(&f->uv), 0);
    assert_int_equal(rondo_runner_open(&runner, .loop_factory = make_debugging_loop,
                                       .loop_factory_arg = f),
                     0);
    assert_null(rondo_loop_new_on(&f->uv)); /* two would take each other's turns */
    assert_int_equal(rondo_runner_run(&runner, nap_on_it, f, NULL), 0);
    assert_int_equal(rondo_run(say_debug, f, NULL), 0); /* the default loop is free meanwhile */
    assert_int_equal(rondo_runner_run(&runner, say_debug, f, NULL), 0);
    assert_int_equal(rondo_runner_close(&runner), 0);
    assert_string_equal(f->text, "makes debug its own plain debug ");
    assert_int_equal(uv_loop_close(&f->uv), 0);
}

static rondo_loop *make_none(void *arg)
{
    note(arg, "makes none");
    return NULL;
}

/* RUN-09: without a loop there is no run. */
static void a_run_without_a_loop_is_refused(void **state)
{
    struct fixture *f = *state;
    rondo_runner runner = {0};

    assert_int_equal(rondo_run(answer, f, NULL, .loop_factory = make_none, .loop_factory_arg = f),
                     RONDO_ENOMEM);
    assert_int_equal(rondo_runner_open(&runner, .loop_factory = make_none, .loop_factory_arg = f),
                     RONDO_ENOMEM);
    assert_null(runner.context); /* all zero as before */
    assert_null(rondo_runner_get_loop(&runner));
    assert_string_equal(f->text, "makes none makes none ");
}

/* ---- several runs ---- */

static const rondo_var colour = {.name = "colour", .value = {.as.text = "none"}};

static int look_and_paint(void *arg, rondo_value *out)
{
    note(arg, rondo_var_get(&colour).as.text);
    RONDO_TRY(rondo_var_set(&colour, "red", NULL));
    *out = rondo_value_of((void *)rondo_get_running_loop());
    return 0;
}

/* RUN-10: runs of one runner share its loop, and what one sets in a context variable is there in
 * the next. */
static void runs_of_a_runner_share_loop_and_context(void **state)
{
    struct fixture *f = *state;
    rondo_runner runner = {0};
    rondo_value first = {0}, second = {0};

    assert_int_equal(rondo_runner_open(&runner), 0);
    assert_int_equal(rondo_runner_run(&runner, look_and_paint, f, &first), 0);
    assert_int_equal(rondo_runner_run(&runner, look_and_paint, f, &second), 0);
    assert_ptr_equal(first.as.p, second.as.p);
    assert_string_equal(f->text, "none red ");
    assert_int_equal(rondo_runner_close(&runner), 0);
    assert_string_equal(rondo_var_get(&colour).as.text, "none");
}

/* RUN-01: a runner keeps the words of a failure until its next run. */
static void a_runner_keeps_the_words_of_a_failure(void **state)
{
    struct fixture *f = *state;
    rondo_runner runner = {0};

    assert_string_equal(rondo_runner_error_text(&runner), "");
    assert_null(rondo_runner_get_loop(&runner));
    assert_int_equal(rondo_runner_open(&runner), 0);
    assert_int_equal(rondo_runner_run(&runner, complain, f, NULL), RONDO_EUSER - 1);
    assert_string_equal(rondo_runner_error_text(&runner), "no such row");
    assert_int_equal(rondo_runner_run(&runner, answer, f, NULL), 0);
    assert_string_equal(rondo_runner_error_text(&runner), "");
    assert_int_equal(rondo_runner_run(&runner, complain, f, NULL), RONDO_EUSER - 1);
    assert_int_equal(rondo_runner_close(&runner), 0);
    assert_string_equal(rondo_runner_error_text(&runner), "");
}

static int wait_for_cleanup_of_others(void *arg, rondo_value *out)
{
    (void)out;
    note(arg, "second run");
    return rondo_sleep(0);
}

/* RUN-10: a task that is left over goes on in the next run; closing cancels it. */
static void a_task_goes_on_in_the_next_run(void **state)
{
    struct fixture *f = *state;
    rondo_runner runner = {0};

    assert_int_equal(rondo_runner_open(&runner), 0);
    assert_int_equal(rondo_runner_run(&runner, leave_two_behind, f, NULL), 0);
    assert_int_equal(rondo_runner_run(&runner, wait_for_cleanup_of_others, f, NULL), 0);
    assert_string_equal(f->text, "main ends second run ");
    assert_int_equal(rondo_runner_close(&runner), 0);
    assert_string_equal(f->text, "main ends second run ECANCELED ECANCELED cleaned cleaned ");
}

static int misuse_a_runner(void *arg, rondo_value *out)
{
    rondo_runner *runner = arg;
    rondo_runner another = {0};

    if (rondo_runner_run(runner, answer, NULL, out) != RONDO_EMISUSE ||
        rondo_runner_close(runner) != RONDO_EMISUSE || rondo_runner_open(&another) != RONDO_EMISUSE)
        return RONDO_EUSER;
    return 0;
}

/* RUN-11: a runner may be closed twice, and then neither runs nor opens; nor does one inside a run.
 */
static void a_closed_runner_does_nothing_more(void **state)
{
    struct fixture *f = *state;
    rondo_runner runner = {0};

    assert_int_equal(rondo_runner_run(&runner, answer, f, NULL), RONDO_EMISUSE);
    assert_int_equal(rondo_runner_open(&runner), 0);
    assert_int_equal(rondo_runner_open(&runner), RONDO_EMISUSE);
    assert_int_equal(rondo_runner_run(&runner, NULL, f, NULL), RONDO_EINVAL);
    assert_int_equal(rondo_runner_run(&runner, misuse_a_runner, &runner, NULL), 0);
    assert_int_equal(rondo_runner_close(&runner), 0);
    assert_int_equal(rondo_runner_close(&runner), 0);
    assert_int_equal(rondo_runner_run(&runner, answer, f, NULL), RONDO_EMISUSE);
    assert_int_equal(rondo_runner_open(&runner), RONDO_EMISUSE);
    assert_string_equal(f->text, "");
}

static void stop_that_loop(void *loop)
{
    rondo_loop_stop(loop);
}

/* What another thread has called before the run looks whether it is stuck has come. */
static void a_call_that_came_before_the_run_is_heard(void **state)
{
    struct fixture *f = *state;
    struct observer watcher = {.wanted = OBSERVED_USUAL,
                               .event = ignore_event,
                               .pick = first,
                               .stuck = give_up,
                               .self = f};
    rondo_loop *loop = rondo_loop_new();

    assert_int_equal(rondo_call_soon_threadsafe(loop, stop_that_loop, loop), 0);
    observer = &watcher;
    assert_int_equal(rondo_loop_run_forever(loop), 0);
    observer = NULL;
    assert_string_equal(f->text, "");
    rondo_loop_close(loop);
}

static void ignore_wake(uv_async_t *async)
{
    (void)async;
}

/* One loop of ours a uv loop; handles of the program's own are no loop of ours. */
static void a_uv_loop_has_one_loop_of_ours(void **state)
{
    struct fixture *f = *state;
    rondo_loop *loop;
    uv_async_t foreign;

    (void)f;
    assert_int_equal(uv_async_init(uv_default_loop(), &foreign, ignore_wake), 0);
    uv_unref((uv_handle_t *)&foreign);
    loop = rondo_loop_new();
    assert_non_null(loop);
    assert_null(rondo_loop_new());
    assert_int_equal(rondo_loop_close(loop), 0);
    loop = rondo_loop_new();
    assert_non_null(loop);
    assert_int_equal(rondo_loop_close(loop), 0);
    uv_close((uv_handle_t *)&foreign, NULL);
    uv_run(uv_default_loop(), UV_RUN_NOWAIT);
}

static void say_ours(void *arg)
{
    struct visitor *visitor = arg;

    note(visitor->f, "ours");
    rondo_loop_stop(visitor->loop);
}

static void run_uv_inside(void *arg)
{
    struct visitor *visitor = arg;

    rondo_call_soon(visitor->loop, say_ours, visitor);
    note(visitor->f, "before");
    uv_run(uv_default_loop(), UV_RUN_NOWAIT);
    note(visitor->f, "behind");
}

static void time_is_up(uv_timer_t *timer)
{
    note((struct fixture *)timer->data, "time");
    uv_close((uv_handle_t *)timer, NULL);
}

/* The program's own timer, on its uv loop, until that has nothing left to do. */
static void run_uv_to_its_end(void *arg)
{
    static uv_timer_t timer;
    struct visitor *visitor = arg;

    rondo_call_soon(visitor->loop, say_ours, visitor);
    uv_timer_init(uv_default_loop(), &timer);
    timer.data = visitor->f;
    uv_timer_start(&timer, time_is_up, 2, 0);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    note(visitor->f, "behind");
}

/* To its end, too: that ours are ready does not keep it going. */
static void a_uv_run_to_its_end_inside_a_callback_ends(void **state)
{
    struct fixture *f = *state;
    struct visitor visitor = {f, rondo_loop_new()};

    rondo_call_soon(visitor.loop, run_uv_to_its_end, &visitor);
    assert_int_equal(rondo_loop_run_forever(visitor.loop), 0);
    assert_string_equal(f->text, "time behind ours ");
    rondo_loop_close(visitor.loop);
}

/* A program may run its uv loop inside a callback of ours: ours are not run inside another. */
static void a_uv_run_inside_a_callback_runs_none_of_ours(void **state)
{
    struct fixture *f = *state;
    struct visitor visitor = {f, rondo_loop_new()};

    rondo_call_soon(visitor.loop, run_uv_inside, &visitor);
    assert_int_equal(rondo_loop_run_forever(visitor.loop), 0);
    assert_string_equal(f->text, "before behind ours ");
    rondo_loop_close(visitor.loop);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(run_gives_the_value),
        TEST(run_gives_the_failure),
        TEST(run_hands_over_a_value_that_owns_memory),
        TEST(run_inside_a_run_is_misuse),
        TEST(leftover_tasks_are_cancelled_and_awaited),
        TEST(leftover_tasks_are_awaited_after_a_failure_too),
        TEST(a_leftover_task_runs_its_first_step),
        TEST(stopping_the_loop_ends_the_run),
        TEST(the_first_task_is_called_main),
        TEST(sleeps_overlap_and_never_end_early),
        TEST(short_sleeps_never_end_early),
        TEST(a_timeout_strikes_on_the_real_clock),
        TEST(a_uv_callback_may_wake_a_task),
        TEST(a_sleep_does_not_wait_for_a_handle_of_the_programs_own),
        TEST(an_observer_may_end_a_run_that_is_stuck),
        TEST(a_loop_stopped_before_it_runs_does_not_wait),
        TEST(a_real_loop_may_be_turned_by_hand),
        TEST(a_loop_is_not_left_inside_the_programs_own_turn),
        TEST(a_run_without_memory_fails_cleanly),
        TEST(a_run_of_nothing_is_refused),
        TEST(a_failure_in_the_cleanup_of_leftovers_is_reported),
        TEST(the_running_loop_is_the_runs_own),
        TEST(what_a_failed_gather_leaves_the_end_of_the_run_cancels),
        TEST(open_generators_are_closed_at_the_end_of_a_run),
        TEST(a_loop_is_in_debug_mode_if_the_environment_says_so),
        TEST(a_run_can_switch_debug_mode),
        TEST(a_run_takes_the_loop_that_it_is_given),
        TEST(a_run_without_a_loop_is_refused),
        TEST(a_runner_keeps_the_words_of_a_failure),
        TEST(a_loop_polls_as_often_as_it_is_told),
        TEST(callbacks_follow_one_another_between_two_polls),
        TEST(runs_of_a_runner_share_loop_and_context),
        TEST(a_task_goes_on_in_the_next_run),
        TEST(a_closed_runner_does_nothing_more),
        TEST(a_call_that_came_before_the_run_is_heard),
        TEST(a_uv_loop_has_one_loop_of_ours),
        TEST(a_uv_run_inside_a_callback_runs_none_of_ours),
        TEST(a_uv_run_to_its_end_inside_a_callback_ends),
    };

    return play_all(tests);
}

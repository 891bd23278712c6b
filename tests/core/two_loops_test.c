/*
 * two_loops_test.c - tasks of two loops at one primitive: LCK-09. The other loop, `there`, runs
 * before the script's own; what its tasks have begun they would end when it runs again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "barrier.h"
#include "condition.h"
#include "event.h"
#include "handler.h"
#include "lock.h"
#include "queue.h"
#include "semaphore.h"
#include "sleep.h"
#include "tests/lib/script.h"

struct fixture {
    struct script script;
    struct manual_loop there;
    rondo_lock lock;
    rondo_condition condition;
    rondo_semaphore semaphore;
    rondo_event event;
    rondo_barrier barrier;
    rondo_queue full, empty;
};

static void ignore(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    (void)loop; /* its tasks are given up as they stand */
    (void)exception;
    (void)arg;
}

static int fixture_open(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    script_open(&f->script);
    manual_loop_init(&f->there);
    rondo_loop_set_exception_handler(&f->there.loop, ignore, NULL);
    f->full = (rondo_queue)RONDO_QUEUE("full", 1);
    f->barrier = (rondo_barrier)RONDO_BARRIER("barrier", 3);
    *state = f;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;

    rondo_loop_close(&f->there.loop);
    rondo_queue_clear(&f->full);
    rondo_queue_clear(&f->empty);
    return script_teardown(&f->script);
}

/* ---- what would have to wait ---- */

static int take_lock(struct fixture *f)
{
    return rondo_lock_acquire(&f->lock);
}

static int wait_for_change(struct fixture *f)
{
    int rc = rondo_lock_acquire(rondo_condition_lock(&f->condition));

    if (rc < 0)
        return rc;
    rc = rondo_condition_wait(&f->condition);
    check(f, rondo_lock_release(rondo_condition_lock(&f->condition)) == 0);
    return rc;
}

static int take_permit(struct fixture *f)
{
    return rondo_semaphore_acquire(&f->semaphore);
}

static int wait_for_event(struct fixture *f)
{
    return rondo_event_wait(&f->event);
}

static int come(struct fixture *f)
{
    return rondo_barrier_wait(&f->barrier);
}

static int put(struct fixture *f)
{
    return rondo_queue_put(&f->full, 2);
}

static int get(struct fixture *f)
{
    rondo_value item;

    return rondo_queue_get(&f->empty, &item);
}

static int join(struct fixture *f)
{
    return rondo_queue_join(&f->full);
}

static const struct wait {
    const char *name;
    int (*wait)(struct fixture *f);
} waits[] = {
    {"lock", take_lock},        {"condition", wait_for_change},
    {"semaphore", take_permit}, {"event", wait_for_event},
    {"barrier", come},          {"full queue", put},
    {"empty queue", get},       {"join", join},
};

#define WAIT_COUNT ((int)(sizeof waits / sizeof waits[0]))

struct wish {
    struct fixture *f;
    int64_t n;
};

static int wait_there(void *arg, rondo_value *out)
{
    const struct wish *wish = arg;

    (void)out;
    return waits[wish->n].wait(wish->f);
}

static int hold_the_lock(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    RONDO_TRY(rondo_lock_acquire(&f->lock));
    RONDO_TRY(rondo_queue_put(&f->full, 1));
    return rondo_sleep(RONDO_S(3600));
}

/* Let one task of the other loop wait for each thing. */
static void let_those_there_wait(struct fixture *f)
{
    static struct wish wishes[WAIT_COUNT];

    rondo_unref(rondo_loop_create_task(&f->there.loop, hold_the_lock, f));
    for (int i = 0; i < WAIT_COUNT; i++) {
        wishes[i] = (struct wish){f, i};
        rondo_unref(rondo_loop_create_task(&f->there.loop, wait_there, &wishes[i]));
    }
    rondo_loop_stop(&f->there.loop);
    assert_int_equal(rondo_loop_run_forever(&f->there.loop), 0);
}

static int try_each(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    for (int i = 0; i < WAIT_COUNT; i++)
        note(f, "%s %s", waits[i].name, rondo_err_name(waits[i].wait(f)));
    return 0;
}

/* LCK-09: tasks of two loops at one primitive are refused where one of them would have to wait. */
static void who_would_have_to_wait_with_tasks_of_another_loop_is_refused(void **state)
{
    struct fixture *f = *state;

    let_those_there_wait(f);
    spawn(f, "a", try_each, 0);
    expect_trace(f, "0ms a lock EMISUSE\n"
                    "0ms a condition EMISUSE\n"
                    "0ms a semaphore EMISUSE\n"
                    "0ms a event EMISUSE\n"
                    "0ms a barrier EMISUSE\n"
                    "0ms a full queue EMISUSE\n"
                    "0ms a empty queue EMISUSE\n"
                    "0ms a join EMISUSE\n");
    assert_int_equal(rondo_barrier_n_waiting(&f->barrier), 1); /* it did not come */
    assert_int_equal(f->semaphore.waiters.woken, 0);           /* and had no permit to hand on */
}

static int help_each(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_value item;

    (void)n;
    rondo_event_set(&f->event);
    note(f, "event %s", rondo_err_name(rondo_event_wait(&f->event)));
    note(f, "release %s", rondo_err_name(rondo_semaphore_release(&f->semaphore)));
    note(f, "get %s", rondo_err_name(rondo_queue_get(&f->full, &item)));
    note(f, "put %s", rondo_err_name(rondo_queue_put(&f->empty, 3)));
    return 0;
}

/* LCK-09: what need not wait is no matter of loops; those there go on when their loop does. */
static void who_need_not_wait_is_not_refused(void **state)
{
    struct fixture *f = *state;
    size_t left = 0;

    let_those_there_wait(f);
    spawn(f, "a", help_each, 0);
    expect_trace(f, "0ms a event OK\n0ms a release OK\n0ms a get OK\n0ms a put OK\n");
    for (int i = 0; i < 2; i++) {
        rondo_loop_stop(&f->there.loop);
        assert_int_equal(rondo_loop_run_forever(&f->there.loop), 0);
    }
    left = rondo_all_tasks(&f->there.loop, NULL, 0);
    assert_int_equal(left, WAIT_COUNT + 1 - 4); /* event, semaphore, both queues */
}

static int hold_for_ever(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    RONDO_TRY(rondo_lock_acquire(&f->lock));
    return rondo_sleep(RONDO_S(3600));
}

static int try_the_lock(void *fixture, int64_t n)
{
    struct fixture *f = fixture;

    (void)n;
    note(f, "%s", rondo_err_name(rondo_lock_acquire(&f->lock)));
    note(f, "release %s", rondo_err_name(rondo_lock_release(&f->lock)));
    note(f, "%s", rondo_err_name(rondo_lock_acquire(&f->lock)));
    return 0;
}

/* LCK-09: a lock that a task of another loop holds is not waited for, though nobody stands in line;
 * once it is open, anybody may have it. */
static void a_lock_held_in_another_loop_is_not_waited_for(void **state)
{
    struct fixture *f = *state;

    rondo_unref(rondo_loop_create_task(&f->there.loop, hold_for_ever, f));
    rondo_loop_stop(&f->there.loop);
    assert_int_equal(rondo_loop_run_forever(&f->there.loop), 0);
    spawn(f, "a", try_the_lock, 0);
    expect_trace(f, "0ms a EMISUSE\n0ms a release OK\n0ms a OK\n");
}

static int hold_the_conditions_lock(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    RONDO_TRY(rondo_lock_acquire(rondo_condition_lock(&f->condition)));
    check(f, rondo_condition_notify(&f->condition, 1) == 0);
    return rondo_sleep(RONDO_S(3600));
}

static int wait_and_lose_the_lock(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    rondo_lock *lock = rondo_condition_lock(&f->condition);

    (void)n;
    RONDO_TRY(rondo_lock_acquire(lock));
    note(f, "%s", rondo_err_name(rondo_condition_wait(&f->condition)));
    note(f, "notify %s", rondo_err_name(rondo_condition_notify(&f->condition, 1)));
    return 0;
}

/* LCK-09: a waiter that is told, and finds its lock held in another loop, goes on without; the same
 * number in another loop is another task. */
static void a_waiter_whose_lock_is_held_in_another_loop_goes_on_without(void **state)
{
    struct fixture *f = *state;

    spawn(f, "a", wait_and_lose_the_lock, 0);
    rondo_loop_stop(f->script.loop);
    script_play(&f->script);
    rondo_unref(rondo_loop_create_task(&f->there.loop, hold_the_conditions_lock, f));
    rondo_loop_stop(&f->there.loop);
    assert_int_equal(rondo_loop_run_forever(&f->there.loop), 0);
    expect_trace(f, "0ms a EMISUSE\n0ms a notify EMISUSE\n");
}

#define TEST(name) SCRIPT_TEST(name, fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_would_have_to_wait_with_tasks_of_another_loop_is_refused),
        TEST(who_need_not_wait_is_not_refused),
        TEST(a_lock_held_in_another_loop_is_not_waited_for),
        TEST(a_waiter_whose_lock_is_held_in_another_loop_goes_on_without),
    };

    return play_all(tests);
}

/*
 * memory_test.c - what is promised when memory runs out: a clean code, and nothing is left.
 *
 * Each row is one way to use a function that takes memory; the sweep refuses the first request it
 * makes, then the second, until it needs no more. What has longer stories about it has a sweep in
 * its own file; tests/sweep.py says whether a public function is in none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "rondo.h"
#include "tests/lib/script.h"

struct fixture;

struct row {
    int (*deed)(struct fixture *f); /* calls memory_fails(f) when all is prepared */
    rondo_fn wait;                  /* for a deed that needs a waiting task */
    int code;                       /* what it comes to, if it is not RONDO_ENOMEM */
};

struct fixture {
    struct script script;
    const struct row *row;
    size_t refused; /* the request to refuse */
    rondo_lock lock;
    rondo_event event;
    rondo_condition condition;
    rondo_semaphore semaphore;
    rondo_barrier barrier;
    rondo_queue queue;
    rondo_future *future;
};

SCRIPT_FIXTURE(fixture)

static void memory_fails(struct fixture *f)
{
    memory_fail(&f->script.memory, f->refused);
}

static void ignore(rondo_loop *loop, const rondo_exception *exception, void *arg)
{
    (void)loop;
    (void)exception;
    (void)arg;
}

static int sweep(void *fixture, int64_t n)
{
    struct fixture *f = fixture;
    int rc;

    f->refused = (size_t)n;
    f->semaphore = (rondo_semaphore)RONDO_SEMAPHORE("permits", 0);
    f->barrier = (rondo_barrier)RONDO_BARRIER("others", 2);
    f->queue = (rondo_queue)RONDO_QUEUE("queue", 1);
    f->future = rondo_create_future(f->script.loop);
    rondo_loop_set_exception_handler(f->script.loop, ignore, NULL); /* of scopes that are left */
    rc = f->row->deed(f);
    sweep_over(f);
    check(f, rc == f->row->code || rc == RONDO_ENOMEM);
    rondo_queue_clear(&f->queue);
    rondo_unref(f->future);
    return 0;
}

static void sweep_all(struct fixture *f, const struct row *rows, size_t count)
{
    for (f->row = rows; f->row < rows + count; f->row++)
        expect_sweep(f, sweep, 2, 30); /* at least one request */
}

#define SWEEP_ALL(f, rows) sweep_all((f), (rows), sizeof(rows) / sizeof((rows)[0]))

/* ---- waits that are cancelled, with a message that wants to be copied ---- */

static int wait_for_lock(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    int rc = 0;

    (void)out;
    RONDO_LOCKED(rc, &f->lock) {
        rc = rondo_lock_acquire(&f->lock);
    }
    return rc;
}

static int wait_for_event(void *arg, rondo_value *out)
{
    (void)out;
    return rondo_event_wait(&((struct fixture *)arg)->event);
}

static bool never(void *arg)
{
    (void)arg;
    return false;
}

static int wait_for_predicate(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    int rc = 0;

    (void)out;
    RONDO_LOCKED(rc, rondo_condition_lock(&f->condition)) {
        rc = rondo_condition_wait_for(&f->condition, never, NULL);
    }
    return rc;
}

static int wait_for_permit(void *arg, rondo_value *out)
{
    (void)out;
    return rondo_semaphore_acquire(&((struct fixture *)arg)->semaphore);
}

static int wait_for_others(void *arg, rondo_value *out)
{
    (void)out;
    return rondo_barrier_wait(&((struct fixture *)arg)->barrier);
}

static int wait_for_item(void *arg, rondo_value *out)
{
    return rondo_queue_get(&((struct fixture *)arg)->queue, out);
}

static int wait_for_room(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    RONDO_TRY(rondo_queue_put(&f->queue, 1));
    return rondo_queue_put(&f->queue, 2);
}

static int wait_for_the_work(void *arg, rondo_value *out)
{
    struct fixture *f = arg;

    (void)out;
    RONDO_TRY(rondo_queue_put(&f->queue, 1));
    return rondo_queue_join(&f->queue);
}

static int wait_for_time(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return rondo_sleep(RONDO_FOREVER);
}

static int wait_for_future(void *arg, rondo_value *out)
{
    return rondo_await(((struct fixture *)arg)->future, out);
}

static int wait_shielded(void *arg, rondo_value *out)
{
    return rondo_shield(((struct fixture *)arg)->future, out);
}

static int wait_with_a_limit(void *arg, rondo_value *out)
{
    return rondo_wait_for(((struct fixture *)arg)->future, RONDO_FOREVER, out);
}

static int wait_for_one_of_several(void *arg, rondo_value *out)
{
    struct fixture *f = arg;
    rondo_as_completed each;
    rondo_future *next;
    int rc = rondo_as_completed_open(&each, &f->future, 1, RONDO_FOREVER);

    (void)out;
    if (rc == 0) {
        rc = rondo_as_completed_next(&each, &next);
        rondo_as_completed_close(&each);
    }
    return rc;
}

static int nap(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    if (rondo_sleep(1 * MS) == RONDO_ECANCELED)
        return rondo_sleep(1 * MS);
    return 0;
}

static int leave_a_group(void *arg, rondo_value *out)
{
    int rc = 0;

    (void)out;
    RONDO_GROUP(rc, group) {
        rondo_group_spawn(group, nap, arg);
        rc = rondo_sleep(0);
        break; /* and wait for the child all the same */
    }
    return rondo_sleep(rc);
}

static int cancel_the_wait(struct fixture *f)
{
    rondo_task *task = rondo_spawn(f->row->wait, f, .name = "waiter");
    int rc;

    check(f, rondo_sleep(0) == 0);
    check(f, rondo_sleep(0) == 0);
    memory_fails(f);
    check(f, rondo_cancel(task, "words"));
    rc = rondo_await(task, NULL);
    rondo_unref(task);
    return rc;
}

/* A message that finds no memory is lost; the wait ends all the same, wherever the task stands. */
static void a_cancel_ends_every_wait_without_memory(void **state)
{
    static const struct row rows[] = {
        {cancel_the_wait, wait_for_lock, RONDO_ECANCELED},
        {cancel_the_wait, wait_for_event, RONDO_ECANCELED},
        {cancel_the_wait, wait_for_predicate, RONDO_ECANCELED},
        {cancel_the_wait, wait_for_permit, RONDO_ECANCELED},
        {cancel_the_wait, wait_for_others, RONDO_ECANCELED},
        {cancel_the_wait, wait_for_item, RONDO_ECANCELED},
        {cancel_the_wait, wait_for_room, RONDO_ECANCELED},
        {cancel_the_wait, wait_for_the_work, RONDO_ECANCELED},
        {cancel_the_wait, wait_for_time, RONDO_ECANCELED},
        {cancel_the_wait, wait_for_future, RONDO_ECANCELED},
        {cancel_the_wait, wait_shielded, RONDO_ECANCELED},
        {cancel_the_wait, wait_with_a_limit, RONDO_ECANCELED},
        {cancel_the_wait, wait_for_one_of_several, RONDO_ECANCELED},
        {cancel_the_wait, leave_a_group, RONDO_ECANCELED},
    };

    SWEEP_ALL((struct fixture *)*state, rows);
}

/* ---- failures with words ---- */

static int await_a_failure(struct fixture *f)
{
    check(f, rondo_set_error(f->future, RONDO_EUSER, "words") == 0);
    memory_fails(f);
    return rondo_await(f->future, NULL);
}

static int shield_a_failure(struct fixture *f)
{
    check(f, rondo_set_error(f->future, RONDO_EUSER, "words") == 0);
    memory_fails(f);
    return rondo_shield(f->future, NULL);
}

static int limit_a_failure(struct fixture *f)
{
    check(f, rondo_set_error(f->future, RONDO_EUSER, "words") == 0);
    memory_fails(f);
    return rondo_wait_for(f->future, 0, NULL);
}

static int run_out_of_time(struct fixture *f)
{
    memory_fails(f);
    return rondo_wait_for(f->future, 1 * MS, NULL);
}

static int ask_too_late(struct fixture *f)
{
    rondo_as_completed each;
    rondo_future *next;
    int rc = rondo_as_completed_open(&each, &f->future, 1, 1 * MS);

    check(f, rc == 0);
    memory_fails(f);
    rc = rondo_as_completed_next(&each, &next);
    rondo_as_completed_close(&each);
    return rc;
}

static int enter(void *self)
{
    (void)self;
    return 0;
}

static int pass_on(void *self, int code)
{
    (void)self;
    return code;
}

static int fail_in_a_block(struct fixture *f)
{
    int rc;

    RONDO_WITH(rc, enter, pass_on, f) {
        rc = rondo_fail(RONDO_EUSER, "words");
        memory_fails(f);
    }
    return rc;
}

static int leave_a_block_in_failure(struct fixture *f)
{
    int rc;

    RONDO_WITH(rc, enter, pass_on, f) {
        rc = rondo_fail(RONDO_EUSER, "words");
        memory_fails(f);
        return rc;
    }
    return rc;
}

static int count(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return rondo_yield(1, NULL);
}

static int throw_at_a_generator(struct fixture *f)
{
    rondo_generator *one = rondo_generator_new(count, f);
    rondo_value item;
    int rc;

    check(f, rondo_anext(one, &item) == 1);
    memory_fails(f);
    rc = rondo_athrow(one, RONDO_EUSER, "words", &item);
    rondo_generator_drop(one);
    return rc;
}

/* Words that find no memory are lost; the code is not. */
static void a_failure_keeps_its_code_without_memory(void **state)
{
    static const struct row rows[] = {
        {await_a_failure, NULL, RONDO_EUSER},  {shield_a_failure, NULL, RONDO_EUSER},
        {limit_a_failure, NULL, RONDO_EUSER},  {run_out_of_time, NULL, RONDO_ETIMEDOUT},
        {ask_too_late, NULL, RONDO_ETIMEDOUT}, {throw_at_a_generator, NULL, RONDO_EUSER},
        {fail_in_a_block, NULL, RONDO_EUSER},  {leave_a_block_in_failure, NULL, RONDO_EUSER},
    };

    SWEEP_ALL((struct fixture *)*state, rows);
}

/* ---- what wants memory for itself ---- */

static int put_without_waiting(struct fixture *f)
{
    memory_fails(f);
    return rondo_queue_put_nowait(&f->queue, 1);
}

static int take_as_a_program_does(struct fixture *f)
{
    void *block;

    memory_fails(f);
    block = rondo_program_resize(NULL, 10);
    rondo_program_release(block);
    return block != NULL ? 0 : RONDO_ENOMEM;
}

static int end_at_once(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return 0;
}

static int start_eagerly(struct fixture *f)
{
    rondo_task *task;
    int rc;

    memory_fails(f);
    task = rondo_eager_task_factory(f->script.loop, end_at_once, f, &(rondo_spawn_options){0},
                                    RONDO_HERE, NULL);
    rc = rondo_await(task, NULL);
    rondo_unref(task);
    return rc;
}

static int spawn_a_coroutine_in_a_group(struct fixture *f)
{
    rondo_coroutine child = rondo_coroutine_of(end_at_once, f);
    int rc;

    RONDO_GROUP(rc, group) {
        memory_fails(f);
        if (rondo_group_spawn_coroutine(group, &child) == NULL)
            rc = RONDO_ENOMEM;
    }
    return rc;
}

/* What cannot be had is not there, and a code says so. */
static void what_is_refused_is_told(void **state)
{
    static const struct row rows[] = {
        {put_without_waiting, NULL, 0},
        {take_as_a_program_does, NULL, 0},
        {start_eagerly, NULL, 0},
        {spawn_a_coroutine_in_a_group, NULL, 0},
    };

    SWEEP_ALL((struct fixture *)*state, rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRIPT_TEST(a_cancel_ends_every_wait_without_memory, fixture),
        SCRIPT_TEST(a_failure_keeps_its_code_without_memory, fixture),
        SCRIPT_TEST(what_is_refused_is_told, fixture),
    };

    return play_all(tests);
}

/*
 * work.c - see work.h.
 */
#include "work.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/check.h"
#include "base/fiber.h"
#include "rondo.h"

static unsigned poll_interval = 1;

void work_poll_every(unsigned iterations)
{
    poll_interval = iterations;
}

static rondo_loop *new_loop(void *arg)
{
    rondo_loop *loop = rondo_loop_new();

    (void)arg;
    CHECK(loop != NULL);
    rondo_loop_set_poll_interval(loop, poll_interval);
    return loop;
}

/* Run `main_coroutine(arg)` on a loop of its own. */
static void run(rondo_fn main_coroutine, void *arg)
{
    int rc = rondo_run(main_coroutine, arg, NULL, .loop_factory = new_loop);

    CHECK(rc == 0);
}

static rondo_task **tasks_new(size_t count)
{
    return must_alloc(count * sizeof(rondo_task *));
}

/* Wait for all, one by one, and let go of them. */
static int join_all(rondo_task **tasks, size_t count)
{
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++)
        rc = rondo_await(tasks[i], NULL);
    rondo_unref_all(tasks, count);
    return rc;
}

/* ---- switch ---- */

/* As in floor_switches(): both sides run this one loop. */
static __attribute__((noinline)) void bounce(struct fiber *other, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fiber_switch(other);
}

static void other_side(void *home)
{
    bounce(home, SIZE_MAX);
}

void work_switch(size_t count)
{
    struct stack *stack = stack_take(STACK_SIZE_TASK);
    struct fiber fiber;

    CHECK(stack != NULL);
    fiber_init(&fiber, stack, other_side, fiber_current());
    bounce(&fiber, count / 2);
    stack_give(stack);
}

/* ---- yield: `tasks` of them share the trips ---- */

struct share {
    size_t tasks;
    size_t trips;
};

static int yield_often(void *arg, rondo_value *out)
{
    const struct share *share = arg;

    (void)out;
    for (size_t i = 0; i < share->trips; i++)
        RONDO_TRY(rondo_sleep(0));
    return 0;
}

static int yield_together(void *arg, rondo_value *out)
{
    struct share *share = arg;
    rondo_task **tasks = tasks_new(share->tasks);
    int rc;

    (void)out;
    for (size_t i = 0; i < share->tasks; i++)
        tasks[i] = rondo_spawn(yield_often, share);
    rc = join_all(tasks, share->tasks);
    free(tasks);
    return rc;
}

static void yields(size_t tasks, size_t count)
{
    struct share share = {tasks, count / tasks};

    run(yield_together, &share);
}

void work_yield_2(size_t count)
{
    yields(2, count);
}

void work_yield_crowd(size_t count)
{
    yields(WORK_CROWD, count);
}

void work_yield_horde(size_t count)
{
    yields(WORK_HORDE, count);
}

/* ---- spawn and join, gather, group ---- */

static int nothing(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    return 0;
}

static int spawn_one_by_one(void *arg, rondo_value *out)
{
    (void)out;
    for (size_t i = *(size_t *)arg; i > 0; i--) {
        rondo_task *task = rondo_spawn(nothing, NULL);
        int rc = rondo_await(task, NULL);

        rondo_unref(task);
        RONDO_TRY(rc);
    }
    return 0;
}

static int spawn_in_batches(void *arg, rondo_value *out)
{
    (void)out;
    for (size_t left = *(size_t *)arg; left >= WORK_BATCH; left -= WORK_BATCH) {
        rondo_task *tasks[WORK_BATCH];

        for (size_t i = 0; i < WORK_BATCH; i++)
            tasks[i] = rondo_spawn(nothing, NULL);
        RONDO_TRY(join_all(tasks, WORK_BATCH));
    }
    return 0;
}

static int gather_batches(void *arg, rondo_value *out)
{
    (void)out;
    for (size_t left = *(size_t *)arg; left >= WORK_BATCH; left -= WORK_BATCH) {
        rondo_task *tasks[WORK_BATCH];
        int rc;

        for (size_t i = 0; i < WORK_BATCH; i++)
            tasks[i] = rondo_spawn(nothing, NULL);
        rc = rondo_gather(tasks, WORK_BATCH, 0, NULL);
        rondo_unref_all(tasks, WORK_BATCH);
        RONDO_TRY(rc);
    }
    return 0;
}

static int group_batches(void *arg, rondo_value *out)
{
    (void)out;
    for (size_t left = *(size_t *)arg; left >= WORK_BATCH; left -= WORK_BATCH) {
        int rc;

        RONDO_GROUP(rc, group) {
            for (size_t i = 0; i < WORK_BATCH; i++)
                rondo_group_spawn(group, nothing, NULL);
        }
        RONDO_TRY(rc);
    }
    return 0;
}

void work_spawn_one(size_t count)
{
    run(spawn_one_by_one, &count);
}

void work_spawn_batch(size_t count)
{
    run(spawn_in_batches, &count);
}

void work_gather(size_t count)
{
    run(gather_batches, &count);
}

void work_group(size_t count)
{
    run(group_batches, &count);
}

/* ---- cancel: spawn, wait for what never comes, cancel, join ---- */

static int wait_in_vain(void *event, rondo_value *out)
{
    (void)out;
    return rondo_event_wait(event);
}

static int cancel_batches(void *arg, rondo_value *out)
{
    rondo_event never = RONDO_EVENT("never");

    (void)out;
    for (size_t left = *(size_t *)arg; left >= WORK_BATCH; left -= WORK_BATCH) {
        rondo_task *tasks[WORK_BATCH];

        for (size_t i = 0; i < WORK_BATCH; i++)
            tasks[i] = rondo_spawn(wait_in_vain, &never);
        RONDO_TRY(rondo_sleep(0));
        for (size_t i = 0; i < WORK_BATCH; i++)
            rondo_cancel(tasks[i], NULL);
        for (size_t i = 0; i < WORK_BATCH; i++)
            CHECK(rondo_await(tasks[i], NULL) == RONDO_ECANCELED);
        rondo_unref_all(tasks, WORK_BATCH);
    }
    return 0;
}

void work_cancel(size_t count)
{
    run(cancel_batches, &count);
}

/* ---- queues: one task puts, one gets ---- */

struct trade {
    rondo_queue queue;
    size_t count;
};

static int put_all(void *arg, rondo_value *out)
{
    struct trade *trade = arg;

    (void)out;
    for (size_t i = 0; i < trade->count; i++)
        RONDO_TRY(rondo_queue_put(&trade->queue, (int64_t)i));
    return 0;
}

static int get_all(void *arg, rondo_value *out)
{
    struct trade *trade = arg;
    rondo_value item;

    (void)out;
    for (size_t i = 0; i < trade->count; i++)
        RONDO_TRY(rondo_queue_get(&trade->queue, &item));
    return 0;
}

static int put_and_get(void *arg, rondo_value *out)
{
    struct trade *trade = arg;
    rondo_task *tasks[] = {rondo_spawn(put_all, trade), rondo_spawn(get_all, trade)};
    int rc = join_all(tasks, 2);

    (void)out;
    rondo_queue_clear(&trade->queue);
    return rc;
}

static void pass(size_t places, size_t count)
{
    struct trade trade = {RONDO_QUEUE("items", places), count};

    run(put_and_get, &trade);
}

void work_hand_off(size_t count)
{
    pass(1, count);
}

void work_buffered(size_t count)
{
    pass(WORK_BUFFER, count);
}

/* ---- lock: each holds it for one trip round the ready queue ---- */

struct quarrel {
    rondo_lock lock;
    size_t turns;
};

static int lock_often(void *arg, rondo_value *out)
{
    struct quarrel *quarrel = arg;

    (void)out;
    for (size_t i = 0; i < quarrel->turns; i++) {
        RONDO_TRY(rondo_lock_acquire(&quarrel->lock));
        RONDO_TRY(rondo_sleep(0));
        RONDO_TRY(rondo_lock_release(&quarrel->lock));
    }
    return 0;
}

static int lock_together(void *arg, rondo_value *out)
{
    rondo_task *tasks[WORK_RIVALS];

    (void)out;
    for (size_t i = 0; i < WORK_RIVALS; i++)
        tasks[i] = rondo_spawn(lock_often, arg);
    return join_all(tasks, WORK_RIVALS);
}

void work_lock(size_t count)
{
    struct quarrel quarrel = {RONDO_LOCK("one"), count / WORK_RIVALS};

    run(lock_together, &quarrel);
}

/* ---- an iteration of the loop: a callback that queues itself ---- */

struct ticks {
    rondo_loop *loop;
    size_t left;
};

static void tick(void *arg)
{
    struct ticks *ticks = arg;

    if (ticks->left-- > 0)
        rondo_call_soon(ticks->loop, tick, ticks);
    else
        rondo_loop_stop(ticks->loop);
}

void work_iteration(size_t count)
{
    struct ticks ticks = {new_loop(NULL), count};
    int rc;

    rondo_call_soon(ticks.loop, tick, &ticks);
    rc = rondo_loop_run_forever(ticks.loop);
    CHECK(rc == 0);
    rondo_loop_close(ticks.loop);
}

/* ---- sleep ---- */

struct sleeper {
    uint64_t state; /* of its delays */
    size_t tasks;
};

static int sleep_some(void *arg, rondo_value *out)
{
    struct sleeper *sleeper = arg;

    (void)out;
    for (size_t i = 0; i < WORK_SLEEPS; i++)
        RONDO_TRY(rondo_sleep(work_delay_ns(&sleeper->state, sleeper->tasks)));
    return 0;
}

static int sleep_together(void *arg, rondo_value *out)
{
    size_t count = *(size_t *)arg / WORK_SLEEPS;
    rondo_task **tasks = tasks_new(count);
    struct sleeper *sleepers = must_alloc(count * sizeof *sleepers);
    int rc;

    (void)out;
    for (size_t i = 0; i < count; i++) {
        sleepers[i] = (struct sleeper){i, count};
        tasks[i] = rondo_spawn(sleep_some, &sleepers[i]);
    }
    rc = join_all(tasks, count);
    free(sleepers);
    free(tasks);
    return rc;
}

void work_sleep(size_t count)
{
    run(sleep_together, &count);
}

struct vigil {
    size_t count;
    void (*seen)(size_t count);
};

static int sleep_for_a_day(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    return rondo_sleep(WORK_DAY_NS);
}

static int watch_sleepers(void *arg, rondo_value *out)
{
    struct vigil *vigil = arg;

    (void)out;
    for (size_t i = 0; i < vigil->count; i++)
        rondo_unref(rondo_spawn(sleep_for_a_day, NULL));
    RONDO_TRY(rondo_sleep(0));
    vigil->seen(vigil->count);
    return 0;
}

void work_sleep_for_ever(size_t count, void (*seen)(size_t count))
{
    struct vigil vigil = {count, seen};

    run(watch_sleepers, &vigil);
}

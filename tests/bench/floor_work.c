/*
 * floor_work.c - see floor_work.h.
 */
#include "floor_work.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "floor.h"
#include "work.h"

static struct floor_task **tasks_new(size_t count)
{
    return must_alloc(count * sizeof(struct floor_task *));
}

static void join_all(struct floor_task **tasks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        floor_join(tasks[i]);
}

/* ---- yield ---- */

static void yield_often(void *trips)
{
    for (size_t i = 0; i < *(size_t *)trips; i++)
        floor_yield();
}

static void yields(size_t task_count, size_t count)
{
    struct floor_task **tasks = tasks_new(task_count);
    size_t trips = count / task_count;

    for (size_t i = 0; i < task_count; i++)
        tasks[i] = floor_spawn(yield_often, &trips);
    join_all(tasks, task_count);
    free(tasks);
}

void floor_work_yield_2(size_t count)
{
    yields(2, count);
}

void floor_work_yield_crowd(size_t count)
{
    yields(WORK_CROWD, count);
}

void floor_work_yield_horde(size_t count)
{
    yields(WORK_HORDE, count);
}

/* ---- spawn and join, cancel ---- */

static void nothing(void *arg)
{
    (void)arg;
}

void floor_work_spawn_one(size_t count)
{
    for (size_t i = 0; i < count; i++)
        floor_join(floor_spawn(nothing, NULL));
}

void floor_work_spawn_batch(size_t count)
{
    for (size_t left = count; left >= WORK_BATCH; left -= WORK_BATCH) {
        struct floor_task *tasks[WORK_BATCH];

        for (size_t i = 0; i < WORK_BATCH; i++)
            tasks[i] = floor_spawn(nothing, NULL);
        join_all(tasks, WORK_BATCH);
    }
}

static void wait_in_vain(void *line)
{
    floor_wait(line);
}

void floor_work_cancel(size_t count)
{
    struct floor_line never = FLOOR_LINE(never);

    for (size_t left = count; left >= WORK_BATCH; left -= WORK_BATCH) {
        struct floor_task *tasks[WORK_BATCH];

        for (size_t i = 0; i < WORK_BATCH; i++)
            tasks[i] = floor_spawn(wait_in_vain, &never);
        floor_yield();
        for (size_t i = 0; i < WORK_BATCH; i++)
            floor_cancel(tasks[i]);
        join_all(tasks, WORK_BATCH);
    }
}

/* ---- queues ---- */

struct trade {
    struct floor_queue queue;
    size_t count;
};

static void put_all(void *arg)
{
    struct trade *trade = arg;

    for (size_t i = 0; i < trade->count; i++)
        floor_put(&trade->queue, (void *)i);
}

static void get_all(void *arg)
{
    struct trade *trade = arg;

    for (size_t i = 0; i < trade->count; i++)
        floor_get(&trade->queue);
}

static void pass(size_t places, size_t count)
{
    void *items[WORK_BUFFER];
    struct trade trade = {FLOOR_QUEUE(trade.queue, items, places), count};
    struct floor_task *tasks[] = {floor_spawn(put_all, &trade), floor_spawn(get_all, &trade)};

    join_all(tasks, 2);
}

void floor_work_hand_off(size_t count)
{
    pass(1, count);
}

void floor_work_buffered(size_t count)
{
    pass(WORK_BUFFER, count);
}

/* ---- lock ---- */

struct quarrel {
    struct floor_lock lock;
    size_t turns;
};

static void lock_often(void *arg)
{
    struct quarrel *quarrel = arg;

    for (size_t i = 0; i < quarrel->turns; i++) {
        floor_acquire(&quarrel->lock);
        floor_yield();
        floor_release(&quarrel->lock);
    }
}

void floor_work_lock(size_t count)
{
    struct quarrel quarrel = {FLOOR_LOCK(quarrel.lock), count / WORK_RIVALS};
    struct floor_task *tasks[WORK_RIVALS];

    for (size_t i = 0; i < WORK_RIVALS; i++)
        tasks[i] = floor_spawn(lock_often, &quarrel);
    join_all(tasks, WORK_RIVALS);
}

/* ---- an iteration: a callback that queues itself; the floor has no poll ---- */

static void tick(struct floor_callback *self)
{
    size_t *left = self->arg;

    if ((*left)-- > 0)
        floor_call_soon(self);
}

void floor_work_iteration(size_t count)
{
    struct floor_callback callback = {.fn = tick, .arg = &count};

    floor_call_soon(&callback);
    floor_run_callbacks();
}

/* ---- sleep ---- */

struct sleeper {
    uint64_t state; /* of its delays */
    size_t tasks;
};

static void sleep_some(void *arg)
{
    struct sleeper *sleeper = arg;

    for (size_t i = 0; i < WORK_SLEEPS; i++)
        floor_sleep(work_delay_ns(&sleeper->state, sleeper->tasks));
}

void floor_work_sleep(size_t count)
{
    size_t task_count = count / WORK_SLEEPS;
    struct floor_task **tasks = tasks_new(task_count);
    struct sleeper *sleepers = must_alloc(task_count * sizeof *sleepers);

    for (size_t i = 0; i < task_count; i++) {
        sleepers[i] = (struct sleeper){i, task_count};
        tasks[i] = floor_spawn(sleep_some, &sleepers[i]);
    }
    join_all(tasks, task_count);
    free(sleepers);
    free(tasks);
}

static void sleep_for_a_day(void *arg)
{
    (void)arg;
    floor_sleep(WORK_DAY_NS);
}

void floor_work_sleep_for_ever(size_t count, void (*seen)(size_t count))
{
    for (size_t i = 0; i < count; i++)
        floor_spawn(sleep_for_a_day, NULL);
    floor_yield();
    seen(count);
}

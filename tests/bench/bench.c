/*
 * bench.c - rondo-bench: the core on real libuv, each row beside the floor (floor.h).
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/check.h"
#include "base/fiber.h"
#include "floor.h"
#include "measure.h"
#include "rondo.h"

#define CROWD     1000
#define BATCH     1000
#define SLEEPS    3 /* of each task */
#define SPREAD_MS 100

/* Run `main_coroutine(count)` on a loop of its own. */
static void run(rondo_fn main_coroutine, size_t count)
{
    int rc = rondo_run(main_coroutine, &count, NULL);

    CHECK(rc == 0);
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

static void switches(size_t count)
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
    rondo_task *tasks[CROWD];
    int rc;

    (void)out;
    for (size_t i = 0; i < share->tasks; i++)
        tasks[i] = rondo_spawn(yield_often, share);
    rc = rondo_gather(tasks, share->tasks, 0, NULL);
    rondo_unref_all(tasks, share->tasks);
    return rc;
}

static void yields(size_t tasks, size_t count)
{
    struct share share = {tasks, count / tasks};
    int rc = rondo_run(yield_together, &share, NULL);

    CHECK(rc == 0);
}

static void yields_2(size_t count)
{
    yields(2, count);
}

static void yields_crowd(size_t count)
{
    yields(CROWD, count);
}

static void floor_yield_often(void *arg)
{
    const struct share *share = arg;

    for (size_t i = 0; i < share->trips; i++)
        floor_yield();
}

static void floor_yields(size_t tasks, size_t count)
{
    struct share share = {tasks, count / tasks};
    struct floor_task *all[CROWD];

    for (size_t i = 0; i < tasks; i++)
        all[i] = floor_spawn(floor_yield_often, &share);
    for (size_t i = 0; i < tasks; i++)
        floor_join(all[i]);
}

static void floor_yields_2(size_t count)
{
    floor_yields(2, count);
}

static void floor_yields_crowd(size_t count)
{
    floor_yields(CROWD, count);
}

/* ---- spawn and join ---- */

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
    for (size_t left = *(size_t *)arg; left >= BATCH; left -= BATCH) {
        rondo_task *tasks[BATCH];
        int rc = 0;

        for (size_t i = 0; i < BATCH; i++)
            tasks[i] = rondo_spawn(nothing, NULL);
        for (size_t i = 0; i < BATCH && rc == 0; i++)
            rc = rondo_await(tasks[i], NULL);
        rondo_unref_all(tasks, BATCH);
        RONDO_TRY(rc);
    }
    return 0;
}

static void spawns(size_t count)
{
    run(spawn_one_by_one, count);
}

static void spawns_batch(size_t count)
{
    run(spawn_in_batches, count);
}

static void floor_nothing(void *arg)
{
    (void)arg;
}

static void floor_spawns(size_t count)
{
    for (size_t i = 0; i < count; i++)
        floor_join(floor_spawn(floor_nothing, NULL));
}

static void floor_spawns_batch(size_t count)
{
    for (size_t left = count; left >= BATCH; left -= BATCH) {
        struct floor_task *tasks[BATCH];

        for (size_t i = 0; i < BATCH; i++)
            tasks[i] = floor_spawn(floor_nothing, NULL);
        for (size_t i = 0; i < BATCH; i++)
            floor_join(tasks[i]);
    }
}

/* ---- sleep ---- */

/* The same deadlines for both: a linear congruential generator (Knuth's MMIX). */
static int64_t delay_ns(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)(*state >> 33) % (SPREAD_MS * INT64_C(1000000)) + 1;
}

static int sleep_some(void *arg, rondo_value *out)
{
    uint64_t state = (uintptr_t)arg;

    (void)out;
    for (int i = 0; i < SLEEPS; i++)
        RONDO_TRY(rondo_sleep(delay_ns(&state)));
    return 0;
}

static int sleep_together(void *arg, rondo_value *out)
{
    size_t count = *(size_t *)arg / SLEEPS;
    rondo_task **tasks = must_alloc(count * sizeof(rondo_task *));
    int rc = 0;

    (void)out;
    for (size_t i = 0; i < count; i++)
        tasks[i] = rondo_spawn(sleep_some, (void *)i);
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = rondo_await(tasks[i], NULL);
    rondo_unref_all(tasks, count);
    free(tasks);
    return rc;
}

static void sleeps(size_t count)
{
    run(sleep_together, count);
}

static void floor_sleep_some(void *arg)
{
    uint64_t state = (uintptr_t)arg;

    for (int i = 0; i < SLEEPS; i++)
        floor_sleep(delay_ns(&state));
}

static void floor_sleeps(size_t count)
{
    size_t task_count = count / SLEEPS;
    struct floor_task **tasks = must_alloc(task_count * sizeof(struct floor_task *));

    for (size_t i = 0; i < task_count; i++)
        tasks[i] = floor_spawn(floor_sleep_some, (void *)i);
    for (size_t i = 0; i < task_count; i++)
        floor_join(tasks[i]);
    free(tasks);
}

static const struct row rows[] = {
    {"switch", "switch", 4000000, switches, floor_switches, false},
    {"yield, 2 tasks", "yield", 200000, yields_2, floor_yields_2, false},
    {"yield, 1000 tasks", "yield", 1000000, yields_crowd, floor_yields_crowd, false},
    {"spawn and join, one at a time", "task", 100000, spawns, floor_spawns, false},
    {"spawn and join, 1000 at a time", "task", 200000, spawns_batch, floor_spawns_batch, false},
    {"sleep, 100,000 tasks, 3 times each", "sleep", 300000, sleeps, floor_sleeps, false},
};

int main(int argc, char **argv)
{
    struct measure_options options;

    if (!measure_options_read(&options, argc, argv))
        return 2;
    return measure(rows, sizeof rows / sizeof *rows, &options);
}

/*
 * bench.c - rondo-bench: the core on real libuv, each row beside the floor (floor.h) and, where it
 * has the like, plain libuv; then what the hooks cost.
 */
#include "floor.h"
#include "floor_work.h"
#include "libuv_work.h"
#include "measure.h"
#include "memory.h"
#include "observe.h"
#include "work.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* Rows that hardly do anything but poll, as they are when the loop does so less often. */
#define SELDOM 61

static void seldom(measure_fn work, size_t count)
{
    work_poll_every(SELDOM);
    work(count);
    work_poll_every(1);
}

#define SELDOM_MAP(X) X(yield_2) X(spawn_one) X(hand_off) X(lock) X(iteration)
#define X(id)                                \
    static void seldom_##id(size_t how_many) \
    {                                        \
        seldom(work_##id, how_many);         \
    }
SELDOM_MAP(X)
#undef X

static const struct row operations[] = {
    {"switch", "switch", 4000000, .work = {work_switch, floor_switches}},
    {"yield, 2 tasks", "yield", 100000, .work = {work_yield_2, floor_work_yield_2}},
    {"yield, 2 tasks, a poll in 61", "yield", 1000000,
     .work = {seldom_yield_2, floor_work_yield_2}},
    {"yield, 1000 tasks", "yield", 1000000, .work = {work_yield_crowd, floor_work_yield_crowd}},
    {"yield, 100,000 tasks", "yield", 1000000, .work = {work_yield_horde, floor_work_yield_horde}},
    {"spawn and join, one at a time", "task", 50000,
     .work = {work_spawn_one, floor_work_spawn_one}},
    {"spawn and join, one, a poll in 61", "task", 100000,
     .work = {seldom_spawn_one, floor_work_spawn_one}},
    {"spawn and join, 1000 at a time", "task", 200000,
     .work = {work_spawn_batch, floor_work_spawn_batch}},
    {"gather of 1000", "task", 200000, .work = {work_gather, floor_work_spawn_batch}},
    {"group of 1000", "task", 200000, .work = {work_group, floor_work_spawn_batch}},
    {"cancel, 1000 at a time", "task", 200000, .work = {work_cancel, floor_work_cancel}},
    {"hand-off through a queue of 1", "item", 50000, .work = {work_hand_off, floor_work_hand_off}},
    {"hand-off, a poll in 61", "item", 200000, .work = {seldom_hand_off, floor_work_hand_off}},
    {"queue of 128", "item", 1000000, .work = {work_buffered, floor_work_buffered}},
    {"lock, 10 tasks contend", "lock", 50000, .work = {work_lock, floor_work_lock}},
    {"lock, a poll in 61", "lock", 200000, .work = {seldom_lock, floor_work_lock}},
    {"iteration with one callback", "iteration", 200000,
     .work = {work_iteration, floor_work_iteration, libuv_work_iteration}},
    {"iteration, a poll in 61", "iteration", 1000000,
     .work = {seldom_iteration, floor_work_iteration}},
    {"sleep, 100,000 tasks", "sleep", 300000,
     .work = {work_sleep, floor_work_sleep, libuv_work_sleep}},
};

/* Apart, because they leave a million stacks behind, in any order. */
static const struct row long_operations[] = {
    {"sleep, 1,000,000 tasks", "sleep", 3000000,
     .work = {work_sleep, floor_work_sleep, libuv_work_sleep}, .is_long = true},
};

/* ---- what the hooks cost: an observer that does nothing ---- */

static void ignore(void *self, const struct observed *event)
{
    (void)self, (void)event;
}

static size_t production_order(void *self, const struct observed_choice *choice)
{
    (void)self, (void)choice;
    return 0;
}

static bool in_production_order(void *self)
{
    (void)self;
    return false;
}

static void hooked(measure_fn work, size_t count)
{
    static const struct observer idler = {.wanted = OBSERVED_USUAL,
                                          .event = ignore,
                                          .pick = production_order,
                                          .any_order = in_production_order};

    observer = &idler;
    work(count);
    observer = NULL;
}

#define X(id, name, what, count)             \
    static void hooked_##id(size_t how_many) \
    {                                        \
        hooked(work_##id, how_many);         \
    }
WORK_LAYERED_MAP(X)
#undef X

static const struct row layers[] = {
#define X(id, name, what, count) {name ": hooks on", what, count, .work = {hooked_##id, work_##id}},
    WORK_LAYERED_MAP(X)
#undef X
};

/* ---- the program ---- */

static const struct table tables[] = {
    {"operations", {"rondo", "floor", "libuv"}, NULL, operations, COUNT_OF(operations)},
    {"hooks", {"hooks_on", "hooks_off"}, NULL, layers, COUNT_OF(layers)},
    {"operations", {"rondo", "floor", "libuv"}, NULL, long_operations, COUNT_OF(long_operations)},
};

int main(int argc, char **argv)
{
    struct measure_options options;
    int status;

    if (!measure_options_read(&options, argc, argv))
        return 2;
    if (options.once != NULL)
        return measure(&tables[0], &options);
    status = memory(&options); /* first: its processes begin with what this one has */
    for (size_t i = 0; status == 0 && i < COUNT_OF(tables); i++)
        status = measure(&tables[i], &options);
    return status;
}

/*
 * work.h - what is measured of Rondo: each function does `count` operations of one kind, on a loop
 * of its own, as a program would write them. floor_work.h does the same on the floor.
 */
#ifndef RONDO_BENCH_WORK_H
#define RONDO_BENCH_WORK_H

#include <stddef.h>
#include <stdint.h>

#define WORK_CROWD  ((size_t)1000)
#define WORK_HORDE  ((size_t)100000)
#define WORK_BATCH  ((size_t)1000) /* tasks that are spawned, then waited for */
#define WORK_BUFFER ((size_t)128)  /* places of the buffered queue */
#define WORK_RIVALS ((size_t)10)   /* tasks that want one lock */
#define WORK_SLEEPS ((size_t)3)    /* of each task that sleeps */
#define WORK_DAY_NS INT64_C(86400000000000)

/* Loops poll before every `iterations`-th iteration from now on; at first before each. */
void work_poll_every(unsigned iterations);

void work_switch(size_t count);
void work_yield_2(size_t count);
void work_yield_crowd(size_t count);
void work_yield_horde(size_t count);
void work_spawn_one(size_t count);
void work_spawn_batch(size_t count);
void work_gather(size_t count);
void work_group(size_t count);
void work_cancel(size_t count);
void work_hand_off(size_t count);
void work_buffered(size_t count);
void work_lock(size_t count);
void work_iteration(size_t count);
void work_sleep(size_t count);

/* Spawn `count` tasks that sleep for a day; once all of them do, call `seen(count)`, which does not
 * return. */
void work_sleep_for_ever(size_t count, void (*seen)(size_t count));

/* The rows whose price is shown layer by layer: hooks off, on, and in simulation. */
#define WORK_LAYERED_MAP(X)                                          \
    X(yield_2, "yield, 2 tasks", "yield", 50000)                     \
    X(yield_crowd, "yield, 1000 tasks", "yield", 200000)             \
    X(spawn_one, "spawn and join, one at a time", "task", 20000)     \
    X(spawn_batch, "spawn and join, 1000 at a time", "task", 100000) \
    X(hand_off, "hand-off through a queue of 1", "item", 20000)      \
    X(buffered, "queue of 128", "item", 500000)                      \
    X(lock, "lock, 10 tasks contend", "lock", 20000)

/* The next delay of a task that sleeps, the same for whoever asks: a linear congruential generator
 * (Knuth's MMIX). A thousand deadlines in each millisecond, whatever the number of tasks. */
static inline int64_t work_delay_ns(uint64_t *state, size_t tasks)
{
    int64_t spread_ns = (int64_t)tasks * 1000;

    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)(*state >> 33) % spread_ns + 1;
}

#endif

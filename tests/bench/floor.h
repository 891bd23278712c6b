/*
 * floor.h - the least that a scheduler of stackful tasks can be: what Rondo's figures stand beside.
 *
 * The same switch as core's (six registers and a stack pointer), straight from task to task; one
 * intrusive queue, first in, first out; 64 KB stacks from slabs, without guard pages; a four-ary
 * heap of deadlines. No futures, no cancellation, no names, no errors, no poll. It shows what is
 * possible, not what is wanted. The calling thread is the first task.
 */
#ifndef RONDO_BENCH_FLOOR_H
#define RONDO_BENCH_FLOOR_H

#include <stddef.h>
#include <stdint.h>

typedef void (*floor_fn)(void *arg);

struct floor_task;

/* Queue `fn(arg)` as a task. It must be joined, once. */
struct floor_task *floor_spawn(floor_fn fn, void *arg);

/* Wait until `task` is done; its stack goes back to the pool. */
void floor_join(struct floor_task *task);

/* One trip round the queue. */
void floor_yield(void);

/* Let time pass, in whole milliseconds as libuv does. */
void floor_sleep(int64_t delay_ns);

/* Switch `count` times between the caller and a second stack, and nothing else. */
void floor_switches(size_t count);

#endif

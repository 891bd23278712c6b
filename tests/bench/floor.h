/*
 * floor.h - the least that a scheduler of stackful tasks can be: what Rondo's figures stand beside.
 *
 * The same switch as core's (six registers and a stack pointer), straight from task to task; one
 * intrusive queue, first in, first out; 64 KB stacks from slabs, without guard pages; a four-ary
 * heap of deadlines; lines to wait in. No futures, no names, no errors, no poll; a cancel is an
 * unlink and a wake-up. It shows what is possible, not what is wanted. The calling thread is the
 * first task.
 */
#ifndef RONDO_BENCH_FLOOR_H
#define RONDO_BENCH_FLOOR_H

#include <stdbool.h>
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

/* Who waits, the first that came first. A ring through its head. */
struct floor_line {
    struct floor_line *next;
    struct floor_line *prev;
};

#define FLOOR_LINE(self) \
    {                    \
        &(self), &(self) \
    }

/* Stand in `line` until somebody wakes or cancels the caller. */
void floor_wait(struct floor_line *line);

/* Take the first of `line` out and let it run, if there is one. Returns: whether there was. */
bool floor_wake(struct floor_line *line);

/* Take `task`, which waits in some line, out of it and let it run. */
void floor_cancel(struct floor_task *task);

/* Items from task to task, at most `places` at rest: one who waits is handed the item itself. */
struct floor_queue {
    void **items;
    size_t places;
    size_t first;
    size_t count;
    struct floor_line getters;
    struct floor_line putters;
};

#define FLOOR_QUEUE(self, memory, limit)                                             \
    {                                                                                \
        .items = (memory), .places = (limit), .getters = FLOOR_LINE((self).getters), \
        .putters = FLOOR_LINE((self).putters)                                        \
    }

/* Add and take an item, waiting while there is no room or no item. */
void floor_put(struct floor_queue *queue, void *item);
void *floor_get(struct floor_queue *queue);

/* A lock, which goes from who releases it to the first in line. */
struct floor_lock {
    bool held;
    struct floor_line waiters;
};

#define FLOOR_LOCK(self)                  \
    {                                     \
        false, FLOOR_LINE((self).waiters) \
    }

void floor_acquire(struct floor_lock *lock);
void floor_release(struct floor_lock *lock);

/* A function to be called in its turn, without a stack of its own. */
struct floor_callback {
    struct floor_callback *next;
    void (*fn)(struct floor_callback *self);
    void *arg;
};

/* Queue `callback`; call what is queued, until nothing is. */
void floor_call_soon(struct floor_callback *callback);
void floor_run_callbacks(void);

/* Switch `count` times between the caller and a second stack, and nothing else. */
void floor_switches(size_t count);

#endif

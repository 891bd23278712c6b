/*
 * threads.h - what the programs share that were written for threads: tasks that can be interrupted
 * wherever they touch what others touch, and a program for each size and twin.
 */
#ifndef RONDO_KNOWN_BUGS_THREADS_H
#define RONDO_KNOWN_BUGS_THREADS_H

#include "rondo.h"

#include <stdio.h>

/* Whether the program runs as it was mended. All else is the same. */
static bool fixed;

/* Register `run`, a `void (int)`, as two programs for that size: `bug_3` and `fixed_3`. */
#define TWINS_OF(run, size)                       \
    THREADS_PROGRAM(bug_##size, run, size, false) \
    THREADS_PROGRAM(fixed_##size, run, size, true)

/* The same for a program of one size: `bug` and `fixed`. */
#define TWINS(run)                      \
    THREADS_PROGRAM(bug, run, 0, false) \
    THREADS_PROGRAM(fixed, run, 0, true)

#define THREADS_PROGRAM(label, run, size, mended)           \
    static int program_##label(void *arg, rondo_value *out) \
    {                                                       \
        (void)arg;                                          \
        (void)out;                                          \
        fixed = (mended);                                   \
        run(size);                                          \
        return 0;                                           \
    }                                                       \
    RONDO_PROGRAM(label, program_##label);

#define THREADS_MAX 100

/* What a thread does, told its number from 0 among those that do the same. */
typedef int (*thread_body)(int number);

static struct thread {
    thread_body body;
    int number;
    rondo_task *task;
} threads[THREADS_MAX];
static int thread_count;

static inline int thread_run(void *arg, rondo_value *out)
{
    const struct thread *self = arg;

    (void)out;
    return self->body(self->number);
}

/* Start `count` threads that do `body`, called "name" or "name 1" and so on. Others may run before
 * each. */
static inline void start(const char *name, thread_body body, int count)
{
    for (int i = 0; i < count; i++) {
        struct thread *thread = &threads[thread_count++];
        char label[32];

        snprintf(label, sizeof label, count > 1 ? "%s %d" : "%s", name, i + 1);
        thread->body = body;
        thread->number = i;
        RONDO_POINT();
        thread->task = rondo_spawn(thread_run, thread, .name = label);
    }
}

/* Wait until all have ended. */
static inline void join(void)
{
    int rc = 0;

    for (int i = 0; i < thread_count; i++) {
        rc = rondo_await(threads[i].task, NULL);
        rondo_unref(threads[i].task);
    }
    (void)rc;
    thread_count = 0;
}

/* Take or give back a lock, before which others may run. */
#define LOCK(lock)                           \
    do {                                     \
        RONDO_POINT_ON(lock);                \
        RONDO_TRY(rondo_lock_acquire(lock)); \
    } while (0)
#define UNLOCK(lock) rondo_lock_release(lock)

#endif

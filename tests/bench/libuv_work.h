/*
 * libuv_work.h - what plain libuv takes for the same: callbacks, no tasks.
 */
#ifndef RONDO_BENCH_LIBUV_WORK_H
#define RONDO_BENCH_LIBUV_WORK_H

#include <stddef.h>

/* Turns of a loop with one idle handle: a callback and a poll each. */
void libuv_work_iteration(size_t count);

/* A uv_timer_t for each that sleeps, started again by its own callback. */
void libuv_work_sleep(size_t count);

#endif

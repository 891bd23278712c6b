/*
 * floor_work.h - the work of work.h on the floor (floor.h): what each row stands beside.
 */
#ifndef RONDO_BENCH_FLOOR_WORK_H
#define RONDO_BENCH_FLOOR_WORK_H

#include <stddef.h>

void floor_work_yield_2(size_t count);
void floor_work_yield_crowd(size_t count);
void floor_work_yield_horde(size_t count);
void floor_work_spawn_one(size_t count);
void floor_work_spawn_batch(size_t count); /* a gather and a group are this too */
void floor_work_cancel(size_t count);
void floor_work_hand_off(size_t count);
void floor_work_buffered(size_t count);
void floor_work_lock(size_t count);
void floor_work_iteration(size_t count);
void floor_work_sleep(size_t count);

/* As work_sleep_for_ever(). */
void floor_work_sleep_for_ever(size_t count, void (*seen)(size_t count));

#endif

/*
 * memory.h - what a task that sleeps takes of memory, a million at a time.
 */
#ifndef RONDO_BENCH_MEMORY_H
#define RONDO_BENCH_MEMORY_H

#include "measure.h"

/* Print, for Rondo and for the floor, bytes a task: resident, of page tables, and the mappings of
 * the process; each in a process of its own, while all of its tasks sleep.
 * Returns: the exit status, 2 if the JSON file cannot be written, 1 if a process failed. */
int memory(const struct measure_options *options);

#endif

/*
 * measure.h - CPU time of pairs of programs, round after round, as a table and as JSON Lines.
 *
 * Process CPU time, not wall time, because a machine has other things to do; both halves of every
 * row in turn, because a machine is not the same a second later; the median and the extremes, and a
 * ratio for each round. Integers only: picoseconds and thousandths.
 */
#ifndef RONDO_BENCH_MEASURE_H
#define RONDO_BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>

/* Do the work of a row with `count` operations. */
typedef void (*measure_fn)(size_t count);

struct row {
    const char *name;
    const char *what;   /* one operation: "switch", "sleep" */
    size_t count;       /* operations in one measurement; about 20 ms of them */
    measure_fn subject; /* Rondo's */
    measure_fn floor;   /* the reference, or NULL */
    bool rate;          /* also say how many a second */
};

/* --rounds N, --only TEXT (rows with TEXT in their name), --scale small (a hundredth of the work),
 * --json FILE. */
struct measure_options {
    size_t rounds;
    const char *only;
    size_t divisor;
    const char *json;
};

/* Read the command line. Returns: false after printing what is wrong. */
bool measure_options_read(struct measure_options *options, int argc, char **argv);

/* Measure `rows`, print the table, append to the JSON Lines file if one was named.
 * Returns: the exit status, 2 if the file cannot be written. */
int measure(const struct row *rows, size_t row_count, const struct measure_options *options);

#endif

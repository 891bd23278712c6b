/*
 * measure.h - CPU time of pieces of work beside each other, round after round, as a table and as
 * JSON Lines.
 *
 * Process CPU time, not wall time, because a machine has other things to do; all columns of every
 * row in turn, because a machine is not the same a second later; the median and the extremes, and a
 * ratio for each round. Integers only: picoseconds and thousandths.
 */
#ifndef RONDO_BENCH_MEASURE_H
#define RONDO_BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Do the work of a row with `count` operations. */
typedef void (*measure_fn)(size_t count);

/* What stands side by side in a row. */
enum column {
    COLUMN_RONDO,
    COLUMN_BASE, /* the floor, or whatever the table compares with */
    COLUMN_PEER, /* plain libuv */
    COLUMN_COUNT
};

struct row {
    const char *name;
    const char *what;              /* one operation: "switch", "sleep" */
    size_t count;                  /* operations in one measurement; about 20 ms of them */
    measure_fn work[COLUMN_COUNT]; /* NULL: the column is empty */
    bool is_long;                  /* only with --long */
    bool rate;                     /* also say how many a second */
};

struct table {
    const char *name;                  /* in JSON */
    const char *columns[COLUMN_COUNT]; /* titles, and names in JSON; NULL: no such column */
    /* Picoseconds an operation of COLUMN_BASE, when another process measures it; or NULL. */
    int64_t (*base_ps)(const struct row *row, size_t count);
    const struct row *rows;
    size_t row_count;
};

/* --rounds N, --only TEXT (rows with TEXT in their name), --long, --scale small (a hundredth of the
 * work), --json FILE; --once ROW --count N. */
struct measure_options {
    size_t rounds;
    const char *only;
    size_t divisor;
    bool with_long;
    const char *json;
    const char *once; /* the one row to be run, without a table */
    size_t once_count;
};

/* Read the command line. Returns: false after printing what is wrong. */
bool measure_options_read(struct measure_options *options, int argc, char **argv);

/* Whether `name` is to be measured. */
bool measure_wants(const struct measure_options *options, const char *name, bool is_long);

/* Open the JSON Lines file to append to, if one is named (else `*file` is NULL).
 * Returns: false after printing what is wrong. */
bool measure_json_open(const struct measure_options *options, FILE **file);

/* Thousandths as "2.6"; from a hundred on without a fraction. Returns: `text`. */
const char *measure_rounded(int64_t millis, char *text, size_t size);

/* Measure `table`, print it, append to the JSON Lines file if one was named. With --once: do the
 * row of that name twice with --count operations and print picoseconds an operation of the second
 * time; with a count of 0 do nothing, which is what starting costs. Returns: the exit status, 2 if
 * the file cannot be written or there is no such row. */
int measure(const struct table *table, const struct measure_options *options);

#endif

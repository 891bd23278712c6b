/*
 * check.h - assertions, on in every build.
 *
 * A failed CHECK is a broken invariant of Rondo's own, never bad input and never misuse by a
 * program: it prints the expression and its place, then every state that was registered with
 * check_on_failure() (one line a loop, task and wait queue), then aborts.
 */
#ifndef RONDO_BASE_CHECK_H
#define RONDO_BASE_CHECK_H

#include <stdbool.h>

/* Set once a check has failed: the abort that follows is ours, not the program's. */
extern volatile bool check_failing;

/* Abort with a report unless `condition` holds. */
#define CHECK(condition) ((condition) ? (void)0 : check_failed(#condition, __FILE__, __LINE__))

/* Abort with a report: this place cannot be reached. */
#define CHECK_NEVER(why) check_failed(why, __FILE__, __LINE__)

/* Report that `expression` did not hold at `file`:`line`, dump, and abort. Does not return. */
void check_failed(const char *expression, const char *file, int line) __attribute__((noreturn));

/*
 * Call `dump` before aborting. One slot per layer: the last call with the same `dump` counts once.
 * Requires: fewer than CHECK_DUMPS_MAX different functions.
 */
#define CHECK_DUMPS_MAX 8
void check_on_failure(void (*dump)(void));

#endif

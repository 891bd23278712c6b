/*
 * overflow.h - a stack that is spent is told as such, not only as a crash.
 *
 * A fiber that runs past its stack meets the guard page, and the kernel sends SIGSEGV; or, where
 * there is no guard, it kills the canary, which is noticed when it next stops to run.
 */
#ifndef RONDO_BASE_OVERFLOW_H
#define RONDO_BASE_OVERFLOW_H

#include <stdbool.h>
#include <stddef.h>

/* Words for the fiber that runs: "task writer, spawned at a.c:12". Called on a signal's stack: may
 * format, must not take memory. Returns: `text`. */
typedef char *(*overflow_words)(char *text, size_t size);

/* Tell it in `words` when a stack of the calling thread is spent, on standard error, and let the
 * process die of it. Where the program, a sanitizer or a harness has a handler for SIGSEGV, that
 * stays; it may ask overflow_describe(). Called again it does nothing. */
void overflow_watch(overflow_words words);

/* Whether a fault at `address` is an overflow of the stack that runs; then the line about it is in
 * `text`. */
bool overflow_describe(const void *address, char *text, size_t size);

/* The canary of the stack that runs is dead: tell it and abort. */
void overflow_met(void) __attribute__((noreturn));

#endif

/*
 * generate.h - random programs: a seed to a scenario file with a script in it.
 *
 * The programs are well-formed where a person's would be (what is acquired is released in a
 * `finally`), and otherwise as rude as may be: deadlines and cancels fall anywhere, and many times
 * are equal. A few wait for ever, which is no mistake of the core's.
 */
#ifndef RONDO_TESTS_GENERATE_H
#define RONDO_TESTS_GENERATE_H

#include <stdint.h>

/* What a program is mostly about. */
#define THEME_MAP(X)          \
    X(LOCK, "lock")           \
    X(SEMAPHORE, "semaphore") \
    X(EVENT, "event")         \
    X(CONDITION, "condition") \
    X(QUEUE, "queue")         \
    X(BARRIER, "barrier")     \
    X(GROUP, "group")         \
    X(TIMEOUT, "timeout")     \
    X(MIXTURE, "mixture")

enum theme {
#define X(name, word) THEME_##name,
    THEME_MAP(X)
#undef X
        THEME_COUNT
};

const char *theme_name(enum theme theme);

/* The file of `seed`, always the same. Owned by the caller: free(). */
char *generate(enum theme theme, uint64_t seed);

#endif

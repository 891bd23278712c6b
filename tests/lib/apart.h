/*
 * apart.h - run something that may crash in a process of its own.
 */
#ifndef RONDO_TESTS_APART_H
#define RONDO_TESTS_APART_H

/* Run `body(arg)` in a forked process, its standard error thrown away.
 * Returns: 0 if it came back from `body`; its exit status; or the negative number of the signal
 * that ended it. */
int run_apart(void (*body)(void *arg), void *arg);

#endif

/*
 * guard.h - a program that crashes, or burns CPU time and never suspends, ends the executable; this
 * says which it was and where it stood.
 *
 * Simulated processes live in our own, so there is no going on after either. Never part of a trace
 * or a verdict.
 */
#ifndef RONDO_CLI_GUARD_H
#define RONDO_CLI_GUARD_H

#include <stddef.h>

/* CPU time that one scenario may take, all its runs together, or each where many are tried, unless
 * the command line says so. */
#define GUARD_SECONDS 60

/* Watch over the scenario at `path` (borrowed) from now on. A crash is reported and ends the
 * executable with status 1; `seconds` of CPU time end it with status 3. */
void guard_start(const char *path, size_t seconds);

/* Count the CPU time anew: another run begins, of many that are watched each by itself. */
void guard_again(void);

/* Call `last_words(self)` when something strikes, before anything is said: to write (write(2) only)
 * what the program printed and nobody has shown yet. */
void guard_on_strike(void (*last_words)(void *self), void *self);
void guard_stop(void);

#endif

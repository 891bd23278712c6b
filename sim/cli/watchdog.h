/*
 * watchdog.h - a program that never suspends is caught by the CPU time it burns.
 *
 * Never part of a trace or a verdict: it ends the executable with status 3.
 */
#ifndef RONDO_CLI_WATCHDOG_H
#define RONDO_CLI_WATCHDOG_H

#include <stddef.h>

/* CPU time that one scenario may take, all its runs together, unless the command line says so. */
#define WATCHDOG_SECONDS 60

/* Strike after `seconds` of CPU time from now; `what` (borrowed) is then named. */
void watchdog_start(const char *what, size_t seconds);
void watchdog_stop(void);

#endif

/*
 * watchdog.h - a program that never suspends is caught by the CPU time it burns.
 *
 * Never part of a trace or a verdict: it ends the executable with status 3.
 */
#ifndef RONDO_CLI_WATCHDOG_H
#define RONDO_CLI_WATCHDOG_H

/* CPU time that one scenario may take, all its runs together. */
#define WATCHDOG_SECONDS 60

/* Watch from now on; `what` (borrowed) is named if it strikes. */
void watchdog_start(const char *what);
void watchdog_stop(void);

#endif

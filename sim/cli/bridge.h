/*
 * bridge.h - where the core meets the simulator: the one place that knows both.
 */
#ifndef RONDO_CLI_BRIDGE_H
#define RONDO_CLI_BRIDGE_H

#include "run/runner.h"

/* Open `runner` (sim/run/runner.h) for programs on the core: its hooks are joined to the trace and
 * the tape of whatever world runs; a coroutine is started as rondo_run() would, a main as it is,
 * and scripts are played. Modules lie below `module_folder` (borrowed). */
void bridge_open(struct runner *runner, const char *module_folder);

/* Join the core's hooks only. */
void bridge_install(void);

#endif

/*
 * bridge.h - where the core meets the simulator: the one place that knows both.
 */
#ifndef RONDO_CLI_BRIDGE_H
#define RONDO_CLI_BRIDGE_H

#include "program.h"
#include "scenario/script.h"

/* Join the core's hooks to the trace and the tape of whatever world runs. */
void bridge_install(void);

/* A program_start (sim/run/runner.h): a coroutine as rondo_run() would, a main as it is. */
int bridge_start(const rondo_program *program, const struct script *script, int argc, char **argv);

#endif

/*
 * play.h - the program of scenario files that carry their own: a script's tasks, on the core.
 */
#ifndef RONDO_CLI_PLAY_H
#define RONDO_CLI_PLAY_H

#include "program.h"
#include "scenario/script.h"

/* A coroutine whose argument is a `const struct script *`: makes the objects, starts the tasks that
 * nobody spawns in the order of the file, and waits for all. It ends with the code of the first
 * task, in this order, that failed or was cancelled, else 0. */
extern const rondo_program play_program;

#endif

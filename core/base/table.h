/*
 * table.h - what a module and its loader agree on: the table of programs.
 *
 * It stands on the floor because both sides need it: programs through core/program.h, loaders that
 * know nothing of coroutines through sim/scenario.
 */
#ifndef RONDO_BASE_TABLE_H
#define RONDO_BASE_TABLE_H

#include <stddef.h>

enum rondo_program_kind {
    RONDO_PROGRAM_COROUTINE, /* int fn(void *arg, rondo_value *out), run as rondo_run() runs it */
    RONDO_PROGRAM_MAIN       /* int main(int argc, char **argv): speaks libuv or Rondo itself */
};

/* A row of a module's table. */
typedef struct rondo_program {
    const char *name;
    enum rondo_program_kind kind;
    void (*entry)(void); /* cast back by `kind` */
} rondo_program;

/* In every module (core/module.c): its table. Returns: the first row; `*count` is set. */
const rondo_program *rondo_module_programs(size_t *count);

/* In every module: the coverage counters of an instrumented build, which a reset must leave alone.
 * Returns: where they lie; `*size` is 0 if there are none. */
char *rondo_module_counters(size_t *size);

/* The names under which a loader looks for them. */
#define RONDO_MODULE_PROGRAMS "rondo_module_programs"
#define RONDO_MODULE_COUNTERS "rondo_module_counters"

#endif

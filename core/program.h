/*
 * program.h - how a module says which programs it holds.
 *
 * A module is a shared object of coroutines and main functions. Either world loads it and runs a
 * program by name; the module does not know which world it is in.
 */
#ifndef RONDO_PROGRAM_H
#define RONDO_PROGRAM_H

#include "run.h"

enum rondo_program_kind {
    RONDO_PROGRAM_COROUTINE, /* run as rondo_run() runs it, with a NULL argument */
    RONDO_PROGRAM_MAIN       /* int main(int argc, char **argv): speaks libuv or Rondo itself */
};

/* A row of a module's table. */
typedef struct rondo_program {
    const char *name;
    enum rondo_program_kind kind;
    void (*entry)(void); /* cast back by `kind` */
} rondo_program;

/* Register `function`, a coroutine or a main, under the C name `label`. The row goes into a linker
 * section, so that modules need no list; the loader sorts by name, since compilers do not agree on
 * the order. Put it at file scope: `RONDO_PROGRAM(hello, hello_main);` */
#define RONDO_PROGRAM(label, function)                                               \
    __attribute__((used, retain, section("rondo_programs"),                          \
                   aligned(8))) static const rondo_program rondo_program_##label = { \
        #label,                                                                      \
        _Generic((function), rondo_fn                                                \
                 : RONDO_PROGRAM_COROUTINE, int (*)(int, char **)                    \
                 : RONDO_PROGRAM_MAIN),                                              \
        (void (*)(void))(function)}

/* In every module (module.c): its table. Returns: the first row; `*count` is set. */
const rondo_program *rondo_module_programs(size_t *count);

/* In every module: the coverage counters of an instrumented build, which a reset must leave alone.
 * Returns: where they lie; `*size` is 0 if there are none. */
char *rondo_module_counters(size_t *size);

/* The names under which the loader looks for them. */
#define RONDO_MODULE_PROGRAMS "rondo_module_programs"
#define RONDO_MODULE_COUNTERS "rondo_module_counters"

#endif

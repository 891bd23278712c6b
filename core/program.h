/*
 * program.h - how a module says which programs it holds.
 *
 * A module is a shared object of coroutines and main functions. Either world loads it and runs a
 * program by name; the module does not know which world it is in.
 */
#ifndef RONDO_PROGRAM_H
#define RONDO_PROGRAM_H

#include "base/table.h"
#include "run.h"

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

#endif

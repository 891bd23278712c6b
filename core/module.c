/*
 * module.c - compiled into every module: it shows the loader the module's table of programs.
 *
 * The bounds of the section are hidden symbols that the linker makes, so each module sees its own.
 */
#include "program.h"

extern const rondo_program __start_rondo_programs[] __attribute__((visibility("hidden")));
extern const rondo_program __stop_rondo_programs[] __attribute__((visibility("hidden")));

RONDO_API const rondo_program *rondo_module_programs(size_t *count)
{
    *count = (size_t)(__stop_rondo_programs - __start_rondo_programs);
    return __start_rondo_programs;
}

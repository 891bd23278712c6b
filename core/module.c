/*
 * module.c - compiled into every module: its table of programs, for the loader.
 */
#include "base/table.h"

#include "api.h"

#define HIDDEN __attribute__((visibility("hidden")))

/* The bounds of sections are symbols that the linker makes; hidden, each module sees its own. */
extern const rondo_program __start_rondo_programs[] HIDDEN;
extern const rondo_program __stop_rondo_programs[] HIDDEN;
extern char __start___sancov_cntrs[] __attribute__((weak)) HIDDEN;
extern char __stop___sancov_cntrs[] __attribute__((weak)) HIDDEN;

RONDO_API const rondo_program *rondo_module_programs(size_t *count)
{
    *count = (size_t)(__stop_rondo_programs - __start_rondo_programs);
    return __start_rondo_programs;
}

RONDO_API char *rondo_module_counters(size_t *size)
{
    *size = __start___sancov_cntrs != NULL
                ? (size_t)(__stop___sancov_cntrs - __start___sancov_cntrs)
                : 0;
    return __start___sancov_cntrs;
}

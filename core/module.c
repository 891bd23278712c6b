/*
 * module.c - compiled into every module: its table of programs for the loader, and a malloc of its
 * own, so that its memory belongs to the simulated process that runs it.
 *
 * Everything here is hidden but the accessors. Under AddressSanitizer the malloc is left to the
 * sanitizer, which watches it better.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/stack.h"
#include "memory.h"
#include "program.h"

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

#if !RONDO_ASAN

HIDDEN void *malloc(size_t size)
{
    return rondo_program_resize(NULL, size);
}

HIDDEN void *realloc(void *old, size_t size)
{
    return rondo_program_resize(old, size);
}

HIDDEN void *calloc(size_t count, size_t size)
{
    void *memory;

    if (size != 0 && count > (size_t)-1 / size)
        return NULL;
    memory = rondo_program_resize(NULL, count * size);
    if (memory != NULL)
        memset(memory, 0, count * size);
    return memory;
}

HIDDEN void free(void *old)
{
    rondo_program_release(old);
}

HIDDEN char *strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = rondo_program_resize(NULL, size);

    return copy != NULL ? memcpy(copy, text, size) : NULL;
}

#endif

/* Every way out ends the simulated process, never the executable that plays it. */
HIDDEN void exit(int code)
{
    rondo_program_exit(code);
}

HIDDEN void _exit(int code)
{
    rondo_program_exit(code);
}

HIDDEN void _Exit(int code)
{
    rondo_program_exit(code);
}

HIDDEN void quick_exit(int code)
{
    rondo_program_exit(code);
}

/* A handler would run when the module is unloaded, in no process at all: refused. */
HIDDEN int atexit(void (*handler)(void))
{
    (void)handler;
    return -1;
}

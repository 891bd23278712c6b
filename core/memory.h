/*
 * memory.h - what a module's malloc, free and exit come down to.
 *
 * module.c gives every module a malloc of its own, hidden from everybody else, that calls these; so
 * a program's memory is its process's, whoever loads it.
 */
#ifndef RONDO_MEMORY_H
#define RONDO_MEMORY_H

#include "api.h"

/* As realloc() and free() of the process that runs. */
RONDO_API void *rondo_program_resize(void *old, size_t size);
RONDO_API void rondo_program_release(void *old);

/* End the process that runs with `code`. Provided by the executable. Does not return. */
RONDO_API void rondo_program_exit(int code) __attribute__((noreturn));

#endif

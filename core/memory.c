/*
 * memory.c - see memory.h.
 */
#include "memory.h"

#include "base/alloc.h"

void *rondo_program_resize(void *old, size_t size)
{
    return alloc_resize(old, size);
}

void rondo_program_release(void *old)
{
    alloc_release(old);
}

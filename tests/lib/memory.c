/*
 * memory.c - see memory.h.
 */
#include "tests/lib/memory.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Add to the file that RONDO_REFUSALS names, if it does, a line: which functions of ours were being
 * called as this request was refused. tests/sweep.py reads it. */
static void tell_refusal(void)
{
    const char *path = getenv("RONDO_REFUSALS");
    FILE *file = path != NULL ? fopen(path, "a") : NULL;
    void *callers[64];
    int count;

    if (file == NULL)
        return;
    count = backtrace(callers, sizeof callers / sizeof callers[0]);
    for (int i = 0; i < count; i++) {
        Dl_info found;

        if (dladdr(callers[i], &found) != 0 && found.dli_sname != NULL)
            fprintf(file, "%s ", found.dli_sname);
    }
    fputc('\n', file);
    fclose(file);
}

/* Overwrite what is about to be freed, so that who still uses it is found out. */
static void spoil(void *old, size_t size)
{
    memset(old, 0xdb, size);
    __asm__ volatile(""
                     :
                     : "r"(old)
                     : "memory"); /* not for nothing, whatever the compiler thinks */
}

static void *counted_resize(void *self, void *old, size_t size)
{
    struct memory *memory = self;
    void *block;

    if (size > memory->largest)
        memory->largest = size;
    if (++memory->requests == memory->fail_at) {
        tell_refusal();
        return NULL;
    }
    block = realloc(old, size);
    if (old == NULL && block != NULL)
        memory->live++;
    return block;
}

static void counted_release(void *self, void *old)
{
    struct memory *memory = self;

    memory->live -= old != NULL;
    if (old != NULL)
        spoil(old, malloc_usable_size(old));
    free(old);
}

void memory_watch(struct memory *memory)
{
    memset(memory, 0, sizeof *memory);
    memory->source = (struct alloc_source){counted_resize, counted_release, memory};
    memory->before = alloc_replace(&memory->source);
}

void memory_fail(struct memory *memory, size_t n)
{
    memory->requests = 0;
    memory->fail_at = n;
}

bool memory_failed(const struct memory *memory)
{
    return memory->fail_at != 0 && memory->requests >= memory->fail_at;
}

void memory_unwatch(struct memory *memory)
{
    alloc_replace(memory->before);
}

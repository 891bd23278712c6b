/*
 * memory.c - see memory.h.
 */
#include "tests/lib/memory.h"

#include <stdlib.h>
#include <string.h>

static void *counted_resize(void *self, void *old, size_t size)
{
    struct memory *memory = self;
    void *block;

    if (++memory->requests == memory->fail_at)
        return NULL;
    block = realloc(old, size);
    if (old == NULL && block != NULL)
        memory->live++;
    return block;
}

static void counted_release(void *self, void *old)
{
    struct memory *memory = self;

    memory->live -= old != NULL;
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

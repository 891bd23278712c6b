/*
 * spare.c - see spare.h.
 */
#include "spare.h"

#include <string.h>

#include "base/alloc.h"
#include "base/stack.h"

/* More would only be memory. */
#define SPARE_MAX 1024

void *spare_take(struct spare *spare, size_t size)
{
    void *block = spare != NULL ? spare->first : NULL;

    if (block == NULL)
        return alloc_zero(size);
    spare->first = *(void **)block;
    spare->count--;
    memset(block, 0, size);
    return block;
}

/* Whoever watches memory, an arena or a sanitizer, is to see every block come and go. */
void spare_give(struct spare *spare, void *block)
{
    if (spare == NULL || spare->count == SPARE_MAX || !alloc_is_plain() || RONDO_ASAN) {
        alloc_release(block);
        return;
    }
    *(void **)block = spare->first;
    spare->first = block;
    spare->count++;
}

void spare_clear(struct spare *spare)
{
    while (spare->first != NULL) {
        void *block = spare->first;

        spare->first = *(void **)block;
        alloc_release(block);
    }
    spare->count = 0;
}

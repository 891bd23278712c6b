/*
 * bytes.h - a queue of bytes, in harness memory.
 */
#ifndef RONDO_WORLD_BYTES_H
#define RONDO_WORLD_BYTES_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* All zero is an empty one. */
struct bytes {
    char *data;
    size_t start;
    size_t size;
    size_t capacity;
};

static inline void bytes_free(struct bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct bytes){0};
}

static inline void bytes_put(struct bytes *bytes, const void *data, size_t size)
{
    if (size == 0)
        return;
    if (bytes->start > 0 && bytes->start + bytes->size + size > bytes->capacity) {
        memmove(bytes->data, bytes->data + bytes->start, bytes->size);
        bytes->start = 0;
    }
    if (bytes->size + size > bytes->capacity) {
        bytes->capacity = (bytes->size + size) * 2;
        bytes->data = must_resize(bytes->data, bytes->capacity);
    }
    memcpy(bytes->data + bytes->start + bytes->size, data, size);
    bytes->size += size;
}

/* Take the first `size`, which are there, into `data`. */
static inline void bytes_take(struct bytes *bytes, void *data, size_t size)
{
    if (size == 0)
        return;
    memcpy(data, bytes->data + bytes->start, size);
    bytes->size -= size;
    bytes->start = bytes->size > 0 ? bytes->start + size : 0;
}

#endif

/*
 * alloc.c - see alloc.h.
 */
#include "base/alloc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *libc_resize(void *self, void *old, size_t size)
{
    (void)self;
    return realloc(old, size);
}

static void libc_release(void *self, void *old)
{
    (void)self;
    free(old);
}

static const struct alloc_source libc = {libc_resize, libc_release, NULL};
static const struct alloc_source *current = &libc;

bool alloc_is_plain(void)
{
    return current == &libc;
}

const struct alloc_source *alloc_replace(const struct alloc_source *source)
{
    const struct alloc_source *old = current;

    current = source != NULL ? source : &libc;
    return old;
}

void *alloc_take(size_t size)
{
    return current->resize(current->self, NULL, size != 0 ? size : 1);
}

void *alloc_zero(size_t size)
{
    void *memory = alloc_take(size);

    if (memory != NULL)
        memset(memory, 0, size);
    return memory;
}

char *alloc_text(const char *text)
{
    size_t size = text != NULL ? strlen(text) + 1 : 0;
    char *copy = text != NULL ? alloc_take(size) : NULL;

    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

void *alloc_resize(void *old, size_t size)
{
    return current->resize(current->self, old, size != 0 ? size : 1);
}

void alloc_give_back(void *old)
{
    current->release(current->self, old);
}

static void *must_have(void *memory)
{
    if (memory == NULL) {
        fputs("rondo: out of memory\n", stderr);
        exit(3);
    }
    return memory;
}

void *must_alloc(size_t size)
{
    return must_have(calloc(1, size != 0 ? size : 1));
}

void *must_resize(void *old, size_t size)
{
    return must_have(realloc(old, size != 0 ? size : 1));
}

void *must_grow(void *items, size_t *capacity, size_t count, size_t size)
{
    *capacity = count * 2 + 16;
    return must_resize(items, *capacity * size);
}

char *must_text(const char *text)
{
    return text != NULL ? must_have(strdup(text)) : NULL;
}

char *must_append(char *text, const char *more)
{
    size_t length = text != NULL ? strlen(text) : 0, size = strlen(more) + 1;

    text = must_resize(text, length + size);
    memcpy(text + length, more, size);
    return text;
}

char *must_format(const char *format, ...)
{
    va_list args;
    char *text = NULL;
    int length;

    va_start(args, format);
    length = vasprintf(&text, format, args);
    va_end(args);
    return must_have(length < 0 ? NULL : text);
}

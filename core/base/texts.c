/*
 * texts.c - see texts.h.
 */
#include "base/texts.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define BLOCK_SIZE ((size_t)64 << 10)

/* Room for `size` bytes. */
static char *room(struct texts *texts, size_t size)
{
    if (texts->count != 0 && texts->used + size > BLOCK_SIZE) {
        texts->now++;
        texts->used = 0;
    }
    if (texts->now == texts->count) {
        texts->blocks = must_resize(texts->blocks, (texts->count + 1) * sizeof *texts->blocks);
        texts->blocks[texts->count++] = must_alloc(BLOCK_SIZE);
    }
    texts->used += size;
    return texts->blocks[texts->now] + texts->used - size;
}

const char *texts_keep(struct texts *texts, const char *text)
{
    size_t length = text != NULL ? strnlen(text, TEXTS_LENGTH_MAX) : 0;
    char *copy;

    if (length == 0)
        return text != NULL ? "" : NULL;
    copy = room(texts, length + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

void texts_reset(struct texts *texts)
{
    texts->now = 0;
    texts->used = 0;
}

void texts_free(struct texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free(texts->blocks[i]);
    free(texts->blocks);
    *texts = (struct texts){0};
}

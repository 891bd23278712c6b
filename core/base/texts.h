/*
 * texts.h - copies of texts that all go at once: blocks that are kept for the next time.
 */
#ifndef RONDO_BASE_TEXTS_H
#define RONDO_BASE_TEXTS_H

#include <stddef.h>

/* All zero is empty. */
struct texts {
    char **blocks;
    size_t count;
    size_t now; /* the block that is being filled, and how far */
    size_t used;
};

/* The longest text that is kept whole; of a longer one the end is left out. */
#define TEXTS_LENGTH_MAX ((size_t)40000)

/* A copy of `text` that lives until the next reset. Returns: NULL for NULL. */
const char *texts_keep(struct texts *texts, const char *text);

/* Let go of all copies; their memory stays. */
void texts_reset(struct texts *texts);

/* Free what `texts` holds; it is empty afterwards. */
void texts_free(struct texts *texts);

#endif

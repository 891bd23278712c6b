/*
 * source.h - the bytes of a scenario file, refused early if they cannot be one.
 */
#ifndef RONDO_SCENARIO_SOURCE_H
#define RONDO_SCENARIO_SOURCE_H

#include <stddef.h>

#include "scenario/mistake.h"

/* The largest scenario file; the largest of ours is a few kilobytes. */
#define SOURCE_SIZE_MAX ((size_t)1 << 20)

struct source {
    const char *path; /* borrowed */
    char *text;       /* NUL-terminated; no NUL inside, valid UTF-8 */
    size_t size;
};

/* Read the file at `path`, of at most `size_max` bytes. Returns: false with a mistake if it is
 * missing, not a file, unreadable, empty, too large, or not text. On success `source->text` is the
 * caller's: source_free(). */
bool source_read(struct source *source, const char *path, size_t size_max, struct mistake *mistake);

/* As source_read(), from `size` bytes at `bytes`. */
bool source_from_bytes(struct source *source, const char *path, const void *bytes, size_t size,
                       struct mistake *mistake);

void source_free(struct source *source);

/* The length of the UTF-8 character at the front of `left` bytes, from 1 to 4; 0 if there is none.
 * Requires: `left` > 0. */
size_t utf8_length(const void *bytes, size_t left);

#endif

/*
 * image.h - a module's globals as they were when it was loaded, to be put back between runs.
 *
 * Covers the writable segments (less what the loader made read-only) and the thread-local ones;
 * leaves the counters of instrumented builds alone, or a fuzzer would see no coverage.
 *
 * Where several processes run one module, each has globals of its own: those of one are in place,
 * and are put aside when another's turn comes. So a module that has one process costs nothing.
 */
#ifndef RONDO_RUN_IMAGE_H
#define RONDO_RUN_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

struct image;

/* The globals that a module has in one process. All zero: as they were when it was loaded. */
struct globals {
    bool kept;   /* what they are while others are in place, is in: */
    char *saved; /* or NULL */
    size_t size; /* that it has room for: its process may have run a smaller module before */
};

/* Take the image of the module that dlopen() gave as `handle`, before anything of it has run.
 * Owned by the caller: image_free(). */
struct image *image_take(void *handle);
void image_free(struct image *image);

/* Put `globals` (borrowed until image_reset()) in place, and aside those that were there. */
void image_enter(struct image *image, struct globals *globals);

/* Whether some have been put in place since the last reset. */
bool image_is_entered(const struct image *image);

/* Put back what was there when it was loaded. */
void image_reset(struct image *image);

/* Free what it holds. */
void globals_clear(struct globals *globals);

#endif

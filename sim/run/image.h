/*
 * image.h - a module's globals as they were when it was loaded, to be put back between runs.
 *
 * Covers the writable segments (less what the loader made read-only) and the thread-local ones;
 * leaves the counters of instrumented builds alone, or a fuzzer would see no coverage.
 */
#ifndef RONDO_RUN_IMAGE_H
#define RONDO_RUN_IMAGE_H

struct image;

/* Take the image of the module that dlopen() gave as `handle`, before anything of it has run.
 * Owned by the caller: image_free(). */
struct image *image_take(void *handle);
void image_free(struct image *image);

/* Put the globals back. */
void image_reset(const struct image *image);

#endif

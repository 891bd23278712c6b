/*
 * folder.h - a folder of files that lives as long as a test.
 */
#ifndef RONDO_TESTS_FOLDER_H
#define RONDO_TESTS_FOLDER_H

#include <stddef.h>

struct folder {
    char path[64]; /* below $TMPDIR or /tmp */
};

/* Make an empty folder; and remove it with all that is in it. */
void folder_open(struct folder *folder);
void folder_close(struct folder *folder);

/* Write `size` bytes to the file `name` in it; folders on the way are made.
 * Returns: the file's path, static, valid until the next call. */
const char *folder_write(const struct folder *folder, const char *name, const void *bytes,
                         size_t size);

/* As folder_write(), of a text. */
const char *folder_write_text(const struct folder *folder, const char *name, const char *text);

/* The path of `name` in it, static, valid until the next call. */
const char *folder_path(const struct folder *folder, const char *name);

#endif

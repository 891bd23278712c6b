/*
 * standalone.c - a main for fuzz targets without a fuzzer: every file of the folders (or the files)
 * on the command line goes through the target once, so that a corpus is an ordinary test.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "target.h"

/* The largest input that is tried; libFuzzer's own default is 4 KB. */
#define INPUT_SIZE_MAX ((size_t)1 << 20)

static int is_input(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Returns: whether the file could be read. */
static bool try_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = must_alloc(INPUT_SIZE_MAX);
    size_t size = file != NULL ? fread(bytes, 1, INPUT_SIZE_MAX, file) : 0;
    bool ok = file != NULL && ferror(file) == 0;

    if (file != NULL)
        fclose(file);
    if (ok) {
        /* Its own size, so that a read past the end is one. */
        bytes = must_resize(bytes, size);
        LLVMFuzzerTestOneInput(bytes, size);
    } else {
        perror(path);
    }
    free(bytes);
    return ok;
}

/* Every file of the folder at `path`, by name. Returns: how many, or -1 if one was unreadable. */
static int try_folder(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_input, alphasort);
    bool ok = true;

    if (count < 0)
        return try_file(path) ? 1 : -1;
    for (int i = 0; i < count; i++) {
        char *file = must_format("%s/%s", path, entries[i]->d_name);

        ok = try_file(file) && ok;
        free(file);
        free(entries[i]);
    }
    free(entries);
    return ok ? count : -1;
}

int main(int argc, char **argv)
{
    int total = 0;

    for (int i = 1; i < argc; i++) {
        int count = try_folder(argv[i]);

        if (count < 0)
            return 2;
        total += count;
    }
    printf("%d input%s, no crash\n", total, total == 1 ? "" : "s");
    return total > 0 ? 0 : 2; /* a test of nothing is not passed */
}

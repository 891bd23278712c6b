/*
 * folder.c - see folder.h.
 */
#include "tests/scenario/folder.h"

#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/check.h"

void folder_open(struct folder *folder)
{
    const char *place = getenv("TMPDIR");

    snprintf(folder->path, sizeof folder->path, "%.40s/rondo-XXXXXX",
             place != NULL && strlen(place) <= 40 ? place : "/tmp");
    CHECK(mkdtemp(folder->path) != NULL);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status, (void)kind, (void)where;
    return remove(path);
}

void folder_close(struct folder *folder)
{
    CHECK(nftw(folder->path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
}

const char *folder_path(const struct folder *folder, const char *name)
{
    static char path[1024];

    CHECK((size_t)snprintf(path, sizeof path, "%s/%s", folder->path, name) < sizeof path);
    return path;
}

static void make_folders(char *path)
{
    for (char *at = strchr(path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
        *at = '\0';
        (void)mkdir(path, 0777);
        *at = '/';
    }
}

const char *folder_write(const struct folder *folder, const char *name, const void *bytes,
                         size_t size)
{
    char *path = (char *)(uintptr_t)folder_path(folder, name);
    FILE *file;

    make_folders(path);
    file = fopen(path, "wb");
    CHECK(file != NULL);
    CHECK(fwrite(bytes, 1, size, file) == size);
    CHECK(fclose(file) == 0);
    return path;
}

const char *folder_write_text(const struct folder *folder, const char *name, const char *text)
{
    return folder_write(folder, name, text, strlen(text));
}

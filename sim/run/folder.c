/*
 * folder.c - see folder.h.
 */
#include "run/folder.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"

void folder_make_for(const char *path)
{
    char *copy = must_text(path);

    for (char *at = strchr(copy + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
        *at = '\0';
        (void)mkdir(copy, 0777);
        *at = '/';
    }
    free(copy);
}

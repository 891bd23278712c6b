/*
 * tape_file_fuzz.c - any bytes as a tape file: read, or refused with a mistake that says why.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/check.h"
#include "run/tape_file.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int memory = memfd_create("tape", MFD_CLOEXEC);
    char *path = must_format("/proc/self/fd/%d", memory);
    struct mistake mistake = {""};
    struct tape_file file;

    CHECK(memory >= 0 && write(memory, data, size) == (ssize_t)size);
    if (tape_file_read(&file, path, &mistake))
        tape_file_free(&file);
    else
        CHECK(mistake.text[0] != '\0');
    free(path);
    close(memory);
    return 0;
}

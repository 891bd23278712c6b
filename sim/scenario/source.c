/*
 * source.c - see source.h and mistake.h.
 */
#include "scenario/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"

bool mistake_at(struct mistake *mistake, const char *path, int line, int column, const char *format,
                ...)
{
    char said[400];
    va_list args;

    va_start(args, format);
    vsnprintf(said, sizeof said, format, args);
    va_end(args);
    if (line > 0)
        snprintf(mistake->text, sizeof mistake->text, "%.150s:%d:%d: %s", path, line, column, said);
    else
        snprintf(mistake->text, sizeof mistake->text, "%.150s: %s", path, said);
    return false;
}

size_t utf8_length(const void *bytes, size_t left)
{
    const unsigned char *at = bytes;
    uint32_t code = at[0];
    size_t length = code < 0x80 ? 1 : code < 0xc2 ? 0 : code < 0xe0 ? 2 : code < 0xf0 ? 3 : 4;

    if (length == 1)
        return 1;
    if (length == 0 || code > 0xf4 || left < length)
        return 0;
    code &= 0x7fu >> length;
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (at[i] & 0x3f);
    }
    if ((length == 3 && (code < 0x800 || (code >= 0xd800 && code < 0xe000))) ||
        (length == 4 && (code < 0x10000 || code > 0x10ffff)))
        return 0;
    return length;
}

/* Check that the bytes are text; the mistake has the line and column of the first that is not. */
static bool check_text(const struct source *source, struct mistake *mistake)
{
    const unsigned char *bytes = (const unsigned char *)source->text;
    int line = 1, column = 1;
    size_t length;

    for (size_t i = 0; i < source->size; i += length) {
        length = utf8_length(bytes + i, source->size - i);
        if (bytes[i] == 0)
            return mistake_at(mistake, source->path, line, column, "a NUL byte; not a text file");
        if (length == 0)
            return mistake_at(mistake, source->path, line, column, "byte 0x%02x is not valid UTF-8",
                              bytes[i]);
        column++;
        if (bytes[i] == '\n') {
            line++;
            column = 1;
        }
    }
    return true;
}

static bool too_large(const char *path, size_t size_max, struct mistake *mistake)
{
    return mistake_at(mistake, path, 0, 0, "larger than such a file can be (%zu MiB)",
                      size_max >> 20);
}

/* Take `bytes`, which become the source's own, if they are a text. */
static bool take_bytes(struct source *source, const char *path, char *bytes, size_t size,
                       struct mistake *mistake)
{
    *source = (struct source){.path = path, .text = bytes, .size = size};
    bytes[size] = '\0';
    if (size != 0 && check_text(source, mistake))
        return true;
    if (size == 0)
        mistake_at(mistake, path, 0, 0, "the file is empty");
    source_free(source);
    return false;
}

bool source_from_bytes(struct source *source, const char *path, const void *bytes, size_t size,
                       struct mistake *mistake)
{
    char *copy;

    *source = (struct source){.path = path};
    if (size > SOURCE_SIZE_MAX)
        return too_large(path, SOURCE_SIZE_MAX, mistake);
    copy = must_alloc(size + 1);
    if (size > 0)
        memcpy(copy, bytes, size);
    return take_bytes(source, path, copy, size, mistake);
}

/* The bytes of an open file. Returns: NULL with a mistake. */
static char *read_all(FILE *file, const char *path, size_t size_max, size_t *size,
                      struct mistake *mistake)
{
    struct stat status;
    char *bytes;

    if (fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode)) {
        mistake_at(mistake, path, 0, 0, "not a regular file");
        return NULL;
    }
    if ((uint64_t)status.st_size > size_max) {
        too_large(path, size_max, mistake);
        return NULL;
    }
    bytes = must_alloc((size_t)status.st_size + 1);
    *size = fread(bytes, 1, (size_t)status.st_size, file);
    if (ferror(file) == 0)
        return bytes;
    mistake_at(mistake, path, 0, 0, "%s", strerror(errno));
    free(bytes);
    return NULL;
}

bool source_read(struct source *source, const char *path, size_t size_max, struct mistake *mistake)
{
    /* Without waiting for a writer, should it be a pipe. */
    int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "rb") : NULL;
    char *bytes;
    size_t size = 0;

    *source = (struct source){.path = path};
    if (file == NULL)
        return mistake_at(mistake, path, 0, 0, "%s", strerror(errno));
    bytes = read_all(file, path, size_max, &size, mistake);
    fclose(file);
    return bytes != NULL && take_bytes(source, path, bytes, size, mistake);
}

void source_free(struct source *source)
{
    free(source->text);
    source->text = NULL;
}

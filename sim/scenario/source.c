/*
 * source.c - see source.h and mistake.h.
 */
#include "scenario/source.h"

#include <errno.h>
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

bool source_from_bytes(struct source *source, const char *path, const void *bytes, size_t size,
                       struct mistake *mistake)
{
    *source = (struct source){.path = path, .size = size};
    if (size == 0)
        return mistake_at(mistake, path, 0, 0, "the file is empty");
    if (size > SOURCE_SIZE_MAX)
        return mistake_at(mistake, path, 0, 0, "larger than a scenario file can be (1 MiB)");
    source->text = must_alloc(size + 1);
    memcpy(source->text, bytes, size);
    if (check_text(source, mistake))
        return true;
    source_free(source);
    return false;
}

bool source_read(struct source *source, const char *path, struct mistake *mistake)
{
    FILE *file = fopen(path, "rb");
    struct stat status;
    char *bytes;
    size_t size;
    bool ok;

    if (file == NULL)
        return mistake_at(mistake, path, 0, 0, "%s", strerror(errno));
    if (fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode)) {
        fclose(file);
        return mistake_at(mistake, path, 0, 0, "not a regular file");
    }
    bytes = must_alloc(SOURCE_SIZE_MAX + 1);
    size = fread(bytes, 1, SOURCE_SIZE_MAX + 1, file);
    ok = ferror(file) == 0 ? source_from_bytes(source, path, bytes, size, mistake)
                           : mistake_at(mistake, path, 0, 0, "%s", strerror(errno));
    fclose(file);
    free(bytes);
    return ok;
}

void source_free(struct source *source)
{
    free(source->text);
    source->text = NULL;
}

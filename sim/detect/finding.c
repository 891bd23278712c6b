/*
 * finding.c - see finding.h.
 */
#include "detect/finding.h"

#include <string.h>

#include "base/seconds.h"

const char *finding_name(enum finding_kind kind)
{
    static const char *const names[] = {
#define X(name, text, meaning) text,
        FINDING_MAP(X)
#undef X
    };

    return names[kind];
}

void finding_print_time(FILE *out, int64_t ns)
{
    fprintf(out, SECONDS "s", SECONDS_OF(ns));
}

const char *finding_base_name(const char *here)
{
    const char *slash = here != NULL ? strrchr(here, '/') : NULL;

    return slash != NULL ? slash + 1 : here;
}

void finding_who(const struct trace_record *record, char *text, size_t size)
{
    bool labelled = record->label != NULL;

    if (record->task != 0)
        trace_who(record, text, size);
    else
        snprintf(text, size, "%s%sa callback", labelled ? record->label : "", labelled ? "/" : "");
}

void finding_copy_text(char *to, size_t size, const char *from)
{
    size_t length = from != NULL ? strnlen(from, size - 1) : 0;

    if (length > 0)
        memcpy(to, from, length);
    to[length] = '\0';
}

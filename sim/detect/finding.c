/*
 * finding.c - see finding.h.
 */
#include "detect/finding.h"

const char *finding_name(enum finding_kind kind)
{
    static const char *const names[] = {
#define X(name, text, meaning) text,
        FINDING_MAP(X)
#undef X
    };

    return names[kind];
}

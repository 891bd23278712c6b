/*
 * trace.h - what a body did, as one text that does not depend on the speed of the machine.
 */
#ifndef RONDO_TESTS_TRACE_H
#define RONDO_TESTS_TRACE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

struct trace {
    char text[16384];
    size_t length;
};

/* Add a formatted text; what does not fit is cut off. */
static inline void note(struct trace *trace, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline void note(struct trace *trace, const char *format, ...)
{
    size_t room = sizeof trace->text - trace->length;
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(trace->text + trace->length, room, format, args);
    va_end(args);
    if (length > 0)
        trace->length += (size_t)length < room ? (size_t)length : room - 1;
}

#endif

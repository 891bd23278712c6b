/*
 * notes.c - see notes.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/check.h"
#include "tests/lib/notes.h"

void notes_open(struct notes *notes)
{
    CHECK(uv_mutex_init(&notes->mutex) == 0);
    memory_watch(&notes->memory);
}

int notes_close(struct notes *notes)
{
    size_t left = notes->memory.live;

    memory_unwatch(&notes->memory);
    uv_mutex_destroy(&notes->mutex);
    if (left > 0)
        print_error("%zu blocks of program memory were left\n", left);
    return left > 0 ? -1 : 0;
}

void notes_add(struct notes *notes, const char *format, ...)
{
    va_list args;
    size_t room;
    int length;

    uv_mutex_lock(&notes->mutex);
    room = sizeof notes->text - notes->length;
    va_start(args, format);
    length = vsnprintf(notes->text + notes->length, room, format, args);
    va_end(args);
    CHECK(length >= 0 && (size_t)length + 1 < room);
    notes->length += (size_t)length;
    notes->text[notes->length++] = '\n';
    notes->text[notes->length] = '\0';
    uv_mutex_unlock(&notes->mutex);
}

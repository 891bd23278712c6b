/*
 * notes.h - what several threads did, as one text.
 *
 * For plays on real threads, where a script (script.h) would not do. The order in which threads
 * note is the test's to enforce; that the text itself stays whole is seen to here.
 */
#ifndef RONDO_TESTS_NOTES_H
#define RONDO_TESTS_NOTES_H

#include <stddef.h>

#include <uv.h>

#include "tests/lib/ground.h"
#include "tests/lib/memory.h"

struct notes {
    struct memory memory;
    uv_mutex_t mutex;
    char text[2000];
    size_t length;
};

/* Begin an empty text; count all program memory. */
void notes_open(struct notes *notes);

/* Returns: 0, or -1, with words, when program memory is left: what a cmocka teardown returns. */
int notes_close(struct notes *notes);

/* Add a line, from any thread. */
void notes_add(struct notes *notes, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A cmocka setup and teardown for `struct fixture`, which begins with `struct notes notes`. */
#define NOTES_FIXTURE                             \
    static int fixture_open(void **state)         \
    {                                             \
        struct fixture *f = calloc(1, sizeof *f); \
                                                  \
        notes_open(&f->notes);                    \
        *state = f;                               \
        return 0;                                 \
    }                                             \
    static int fixture_close(void **state)        \
    {                                             \
        struct fixture *f = *state;               \
        int rc = notes_close(&f->notes);          \
                                                  \
        free(f);                                  \
        return rc;                                \
    }

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

/* Add a line to the notes of fixture `f`. */
#define note(f, ...) notes_add(&(f)->notes, __VA_ARGS__)

/* In a body, on whatever thread: note a line unless `condition` holds. */
#define check(f, condition) \
    ((condition) ? (void)0 : note((f), "BROKEN %s:%d: %s", __FILE__, __LINE__, #condition))

#endif

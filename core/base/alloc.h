/*
 * alloc.h - the two kinds of memory.
 *
 * Program memory belongs to the program that runs: its tasks, futures, handles and what it takes
 * from malloc. It comes from replaceable functions, so that a simulated process has an arena of its
 * own and any allocation can be made to fail. Harness memory belongs to Rondo: it never comes from
 * a process's arena, and when there is none left the harness says so and exits with status 3.
 */
#ifndef RONDO_BASE_ALLOC_H
#define RONDO_BASE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

/* Where program memory comes from. Each function behaves as its namesake of <stdlib.h>. */
struct alloc_source {
    void *(*resize)(void *self, void *old, size_t size); /* old NULL: a new one */
    void (*release)(void *self, void *old);              /* old NULL: nothing */
    void *self;
};

/* Take program memory from `source` from now on (NULL: from the C library).
 * Returns: the source that was in place, to be put back later. Owns nothing: `source` must outlive
 * its use. */
const struct alloc_source *alloc_replace(const struct alloc_source *source);

/* Whether program memory comes from the C library, so that nobody minds if some is kept for the
 * next who asks; an arena, and a test that counts or refuses, wants to see every request. */
bool alloc_is_plain(void);

/* Program memory, not initialised. Returns: NULL when there is none. */
void *alloc_take(size_t size);

/* Program memory, all zero. Returns: NULL when there is none. */
void *alloc_zero(size_t size);

/* A copy of `text` in program memory; NULL stays NULL. Returns: NULL when there is none. */
char *alloc_text(const char *text);

/* Change the size of `old`. Returns: NULL when there is none; `old` then stays as it was. */
void *alloc_resize(void *old, size_t size);

/* Give back program memory. For alloc_release(). */
void alloc_give_back(void *old);

/* Give back program memory; NULL is allowed. */
static inline void alloc_release(void *old)
{
    if (old != NULL)
        alloc_give_back(old);
}

/* Harness memory, all zero. Never returns NULL. Given back by free(). */
void *must_alloc(size_t size);

/* Harness memory: change the size of `old`, which may be NULL. Never returns NULL. */
void *must_resize(void *old, size_t size);

/* Likewise, with room to spare, for a list that grows: at least twice `count` items of `size`
 * bytes. Sets `*capacity`. */
void *must_grow(void *items, size_t *capacity, size_t count, size_t size);

/* `items`, with room for `count` of them: as they are if `*capacity` is no less. */
static inline void *must_room(void *items, size_t *capacity, size_t count, size_t size)
{
    return count <= *capacity ? items : must_grow(items, capacity, count, size);
}

/* Harness memory: a copy of `text`; NULL stays NULL. */
char *must_text(const char *text);

/* `text`, harness memory or NULL, with `more` behind it; `text` itself is gone. */
char *must_append(char *text, const char *more);

/* Harness memory: a formatted text. Given back by free(). */
char *must_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif

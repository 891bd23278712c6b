/*
 * arena.c - see arena.h. Blocks are powers of two with a header that says which; freed ones wait in
 * a list for the next of their size.
 */
#include "run/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/check.h"
#include "base/map.h"
#include "base/stack.h"

#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif
#ifndef RUNNING_ON_VALGRIND
#define RUNNING_ON_VALGRIND 0
#endif

/* Far from where the kernel puts things by itself, with and without address randomisation. */
#define ARENA_BASE ((uintptr_t)0x200000000000)
#define ARENA_SIZE ((size_t)1 << 30)
/* Zeroing more than this costs more than giving the pages back. */
/* So much more of it may be used at a time: who limits the memory of this process, or adds it up,
 * is to see what there is, and not a gigabyte for each of a thousand hosts. */
#define OPEN_STEP   ((size_t)16 << 20)
#define ZERO_MAX    ((size_t)1 << 20)
#define CLASS_COUNT 31
#define FREED       ((size_t)1 << 32) /* marks the class of a block that was given back */
#define CLASS_LEAST 5                 /* 32 bytes, header included */

struct block {
    size_t class;
    struct block *next; /* while free */
};

struct arena {
    struct alloc_source source;
    bool aside;
    char *base;
    size_t used;
    size_t open; /* of which may be used */
    struct block *free[CLASS_COUNT];
    struct map alive; /* aside: the allocations that are alive, by address */
};

#define HEADER ((size_t)16)

static bool inside(const struct arena *arena, const void *memory)
{
    return arena->base != NULL && (const char *)memory >= arena->base &&
           (const char *)memory < arena->base + ARENA_SIZE;
}

static struct block *block_of(void *memory)
{
    return (struct block *)(void *)((char *)memory - HEADER);
}

/* The first `end` bytes may be used, if the machine has them. */
static bool open_up(struct arena *arena, size_t end)
{
    size_t open = (end + OPEN_STEP - 1) / OPEN_STEP * OPEN_STEP;

    if (end <= arena->open)
        return true;
    if (mprotect(arena->base + arena->open, open - arena->open, PROT_READ | PROT_WRITE) != 0)
        return false;
    arena->open = open;
    return true;
}

static void *take(struct arena *arena, size_t size)
{
    size_t class = CLASS_LEAST;
    struct block *block;

    if (size > ARENA_SIZE / 2)
        return NULL;
    while (((size_t)1 << class) < size + HEADER)
        class ++;
    block = arena->free[class];
    if (block != NULL) {
        arena->free[class] = block->next;
    } else {
        if (arena->used + ((size_t)1 << class) > ARENA_SIZE ||
            !open_up(arena, arena->used + ((size_t)1 << class)))
            return NULL;
        block = (struct block *)(void *)(arena->base + arena->used);
        arena->used += (size_t)1 << class;
    }
    block->class = class;
    return (char *)block + HEADER;
}

/* The program did something with its memory that it must not; as the C library would say it. */
static void misuse(const char *what, const void *memory)
{
    fprintf(stderr, "%s: %p\n", what, memory);
    abort();
}

static void give(struct arena *arena, void *memory)
{
    struct block *block = block_of(memory);
    size_t class = block->class;

    if ((class & FREED) != 0)
        misuse("free(): the memory was freed before", memory);
    if (class < CLASS_LEAST || class >= CLASS_COUNT || (uintptr_t)memory % HEADER != 0)
        misuse("free(): not the start of any memory that was taken", memory);
    /* Zero now: what was freed must not be told apart from what was never used. */
    memset(memory, 0, ((size_t)1 << class) - HEADER);
    block->class = class | FREED;
    block->next = arena->free[class];
    arena->free[class] = block;
}

static void *arena_resize(void *self, void *old, size_t size)
{
    struct arena *arena = self;
    size_t room;
    void *memory;

    if (old != NULL && !inside(arena, old))
        return realloc(old, size); /* made by the C library for the program */
    room = old != NULL ? ((size_t)1 << block_of(old)->class) - HEADER : 0;
    if (old != NULL && size <= room)
        return old;
    memory = take(arena, size);
    if (memory != NULL && old != NULL) {
        memcpy(memory, old, room);
        give(arena, old);
    }
    return memory;
}

static void arena_release(void *self, void *old)
{
    if (inside(self, old))
        give(self, old);
    else
        free(old);
}

/* ---- aside: the C library's memory, remembered by its addresses ---- */

static void *aside_resize(void *self, void *old, size_t size)
{
    struct arena *arena = self;
    size_t was = map_remove(&arena->alive, (uintptr_t)old);
    void *memory = realloc(old, size);

    if (memory != NULL)
        map_set(&arena->alive, (uintptr_t)memory, 0);
    else if (was != MAP_NONE)
        map_set(&arena->alive, (uintptr_t)old, 0); /* it stays as it was */
    return memory;
}

static void aside_release(void *self, void *old)
{
    map_remove(&((struct arena *)self)->alive, (uintptr_t)old);
    free(old);
}

struct arena *arena_new(size_t index)
{
    struct arena *arena = must_alloc(sizeof *arena);
    void *wanted = (void *)(ARENA_BASE + index * ARENA_SIZE);

    arena->aside = RONDO_ASAN || RUNNING_ON_VALGRIND;
    if (arena->aside) {
        arena->source = (struct alloc_source){aside_resize, aside_release, arena};
        return arena;
    }
    arena->base = mmap(wanted, ARENA_SIZE, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    CHECK(arena->base == wanted);
    arena->source = (struct alloc_source){arena_resize, arena_release, arena};
    return arena;
}

void arena_free(struct arena *arena)
{
    arena_reset(arena);
    if (arena->base != NULL)
        munmap(arena->base, ARENA_SIZE);
    map_free(&arena->alive);
    free(arena);
}

const struct alloc_source *arena_source(const struct arena *arena)
{
    return &arena->source;
}

size_t arena_left(const struct arena *arena)
{
    size_t left = arena->alive.count;

    for (size_t at = 0; at < arena->used;) {
        const struct block *block = (const struct block *)(const void *)(arena->base + at);

        left += (block->class & FREED) == 0;
        at += (size_t)1 << (block->class & ~FREED);
    }
    return left;
}

void arena_reset(struct arena *arena)
{
    for (size_t i = 0; i < arena->alive.capacity; i++) {
        if (arena->alive.slots[i].value != MAP_NONE)
            free((void *)(uintptr_t)arena->alive.slots[i].key);
    }
    map_empty(&arena->alive);
    if (arena->base == NULL)
        return;
    if (arena->used <= ZERO_MAX)
        memset(arena->base, 0, arena->used);
    else
        madvise(arena->base, arena->used, MADV_DONTNEED);
    arena->used = 0;
    memset(arena->free, 0, sizeof arena->free);
}

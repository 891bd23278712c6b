/*
 * stack.h - pooled memory for fibers to run on.
 *
 * Owns the mappings: they are made in slabs, handed out last-in first-out, and kept until the
 * process ends. Every stack in use remembers an owner, so that all stacks of a simulated process
 * whose run was cut short come back at once. Each has a guard page below it where the kernel's
 * limit of mappings allows; without one an overflow is not caught. Threads share the pool.
 */
#ifndef RONDO_BASE_STACK_H
#define RONDO_BASE_STACK_H

#include <stddef.h>

#include "base/list.h"

#if defined(__SANITIZE_ADDRESS__)
#define RONDO_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RONDO_ASAN 1
#endif
#endif
#ifndef RONDO_ASAN
#define RONDO_ASAN 0
#endif

#if defined(__SANITIZE_THREAD__)
#define RONDO_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RONDO_TSAN 1
#endif
#endif
#ifndef RONDO_TSAN
#define RONDO_TSAN 0
#endif

/* What a task gets: room for printf and the like; sanitizers make every frame larger. */
#define STACK_SIZE_TASK (RONDO_ASAN || RONDO_TSAN ? (size_t)256 << 10 : (size_t)64 << 10)
/* What the main function of a simulated process gets. */
#define STACK_SIZE_MAIN ((size_t)1 << 20)

struct stack {
    struct list link; /* in the pool, or among the stacks in use */
    void *owner;
    char *low; /* first usable byte */
    size_t size;
};

/* A stack of exactly `size` bytes, a multiple of the page size. Returns: NULL when there is none.
 */
struct stack *stack_take(size_t size);

/* Put `stack`, which nobody runs on, back into the pool. */
void stack_give(struct stack *stack);

/* The owner recorded in stacks taken from now on. Returns: the one before. */
void *stack_owner_set(void *owner);

/* Put all stacks of `owner` back into the pool. Requires: nothing runs on them again. */
void stack_reclaim(const void *owner);

#endif

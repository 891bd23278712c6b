/*
 * stack.h - pooled memory for fibers to run on.
 *
 * Owns the mappings: they are made in large slabs, cut into stacks as they are needed, handed out
 * last-in first-out, and kept until the process ends; threads share the pool. Every stack in use
 * remembers an owner, so that all stacks of a simulated process whose run was cut short come back
 * at once.
 *
 * Below each stack lies a guard page: one that costs no mapping where the kernel knows how
 * (MADV_GUARD_INSTALL, Linux 6.13), else one by mprotect() up to a budget of mappings, and beyond
 * that a canary, which is looked at whenever the fiber stops to run.
 */
#ifndef RONDO_BASE_STACK_H
#define RONDO_BASE_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

#define STACK_GUARD_SIZE ((size_t)4096)

/* The head of a stack. It lies at its top, which is in memory as soon as the stack is used. */
struct stack {
    struct list link; /* in the pool, or among the stacks in use */
    void *owner;
    char *low;     /* first usable byte; the guard lies below */
    size_t size;   /* usable bytes from there, up to this head */
    size_t mapped; /* bytes in all */
    bool guarded;
};

/* What of the size of a stack is not for the fiber: the guard, and less than a page for the head
 * and the colouring. */
#define STACK_OVERHEAD (2 * STACK_GUARD_SIZE)

/* Lies at the low end of a stack without a guard; once it is not this, the stack was too small. */
#define STACK_CANARY UINT64_C(0x5a17eaf7e57ac4ed)

/* A stack that takes `size` bytes of address space in all, a multiple of the page size, of which
 * STACK_OVERHEAD is not its own. Returns: NULL when there is none. */
struct stack *stack_take(size_t size);

/* Put `stack`, which nobody runs on, back into the pool. */
void stack_give(struct stack *stack);

/* The owner recorded in stacks taken from now on. Returns: the one before. */
void *stack_owner_set(void *owner);

/* Put all stacks of `owner` back into the pool. Requires: nothing runs on them again. */
void stack_reclaim(const void *owner);

/* For tests: as if the kernel knew no cheap guards (`cheap` false) and refused more than `budget`
 * protected pages. Stacks that exist stay as they are. */
void stack_limit_guards(bool cheap, size_t budget);

#endif

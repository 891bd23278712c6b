/*
 * stack.c - see stack.h.
 */
#include "base/stack.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "base/check.h"

#if RONDO_ASAN
#include <sanitizer/asan_interface.h>
#endif
#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif
#ifndef VALGRIND_STACK_REGISTER
#define VALGRIND_STACK_REGISTER(low, high) ((void)(low), (void)(high))
#endif

#define GUARD_SIZE ((size_t)4096)
/* Stacks a slab: one mmap for many keeps a cold start of a thousand tasks to a few system calls. */
#define SLAB_COUNT ((size_t)16)

static struct list pool = {&pool, &pool};
static struct list used = {&used, &used};
static void *current_owner; /* of simulated processes, which are all on one thread */

/* Guards the lists. Loops of several threads take from one pool; each takes and gives so shortly
 * that going round is better than sleeping, for which the floor has no means. */
static atomic_flag busy = ATOMIC_FLAG_INIT;

static void enter(void)
{
    while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire))
        ;
}

static void leave(void)
{
    atomic_flag_clear_explicit(&busy, memory_order_release);
}

static void add_to_pool(char *low, size_t size)
{
    struct stack *stack = must_alloc(sizeof *stack);

    /* Past the kernel's limit of mappings the guard is refused, and the stack works without. */
    (void)mprotect(low, GUARD_SIZE, PROT_NONE);
    VALGRIND_STACK_REGISTER(low + GUARD_SIZE, low + size);
    stack->low = low + GUARD_SIZE;
    stack->size = size - GUARD_SIZE;
    list_push_front(&pool, &stack->link);
}

/* Map new stacks of `size` bytes each, guard included. Large ones come alone. */
static void map_slab(size_t size)
{
    size_t count = size <= STACK_SIZE_TASK ? SLAB_COUNT : 1;
    char *slab = mmap(NULL, size * count, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (slab == MAP_FAILED)
        return;
    /* A huge page under a stack would make every task cost its whole size in memory. */
    (void)madvise(slab, size * count, MADV_NOHUGEPAGE);
    for (size_t i = count; i-- > 0;)
        add_to_pool(slab + i * size, size);
}

static struct stack *find_in_pool(size_t size)
{
    list_for_each(node, &pool) {
        struct stack *stack = container_of(node, struct stack, link);

        if (stack->size + GUARD_SIZE == size)
            return stack;
    }
    return NULL;
}

static struct stack *take(size_t size)
{
    struct stack *stack = find_in_pool(size);

    if (stack == NULL) {
        map_slab(size);
        stack = find_in_pool(size);
    }
    if (stack == NULL)
        return NULL;
    list_remove(&stack->link);
    list_push_front(&used, &stack->link);
    stack->owner = current_owner;
    return stack;
}

struct stack *stack_take(size_t size)
{
    struct stack *stack;

    CHECK(size % GUARD_SIZE == 0 && size > GUARD_SIZE);
    enter();
    stack = take(size);
    leave();
    return stack;
}

static void give(struct stack *stack)
{
#if RONDO_ASAN
    /* Frames of a run that was cut short left their red zones behind. */
    __asan_unpoison_memory_region(stack->low, stack->size);
#endif
    list_remove(&stack->link);
    list_push_front(&pool, &stack->link);
}

void stack_give(struct stack *stack)
{
    enter();
    give(stack);
    leave();
}

void *stack_owner_set(void *owner)
{
    void *old = current_owner;

    current_owner = owner;
    return old;
}

void stack_reclaim(const void *owner)
{
    enter();
    list_for_each(node, &used) {
        struct stack *stack = container_of(node, struct stack, link);

        if (stack->owner == owner)
            give(stack);
    }
    leave();
}

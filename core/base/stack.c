/*
 * stack.c - see stack.h.
 */
#include "base/stack.h"

#include <stdatomic.h>
#include <sys/mman.h>

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

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

/* One mmap for a thousand stacks; less if there is not so much address space. */
#define SLAB_SIZE ((size_t)64 << 20)
/* A protected page cuts a mapping in two; the kernel allows a process 65,530 of them. */
#define GUARD_BUDGET ((size_t)12000)
/* Stacks lie a power of two apart, so their tops would all fall into the same few sets of the
 * caches: they are spread over so many cache lines. */
#define COLOURS     ((size_t)48)
#define COLOUR_SIZE ((size_t)64)

static struct list pool = {&pool, &pool};       /* of STACK_SIZE_TASK */
static struct list others = {&others, &others}; /* of any other size: few, and searched */
static struct list used = {&used, &used};
static char *slab; /* the rest of the last one, for stacks of STACK_SIZE_TASK */
static size_t slab_left;
static size_t colour_next;
static bool cheap_guards = true;
static size_t guard_budget = GUARD_BUDGET; /* what is left of it */
static void *current_owner;                /* of simulated processes, which are all on one thread */

/* Guards all of these but the owner. Loops of several threads take from one pool; each takes and
 * gives so shortly that going round is better than sleeping, for which the floor has no means. */
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

void stack_limit_guards(bool cheap, size_t budget)
{
    cheap_guards = cheap;
    guard_budget = budget;
}

/* Make the page at `low` one that faults. Returns: whether that could be done. */
static bool guard(char *low)
{
    if (cheap_guards && madvise(low, STACK_GUARD_SIZE, MADV_GUARD_INSTALL) == 0)
        return true;
    cheap_guards = false;
    if (guard_budget == 0)
        return false;
    guard_budget--;
    return mprotect(low, STACK_GUARD_SIZE, PROT_NONE) == 0;
}

/* Make a stack of the `mapped` bytes at `low`. */
static struct stack *stack_make(char *low, size_t mapped)
{
    size_t colour = colour_next++ % COLOURS * COLOUR_SIZE;
    size_t head = (sizeof(struct stack) + COLOUR_SIZE - 1) / COLOUR_SIZE * COLOUR_SIZE;
    struct stack *stack = (struct stack *)(void *)(low + mapped - head - colour);

    *stack = (struct stack){.low = low + STACK_GUARD_SIZE, .mapped = mapped};
    stack->size = (size_t)((char *)stack - stack->low);
    stack->guarded = guard(low);
    if (!stack->guarded)
        *(uint64_t *)(void *)stack->low = STACK_CANARY;
    VALGRIND_STACK_REGISTER(stack->low, (char *)stack);
    return stack;
}

/* Address space that costs nothing before it is touched. A huge page under a stack would make
 * every task cost its whole size in memory. */
static char *map(size_t size)
{
    char *low = mmap(NULL, size, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (low == MAP_FAILED)
        return NULL;
    (void)madvise(low, size, MADV_NOHUGEPAGE);
    return low;
}

/* The next `size` bytes of a slab; a size of its own is mapped by itself. */
static char *cut(size_t size)
{
    char *low;

    if (size != STACK_SIZE_TASK)
        return map(size);
    for (size_t wish = SLAB_SIZE; slab_left < size && wish >= size; wish /= 2) {
        slab = map(wish);
        slab_left = slab != NULL ? wish : 0;
    }
    if (slab_left < size)
        return NULL;
    low = slab;
    slab += size;
    slab_left -= size;
    return low;
}

static struct list *pool_of(size_t size)
{
    return size == STACK_SIZE_TASK ? &pool : &others;
}

static struct stack *find_in_pool(size_t size)
{
    list_for_each(node, pool_of(size)) {
        struct stack *stack = container_of(node, struct stack, link);

        if (stack->mapped == size)
            return stack;
    }
    return NULL;
}

static struct stack *take(size_t size)
{
    struct stack *stack = find_in_pool(size);
    char *low = stack == NULL ? cut(size) : NULL;

    if (low != NULL)
        stack = stack_make(low, size);
    if (stack == NULL)
        return NULL;
    list_remove(&stack->link);
    list_push_front(&used, &stack->link);
    stack->owner = current_owner;
#if RONDO_ASAN
    /* Frames of whoever ran on it last left their red zones behind. */
    __asan_unpoison_memory_region(stack->low, stack->size);
#endif
    return stack;
}

struct stack *stack_take(size_t size)
{
    struct stack *stack;

    CHECK(size % STACK_GUARD_SIZE == 0 && size > 2 * STACK_GUARD_SIZE);
    enter();
    stack = take(size);
    leave();
    return stack;
}

static void give(struct stack *stack)
{
    list_remove(&stack->link);
    list_push_front(pool_of(stack->mapped), &stack->link);
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

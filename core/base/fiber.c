/*
 * fiber.c - see fiber.h. The registers are moved by fiber_x86_64.S, or by <ucontext.h> elsewhere
 * (and where RONDO_UCONTEXT is defined, so that the fallback is tested too).
 */
#include "base/fiber.h"

#include <stdint.h>
#include <string.h>

#include "base/check.h"

#if defined(__x86_64__) && !defined(RONDO_UCONTEXT)
#define HAVE_ASSEMBLY 1
#else
#define HAVE_ASSEMBLY 0
#include <ucontext.h>
#endif

#if RONDO_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#if RONDO_TSAN
#include <sanitizer/tsan_interface.h>
#endif

static _Thread_local struct fiber root;
static _Thread_local struct fiber *running;
static _Thread_local struct fiber *previous; /* who switched to the one that runs */
#if RONDO_TSAN
static _Thread_local void *ended; /* ThreadSanitizer's name of the fiber that has just ended */
#endif

static struct fiber *main_root; /* of the thread on which the program started */

__attribute__((constructor)) static void note_main_root(void)
{
    main_root = &root;
}

struct fiber *fiber_current(void)
{
    if (running == NULL) {
        running = &root;
        root.beside = &root != main_root;
    }
    return running;
}

/* Tell the sanitizers that `from` stops, `last` when for ever, and `to` goes on. To ThreadSanitizer
 * every fiber is a thread of its own, and a switch orders what is before it and what is after. */
static void announce_leave(struct fiber *from, struct fiber *to, int last)
{
    (void)from, (void)to, (void)last;
#if RONDO_ASAN
    __sanitizer_start_switch_fiber(last ? NULL : &from->fake_stack, to->low, to->size);
#endif
#if RONDO_TSAN
    if (from->tsan == NULL)
        from->tsan = __tsan_get_current_fiber();
    if (to->tsan == NULL)
        to->tsan = __tsan_create_fiber(0);
    __tsan_switch_to_fiber(to->tsan, 0);
#endif
}

/* Tell the sanitizers that `to` runs; the root's bounds are learnt from the first switch away. */
static void announce_arrive(struct fiber *to)
{
#if RONDO_TSAN
    if (ended != NULL)
        __tsan_destroy_fiber(ended);
    ended = NULL;
#endif
#if RONDO_ASAN
    const void *low;
    size_t size;

    __sanitizer_finish_switch_fiber(to->fake_stack, &low, &size);
    if (previous != NULL && previous->stack == NULL) {
        previous->low = low;
        previous->size = size;
    }
#else
    (void)to;
#endif
}

/* The first frame of every fiber. */
static void begin(void)
{
    announce_arrive(running);
    running->entry(running->argument);
    CHECK_NEVER("a fiber's entry function returned");
}

#if HAVE_ASSEMBLY

/* In fiber_x86_64.S: push the callee-saved registers, store the stack pointer, load the other. */
void fiber_swap_registers(void **save, void *load);
/* In fiber_x86_64.S: the outermost frame, where backtraces end; calls the function in rbx. */
void fiber_first_frame(void);

static void prepare(struct fiber *fiber)
{
    uintptr_t top = (uintptr_t)(fiber->stack->low + fiber->stack->size) & ~(uintptr_t)15;
    void **sp = (void **)top;

    *--sp = (void *)fiber_first_frame;
    *--sp = NULL;          /* rbp: no caller's frame */
    *--sp = (void *)begin; /* rbx */
    for (int i = 0; i < 4; i++)
        *--sp = NULL; /* r12 to r15 */
    fiber->context = sp;
}

static void swap(struct fiber *from, struct fiber *to)
{
    fiber_swap_registers(&from->context, to->context);
}

#else

static void prepare(struct fiber *fiber)
{
    /* The context lies at the foot of the fiber's own stack, so it needs no allocation. */
    ucontext_t *context = (ucontext_t *)(void *)fiber->stack->low;

    getcontext(context);
    context->uc_stack.ss_sp = fiber->stack->low + sizeof *context;
    context->uc_stack.ss_size = fiber->stack->size - sizeof *context;
    context->uc_link = NULL;
    makecontext(context, begin, 0);
    fiber->context = context;
}

static void swap(struct fiber *from, struct fiber *to)
{
    ucontext_t here;

    from->context = &here;
    swapcontext(&here, to->context);
}

#endif

void fiber_init(struct fiber *fiber, struct stack *stack, void (*entry)(void *), void *argument)
{
    memset(fiber, 0, sizeof *fiber);
    fiber->stack = stack;
    fiber->entry = entry;
    fiber->argument = argument;
    fiber->beside = fiber_current()->beside;
    fiber->low = stack->low;
    fiber->size = stack->size;
    prepare(fiber);
}

void fiber_switch(struct fiber *to)
{
    struct fiber *from = fiber_current();

    CHECK(to != from);
    announce_leave(from, to, 0);
    previous = from;
    running = to;
    swap(from, to);
    announce_arrive(from);
}

void fiber_switch_last(struct fiber *to)
{
    struct fiber *from = fiber_current();

    CHECK(to != from);
    announce_leave(from, to, 1);
#if RONDO_TSAN
    ended = from->tsan;
#endif
    previous = from;
    running = to;
    swap(from, to);
    __builtin_unreachable();
}

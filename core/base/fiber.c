/*
 * fiber.c - see fiber.h. The registers are moved by fiber_x86_64.S or fiber_aarch64.S, or by
 * <ucontext.h> elsewhere (and where RONDO_UCONTEXT is defined, so that the fallback is tested too).
 */
#include "base/fiber.h"

#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "base/overflow.h"

#if (defined(__x86_64__) || defined(__aarch64__)) && !defined(RONDO_UCONTEXT)
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
__thread struct fiber *fiber_running __attribute__((tls_model("initial-exec")));
#if RONDO_ASAN
static _Thread_local struct fiber *previous; /* who switched to the one that runs */
#endif
/* Of the fiber that ran before, which needs it no more. */
static _Thread_local struct stack *spent __attribute__((tls_model("initial-exec")));
#if RONDO_TSAN
static _Thread_local void *ended; /* ThreadSanitizer's name of the fiber that has just ended */
#endif

static struct fiber *main_root; /* of the thread on which the program started */

__attribute__((constructor)) static void note_main_root(void)
{
    main_root = &root;
}

/* Where a C++ runtime keeps what the thread is catching and how much has not been caught yet; NULL
 * without one. A fiber that suspends inside a `catch` takes that with it, or the next to leave its
 * own would free or rethrow the wrong exception. */
extern void *__cxa_get_globals(void) __attribute__((weak));

static _Thread_local void *catching; /* that place, of this thread */

struct fiber *fiber_root(void)
{
    if (__cxa_get_globals != NULL)
        catching = __cxa_get_globals();
    root.beside = &root != main_root;
    root.attended = catching != NULL;
    fiber_running = &root;
    return &root;
}

static void exceptions_swap(struct fiber *from, const struct fiber *to)
{
    if (catching == NULL)
        return;
    memcpy(from->exceptions, catching, sizeof from->exceptions);
    memcpy(catching, to->exceptions, sizeof to->exceptions);
}

static void check_stack(const struct fiber *from)
{
    if (from->canary != NULL && *from->canary != STACK_CANARY)
        overflow_met();
}

/* Tell the sanitizers that `from` stops, `last` when for ever, and `to` goes on. To ThreadSanitizer
 * every fiber is a thread of its own, and a switch orders what is before it and what is after. */
static void announce_leave(struct fiber *from, struct fiber *to, int last)
{
    (void)from, (void)to, (void)last;
#if RONDO_ASAN
    __sanitizer_start_switch_fiber(last ? NULL : &from->fake_stack, to->low, to->size);
    previous = from;
#endif
#if RONDO_TSAN
    if (from->tsan == NULL)
        from->tsan = __tsan_get_current_fiber();
    if (to->tsan == NULL)
        to->tsan = __tsan_create_fiber(0);
    if (last)
        ended = from->tsan;
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

static __attribute__((noinline)) void give_spent(void)
{
    stack_give(spent);
    spent = NULL;
}

/* Another fiber runs. Only now is nobody on the stack of one that gave it back: before, another
 * thread could have taken it. */
static inline void arrive(void)
{
    announce_arrive(fiber_running);
    if (spent != NULL)
        give_spent();
}

/* The first frame of every fiber. */
static void begin(void)
{
    arrive();
    fiber_running->entry(fiber_running->argument);
    CHECK_NEVER("a fiber's entry function returned");
}

#if HAVE_ASSEMBLY

/* In assembly: save the callee-saved registers and the stack pointer, load the other's, return. */
void fiber_swap_registers(void **save, void *load);
/* In assembly: the outermost frame, where backtraces end; calls the function it finds in the first
 * callee-saved register. */
void fiber_first_frame(void);

/* Words of a saved context, from its lowest address on. */
#if defined(__x86_64__)
enum { SAVED_CALLEE = 4, SAVED_RETURN = 6, SAVED_COUNT = 7 }; /* r15 r14 r13 r12 rbx rbp rip */
#else
enum {
    SAVED_CALLEE = 0,
    SAVED_RETURN = 11,
    SAVED_COUNT = 20
}; /* x19 to x28, x29, x30, d8 to d15 */
#endif

static void prepare(struct fiber *fiber)
{
    uintptr_t top = (uintptr_t)(fiber->low + fiber->size) & ~(uintptr_t)15;
    void **context = (void **)top - SAVED_COUNT;

    memset(context, 0, SAVED_COUNT * sizeof *context);
    context[SAVED_CALLEE] = (void *)begin;
    context[SAVED_RETURN] = (void *)fiber_first_frame;
    fiber->context = context;
}

static void swap(struct fiber *from, struct fiber *to)
{
    fiber_swap_registers(&from->context, to->context);
}

#else

#define CANARY_ROOM 64

static void prepare(struct fiber *fiber)
{
    /* The context lies at the foot of the fiber's own stack, so it needs no allocation. */
    char *foot = (char *)(uintptr_t)fiber->low + CANARY_ROOM;
    ucontext_t *context = (ucontext_t *)(void *)foot;

    getcontext(context);
    context->uc_stack.ss_sp = foot + sizeof *context;
    context->uc_stack.ss_size = fiber->size - CANARY_ROOM - sizeof *context;
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
    if ((char *)fiber >= stack->low && (char *)fiber < stack->low + stack->size)
        fiber->size = (size_t)((char *)fiber - stack->low) / FIBER_LINE * FIBER_LINE;
    fiber->canary = stack->guarded ? NULL : (const uint64_t *)(const void *)stack->low;
    fiber->attended = fiber->canary != NULL || catching != NULL;
    prepare(fiber);
}

void fiber_check_stack(void)
{
    check_stack(fiber_current());
}

/* `from` stops, `last` when for ever, and `to` runs. */
static inline void change(struct fiber *from, struct fiber *to, int last)
{
    announce_leave(from, to, last);
    fiber_running = to;
    swap(from, to);
}

static inline void switch_plainly(struct fiber *from, struct fiber *to)
{
    change(from, to, 0);
    arrive();
}

/* From a fiber that takes more; apart, so that the others save no registers. */
static __attribute__((noinline)) void switch_attended(struct fiber *from, struct fiber *to)
{
    check_stack(from);
    exceptions_swap(from, to);
    switch_plainly(from, to);
}

/* `to` was made on this thread, so that the one that runs is known. */
void fiber_switch(struct fiber *to)
{
    struct fiber *from = fiber_running;

    CHECK(to != from);
    if (from->attended)
        switch_attended(from, to);
    else
        switch_plainly(from, to);
}

void fiber_switch_last(struct fiber *to)
{
    struct fiber *from = fiber_running;

    CHECK(to != from);
    check_stack(from);
    exceptions_swap(from, to);
    change(from, to, 1);
    __builtin_unreachable();
}

void fiber_end(struct fiber *to)
{
    spent = fiber_current()->stack;
    fiber_switch_last(to);
}

void fiber_give_up(struct fiber *fiber)
{
#if RONDO_TSAN
    if (fiber->tsan != NULL)
        __tsan_destroy_fiber(fiber->tsan);
#endif
    stack_give(fiber->stack);
}

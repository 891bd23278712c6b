/*
 * fiber.h - a thread of control with its own stack, switched to by name.
 *
 * Owns the switch and nothing else: who runs when is the loop's business, and where stacks come
 * from is stack.h's. A thread starts as its root fiber. The slots `loop`, `task` and `errand` are
 * the only ambient state of the core: whoever asks "which task am I?" asks the fiber that runs.
 */
#ifndef RONDO_BASE_FIBER_H
#define RONDO_BASE_FIBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/stack.h"

/* Bytes of a line of the cache. */
#define FIBER_LINE 64

struct fiber {
    void *context;          /* saved registers, while it does not run */
    void *loop;             /* the loop that runs on this fiber, if any */
    void *task;             /* the task that this fiber is, if any */
    bool attended;          /* to leave it takes more than a switch: it has one of the next two */
    const uint64_t *canary; /* of its stack, if that has no guard page; else NULL */
    struct stack *stack;    /* NULL: a root fiber, on the thread's own stack */
    void (*entry)(void *argument);
    void *argument;
    void *exceptions[2]; /* of a C++ runtime, if there is one: what is being caught here */
    void *errand;        /* the piece of work of an executor that runs on this fiber, if any */
    bool beside;         /* on another thread than the first of its process */
    /* For AddressSanitizer, which must be told of every switch. */
    void *fake_stack;
    const void *low;
    size_t size;
    void *tsan; /* ThreadSanitizer's name for it */
};

/* Prepare `fiber` to run `entry(argument)` on `stack` at the first switch to it, on the thread that
 * calls. `fiber` may itself lie on `stack`: its frames then begin below the line of the cache in
 * which it begins. Requires: `entry` never returns, it ends in fiber_switch_last(). */
void fiber_init(struct fiber *fiber, struct stack *stack, void (*entry)(void *), void *argument);

/* The fiber that runs; NULL before anything of this thread asked for it: it is the root then, which
 * has no loop and no task. Reached in one step, because the core is there when a program starts. */
extern __thread struct fiber *fiber_running __attribute__((tls_model("initial-exec")));

/* The fiber on which this thread started, which runs. For fiber_current(). */
struct fiber *fiber_root(void);

/* The fiber that runs. Never NULL. */
static inline struct fiber *fiber_current(void)
{
    return fiber_running != NULL ? fiber_running : fiber_root();
}

/* Stop here and run `to`; returns when something switches back. */
void fiber_switch(struct fiber *to);

/* The process aborts, with words, if the fiber that runs has gone past the end of a stack that has
 * no guard page. Every switch away looks, too; but there it may not say any more who it was. */
void fiber_check_stack(void);

/* As fiber_switch, from a fiber that will never run again. Does not return. */
void fiber_switch_last(struct fiber *to) __attribute__((noreturn));

/* `fiber` has stopped, or never ran, and never will: its stack goes back to the pool. */
void fiber_give_up(struct fiber *fiber);

/* As fiber_switch_last; its stack goes back to the pool as soon as `to` runs. */
void fiber_end(struct fiber *to) __attribute__((noreturn));

#endif

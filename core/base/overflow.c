/*
 * overflow.c - see overflow.h.
 */
#include "base/overflow.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fiber.h"

#define SIGNAL_STACK_SIZE ((size_t)64 << 10)

static _Atomic(overflow_words) describe_runner; /* the same for the loops of all threads */
static _Thread_local bool watches;

static void say(const char *text)
{
    ssize_t written = write(STDERR_FILENO, text, strlen(text));

    (void)written;
}

/* "stack overflow: task writer, spawned at a.c:12, has used up 60 KiB; ..." */
static void line_about(const struct stack *stack, char *text, size_t size)
{
    overflow_words words = describe_runner;
    char who[200] = "a fiber";

    if (words != NULL)
        words(who, sizeof who);
    snprintf(text, size, "stack overflow: %s, has used up its %zu KiB (.stack_size gives it more)",
             who, stack->size / 1024);
}

bool overflow_describe(const void *address, char *text, size_t size)
{
    const struct stack *stack = fiber_current()->stack;
    const char *at = address;

    if (stack == NULL || at >= stack->low || at < stack->low - STACK_GUARD_SIZE)
        return false;
    line_about(stack, text, size);
    return true;
}

/* Afterwards the instruction faults once more, or what was sent is sent once more, and the process
 * dies of it as it would have. */
static void on_fault(int number, siginfo_t *info, void *context)
{
    bool sent = info->si_code <= 0; /* by kill() or raise(); there is no address then */
    char text[400];

    (void)context;
    if (!sent && overflow_describe(info->si_addr, text, sizeof text)) {
        say("rondo: ");
        say(text);
        say("\n");
    }
    signal(number, SIG_DFL);
    if (sent)
        raise(number);
}

static void install(int number)
{
    struct sigaction action;

    if (sigaction(number, NULL, &action) != 0 || (action.sa_flags & SA_SIGINFO) != 0 ||
        action.sa_handler != SIG_DFL)
        return;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigaction(number, &action, NULL);
}

/* A handler cannot run on the stack that is spent. */
static void give_signal_stack(void)
{
    stack_t now, mine = {.ss_size = SIGNAL_STACK_SIZE};

    if (sigaltstack(NULL, &now) != 0 || (now.ss_flags & SS_DISABLE) == 0)
        return; /* somebody has given one */
    mine.ss_sp =
        mmap(NULL, SIGNAL_STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mine.ss_sp != MAP_FAILED)
        sigaltstack(&mine, NULL);
}

void overflow_watch(overflow_words words)
{
    if (watches) /* asked for each stack that is bound */
        return;
    watches = true;
    describe_runner = words;
    if (RONDO_ASAN)
        return;
    give_signal_stack();
    install(SIGSEGV);
    install(SIGBUS);
}

void overflow_met(void)
{
    char text[400];

    line_about(fiber_current()->stack, text, sizeof text);
    say("rondo: ");
    say(text);
    say("\n");
    abort();
}

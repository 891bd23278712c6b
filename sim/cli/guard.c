/*
 * guard.c - see guard.h.
 */
#include "cli/guard.h"

#include <execinfo.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/check.h"
#include "base/overflow.h"
#include "base/stack.h"
#include "cli/command.h"

/* Signals that a broken program brings upon itself. AddressSanitizer reports them better. */
static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

static const char *volatile watched;
static size_t allowed; /* seconds */
static void (*volatile last_words)(void *self);
static void *volatile last_words_self;

void guard_on_strike(void (*words)(void *self), void *self)
{
    last_words_self = self;
    last_words = words;
}

static void say(const char *text)
{
    ssize_t written = write(STDERR_FILENO, text, strlen(text));

    (void)written;
}

static void say_where(const char *what)
{
    void *frames[64];
    int count = backtrace(frames, 64);

    if (last_words != NULL)
        last_words(last_words_self);
    say("rondo: ");
    say(watched);
    say(what);
    backtrace_symbols_fd(frames, count, STDERR_FILENO);
}

static void crashed(int number, siginfo_t *info, void *context)
{
    static char overflow[500] = ": ";

    (void)context;
    signal(number, SIG_DFL);
    if (check_failing)
        _exit(STATUS_HARNESS);
    if (number == SIGSEGV && overflow_describe(info->si_addr, overflow + 2, sizeof overflow - 20))
        say_where(strcat(overflow, "; it stood at\n"));
    else
        say_where(number == SIGABRT   ? ": the program was aborted; it stood at\n"
                  : number == SIGFPE  ? ": the program crashed (arithmetic); it stood at\n"
                  : number == SIGSEGV ? ": the program crashed (bad address); it stood at\n"
                                      : ": the program crashed; it stood at\n");
    _exit(STATUS_FINDING);
}

static void burns(int number, siginfo_t *info, void *context)
{
    (void)number, (void)info, (void)context;
    say_where(": burns CPU time and does not suspend; it stands at\n");
    _exit(STATUS_HARNESS);
}

static void handle(int number, void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_ONSTACK | SA_SIGINFO};

    sigaction(number, &action, NULL);
}

static void set_timer(size_t seconds)
{
    struct itimerval timer = {.it_value.tv_sec = (time_t)seconds};

    setitimer(ITIMER_PROF, &timer, NULL);
}

/* Handlers run on a stack of their own: the program may have used up the one it is on. */
static void give_stack(void)
{
    static void *stack;
    void *frames[1];
    stack_t alternate = {.ss_size = (size_t)256 << 10};

    if (stack != NULL)
        return;
    stack = must_alloc(alternate.ss_size);
    alternate.ss_sp = stack;
    sigaltstack(&alternate, NULL);
    (void)backtrace(frames, 1); /* loads what it needs now, not in a handler */
}

void guard_again(void)
{
    set_timer(allowed);
}

void guard_start(const char *path, size_t seconds)
{
    give_stack();
    watched = path;
    allowed = seconds;
    handle(SIGPROF, burns);
    for (size_t i = 0; !RONDO_ASAN && i < sizeof crashes / sizeof *crashes; i++)
        handle(crashes[i], crashed);
    guard_again();
}

void guard_stop(void)
{
    set_timer(0);
    for (size_t i = 0; !RONDO_ASAN && i < sizeof crashes / sizeof *crashes; i++)
        signal(crashes[i], SIG_DFL);
}

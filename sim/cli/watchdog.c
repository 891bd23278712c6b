/*
 * watchdog.c - see watchdog.h.
 */
#include "cli/watchdog.h"

#include <execinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/alloc.h"

static const char *watched;

static void say(const char *text)
{
    ssize_t written = write(STDERR_FILENO, text, strlen(text));

    (void)written;
}

static void strike(int signal)
{
    void *frames[64];
    int count = backtrace(frames, 64);

    (void)signal;
    say("rondo: ");
    say(watched != NULL ? watched : "a program");
    say(": burns CPU time and does not suspend; it stands at\n");
    backtrace_symbols_fd(frames, count, STDERR_FILENO);
    _exit(3);
}

static void set_timer(size_t seconds)
{
    struct itimerval timer = {.it_value.tv_sec = (time_t)seconds};

    setitimer(ITIMER_PROF, &timer, NULL);
}

void watchdog_start(const char *what, size_t seconds)
{
    static void *stack; /* the program may have used up its own */
    struct sigaction action = {.sa_handler = strike, .sa_flags = SA_ONSTACK};
    stack_t alternate = {.ss_size = (size_t)256 << 10};

    if (stack == NULL) {
        stack = must_alloc(alternate.ss_size);
        alternate.ss_sp = stack;
        sigaltstack(&alternate, NULL);
    }
    watched = what;
    sigaction(SIGPROF, &action, NULL);
    set_timer(seconds);
}

void watchdog_stop(void)
{
    set_timer(0);
}

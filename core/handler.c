/*
 * handler.c - see handler.h.
 */
#include "handler.h"

#include <stdarg.h>
#include <stdio.h>

#include "task_core.h"

void rondo_loop_set_exception_handler(rondo_loop *loop, rondo_exception_handler handler, void *arg)
{
    loop->handler = handler;
    loop->handler_arg = arg;
}

rondo_exception_handler rondo_loop_get_exception_handler(const rondo_loop *loop, void **arg)
{
    if (arg != NULL)
        *arg = loop->handler_arg;
    return loop->handler;
}

/* The line on stderr: "what: who: CODE: words (place)", as much of it as there is. */
void rondo_loop_default_exception_handler(rondo_loop *loop, const rondo_exception *exception,
                                          void *arg)
{
    bool named = exception->future != NULL;
    bool failed = exception->code != 0;
    bool placed = exception->here != NULL;

    fprintf(stderr, "%s%s%s%s%s%s%s%s%s%s\n", exception->message, named ? ": " : "",
            named ? rondo_get_name(exception->future) : "", failed ? ": " : "",
            failed ? rondo_err_name(exception->code) : "", exception->text[0] != '\0' ? ": " : "",
            exception->text, placed ? " (" : "", placed ? exception->here : "", placed ? ")" : "");
}

/* The handler of the program, in the context of the task it is told about (FUT-22). */
static void call_handler(rondo_loop *loop, const rondo_exception *exception)
{
    rondo_future *future = exception->future;
    bool enter = future != NULL && future->is_task && loop_running() != NULL;
    struct rondo_context *outer = enter ? context_enter(task_of(future)->context) : NULL;

    loop->handler(loop, exception, loop->handler_arg);
    if (enter)
        context_enter(outer);
}

void rondo_loop_call_exception_handler(rondo_loop *loop, const rondo_exception *exception)
{
    if (loop == NULL)
        loop = loop_running();
    if (loop != NULL && loop->handler != NULL)
        call_handler(loop, exception);
    else
        rondo_loop_default_exception_handler(loop, exception, NULL);
}

void report_forgotten(rondo_loop *loop, const rondo_exception *exception)
{
    const rondo_future *future = exception->future;
    bool plain = future != NULL && !future->is_task;

    observe(OBSERVED_FORGOTTEN,
            .who = future != NULL ? future_subject(future) : (struct subject){NULL, 0},
            .object = {plain ? "future" : NULL, plain ? future->name : NULL,
                       plain ? future->id : 0},
            .text = exception->message, .here = exception->here);
    rondo_loop_call_exception_handler(loop, exception);
}

void rondo_report_at(int code, const char *here, const char *format, ...)
{
    struct task *task = task_current();
    char text[256];
    rondo_exception exception = {.message =
                                     task != NULL ? "failure in a task" : "failure in a callback",
                                 .code = code,
                                 .text = text,
                                 .future = task != NULL ? &task->future : NULL,
                                 .here = here};
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    rondo_loop_call_exception_handler(NULL, &exception);
}

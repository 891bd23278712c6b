/*
 * handler.c - see handler.h.
 */
#include "handler.h"

#include <stdio.h>

#include "future.h"
#include "loop_core.h"

void rondo_loop_set_exception_handler(rondo_loop *loop, rondo_exception_handler handler, void *arg)
{
    loop->handler = handler;
    loop->handler_arg = arg;
}

void rondo_loop_call_exception_handler(rondo_loop *loop, const rondo_exception *exception)
{
    bool named = exception->future != NULL;

    if (loop->handler != NULL) {
        loop->handler(loop, exception, loop->handler_arg);
        return;
    }
    fprintf(stderr, "%s: %s%s%s%s%s\n", exception->message,
            named ? rondo_get_name(exception->future) : "", named ? ": " : "",
            rondo_err_name(exception->code), exception->text[0] != '\0' ? ": " : "",
            exception->text);
}

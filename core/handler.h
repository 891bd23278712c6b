/*
 * handler.h - what becomes of failures that nobody waits for (asyncio: exception handlers).
 */
#ifndef RONDO_HANDLER_H
#define RONDO_HANDLER_H

#include "loop.h"

/* A failure that found nobody. Borrowed for the call. */
typedef struct rondo_exception {
    const char *message;  /* what happened: "Task exception was never retrieved" */
    int code;             /* the failure */
    const char *text;     /* its words; "" if there are none */
    rondo_future *future; /* whose it is, or NULL */
} rondo_exception;

typedef void (*rondo_exception_handler)(rondo_loop *loop, const rondo_exception *exception,
                                        void *arg);

/* Call `handler(loop, exception, arg)` for failures of `loop` that nobody waits for; NULL restores
 * the default, which writes a line to stderr (EXC-01). The handler must not suspend.
 * Suspends: never. */
RONDO_API void rondo_loop_set_exception_handler(rondo_loop *loop, rondo_exception_handler handler,
                                                void *arg);

/* Hand `exception` to the handler of `loop`, or to the default. Requires: its `message` and `text`
 * are not NULL ("" for none); `future` may be. Suspends: never. */
RONDO_API void rondo_loop_call_exception_handler(rondo_loop *loop,
                                                 const rondo_exception *exception);

#endif

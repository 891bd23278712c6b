/*
 * handler.h - what becomes of failures that nobody waits for (asyncio: exception handlers).
 */
#ifndef RONDO_HANDLER_H
#define RONDO_HANDLER_H

#include "loop.h"

/* A failure that found nobody; in debug mode also what held the loop. Borrowed for the call. */
typedef struct rondo_exception {
    const char *message;  /* what happened: "Task exception was never retrieved" */
    int code;             /* the failure; 0: none, a remark of debug mode */
    const char *text;     /* its words; "" if there are none */
    rondo_future *future; /* whose it is, or NULL */
    const char *here;     /* the place to look at; of a task, in debug mode, where it was spawned
                             (TASK-20); or NULL */
} rondo_exception;

typedef void (*rondo_exception_handler)(rondo_loop *loop, const rondo_exception *exception,
                                        void *arg);

/* Call `handler(loop, exception, arg)` for failures of `loop` that nobody waits for; NULL restores
 * the default, which writes a line to stderr (EXC-01). The handler sees the context variables of
 * the task it is told about, else those of whoever runs (FUT-22). It must not suspend.
 * Suspends: never. */
RONDO_API void rondo_loop_set_exception_handler(rondo_loop *loop, rondo_exception_handler handler,
                                                void *arg);

/* The handler of `loop`, and its `*arg` (`arg` may be NULL); NULL for the default. Suspends: never.
 */
RONDO_API rondo_exception_handler rondo_loop_get_exception_handler(const rondo_loop *loop,
                                                                   void **arg);

/* The default handler, for one that passes on what it does not care for; `loop` and `arg` do not
 * matter. Suspends: never. */
RONDO_API void rondo_loop_default_exception_handler(rondo_loop *loop,
                                                    const rondo_exception *exception, void *arg);

/* Hand `exception` to the handler of `loop` (NULL: the running one), or to the default, as outside
 * of a loop. Requires: its `message` and `text`
 * are not NULL ("" for none); `future` may be. Suspends: never. */
RONDO_API void rondo_loop_call_exception_handler(rondo_loop *loop,
                                                 const rondo_exception *exception);

/* Hand a failure to the handler of the running loop, with its place and words as printf() has them:
 * what a callback does where asyncio's would raise (LOOP-14). The loop goes on. Outside a loop it
 * is written to stderr. Suspends: never. */
#define rondo_report(code, ...) rondo_report_at((code), RONDO_HERE, __VA_ARGS__)
RONDO_API void rondo_report_at(int code, const char *here, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif

/*
 * telling.h - a device calls the program, outside of tasks: in the context in which it was asked
 * for, and timed in debug mode. Not public.
 */
#ifndef RONDO_TELLING_H
#define RONDO_TELLING_H

#include "debug.h"
#include "loop_core.h"

/* The program is called between telling_begin() and telling_end(). */
struct telling {
    struct rondo_context *outer;
    struct turn turn;
    bool runs;
    bool timed;
};

/* `what` (borrowed) says to people what it is called for. */
void telling_begin(struct telling *telling, struct rondo_loop *loop, struct rondo_context *context,
                   const char *what);
void telling_end(struct telling *telling);

/* The program failed with `code` in `what`: the loop's exception handler is told. */
void telling_failed(struct rondo_loop *loop, struct rondo_context *context, int code,
                    const char *what);

#endif

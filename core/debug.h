/*
 * debug.h - what debug mode sees of a turn of the loop. Not public.
 *
 * Its switches are in loop.h; where its reports go is handler.h's.
 */
#ifndef RONDO_DEBUG_H
#define RONDO_DEBUG_H

#include "loop_core.h"

/* One callback's turn, from its call to its return. */
struct turn {
    struct rondo_loop *loop;
    rondo_future *task; /* whose turn it is, held: it may end in it; or NULL */
    const char *what;
    const char *here;
    int64_t start_ns;
};

/* `callback` is about to run; it was queued at `here`, if that is known. */
void turn_begin(struct turn *turn, struct rondo_loop *loop, const struct callback *callback,
                const char *here);

/* The program is called by something else than a callback: `what` says as what. */
void turn_begin_other(struct turn *turn, struct rondo_loop *loop, const char *what);

/* It has returned: if that took too long, the exception handler is told (LOOP-32). */
void turn_end(struct turn *turn);

#endif

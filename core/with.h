/*
 * with.h - what has to happen at the end of a block, and may suspend (`async with`, `finally`).
 *
 * Three ways, from the least to the most: RONDO_LOCKED() and RONDO_PERMIT() hold a primitive;
 * rondo_defer() calls a function when the block is left, however that is; RONDO_WITH() enters and
 * leaves something that has a say in how the block ended. A task that is given up (its loop is
 * closed) leaves no block.
 */
#ifndef RONDO_WITH_H
#define RONDO_WITH_H

#include "task.h"

/* A call to come. Its members are private. */
typedef struct rondo_deferred {
    int (*fn)(void *arg);
    void (*plain)(void *arg); /* where there is no `fn` */
    void *arg;
    const char *here;
} rondo_deferred;

/* Call `fn(arg)` when the block is left in which this stands: by its end, `return`, `break`, `goto`
 * or RONDO_TRY, in a cancelled task too. Several are called in reverse order.
 *
 *     RONDO_TRY(connection_open(&connection));
 *     rondo_defer(connection_close, &connection);
 *     RONDO_TRY(connection_send(&connection, "hello"));
 *     return connection_receive(&connection);
 *
 * `fn` is `int (void *)` or `void (void *)`, and may suspend. What leaves the block keeps its code
 * and its words. A failure of `fn` has nobody to go to: it is reported to the exception handler
 * (handler.h) with the place of the defer. If it is RONDO_ECANCELED because this task was cancelled
 * meanwhile, that is due again at the next suspension, or the task ends so. One a line. */
#define rondo_defer(fn, arg)                                                                      \
    rondo_deferred RONDO_UNIQUE(deferred) __attribute__((cleanup(rondo_deferred_call), unused)) = \
        _Generic((fn), int (*)(void *)                                                            \
                 : rondo_deferred_of, void (*)(void *)                                            \
                 : rondo_deferred_of_plain)((fn), (arg), RONDO_HERE)

static inline rondo_deferred rondo_deferred_of(int (*fn)(void *arg), void *arg, const char *here)
{
    return (rondo_deferred){.fn = fn, .arg = arg, .here = here};
}

static inline rondo_deferred rondo_deferred_of_plain(void (*plain)(void *arg), void *arg,
                                                     const char *here)
{
    return (rondo_deferred){.plain = plain, .arg = arg, .here = here};
}

/* Call what `deferred` holds. For the macro. Suspends: may. */
RONDO_API void rondo_deferred_call(rondo_deferred *deferred);

/* A block that has been entered. Its members are private. */
typedef struct rondo_with {
    int (*leave)(void *self, int code); /* NULL: not entered, or left */
    void *self;
    const char *here;
} rondo_with;

/* Run the block that follows between `enter(self)` and `leave(self, rc)`, asyncio's `__aenter__`
 * and
 * `__aexit__`; `self` is evaluated twice:
 *
 *     static int transaction_begin(void *self);
 *     static int transaction_end(void *self, int code); // code < 0: roll back
 *
 *     int rc;
 *     RONDO_WITH(rc, transaction_begin, transaction_end, &transaction) {
 *         rc = insert(&transaction, row);
 *     }
 *
 * If `enter` fails, `rc` has its code and the block is skipped. The block leaves its own outcome in
 * `rc`; `leave` is given that, and what it returns is the outcome from then on: the same code, or 0
 * if it has dealt with the failure, or another. Both may suspend. The block is left through its end
 * or `continue`; `break`, `goto` and `return` (RONDO_TRY too) pass by the outcome: `leave` is then
 * called with RONDO_EMISUSE, and that is reported to the exception handler, with the place of the
 * block. */
#define RONDO_WITH(rc, enter, leave, self)                                                   \
    for (rondo_with RONDO_UNIQUE(with)                                                       \
             __attribute__((cleanup(rondo_with_left))) = {NULL, NULL, NULL},                 \
             *RONDO_UNIQUE(once) =                                                           \
                 ((rc) = (enter)(self)) < 0                                                  \
                     ? NULL                                                                  \
                     : rondo_with_entered(&RONDO_UNIQUE(with), (leave), (self), RONDO_HERE); \
         RONDO_UNIQUE(once) != NULL;                                                         \
         (rc) = rondo_with_leave(&RONDO_UNIQUE(with), (rc)), RONDO_UNIQUE(once) = NULL)

/* Note that `self` has been entered; leave it with `code`; the way out by `break`, `goto` or
 * `return`. For the macro. Suspends: the last two may. */
RONDO_API rondo_with *rondo_with_entered(rondo_with *with, int (*leave)(void *self, int code),
                                         void *self, const char *here);
RONDO_API RONDO_MUST int rondo_with_leave(rondo_with *with, int code);
RONDO_API void rondo_with_left(rondo_with *with);

#endif

/*
 * point.h - explicit points: where tasks use data that they share, and where others may come
 * between.
 *
 * Tasks run from one suspension to the next and cannot be interrupted, so most programs need none
 * of this: what is explored is the order of their turns. A program whose real form has threads, or
 * code whose every access is to be tried in every order, marks its shared data:
 *
 *     int balance = RONDO_READ(account->balance);
 *     RONDO_WRITE(account->balance, balance + 10);
 *
 * In simulation, while `sched` is explored, each of these is a place where any other ready task may
 * run first; the operation, its variable and its place are what strategies see, and what detectors
 * of races read. On real libuv, and where `sched` is closed, the task just goes on. Without
 * -DRONDO_POINTS nothing is left of them but the access itself.
 *
 * Data that is used in too many places to mark them all can be watched:
 *
 *     RONDO_WATCH(pool->idle);
 *
 * In simulation it is compared whenever a task stops, or does anything that orders it with others;
 * what has changed since then that task has written, as if it had said RONDO_WRITE. Others cannot
 * come between at such a write, and reads are not noticed, but searches take every turn for one
 * that may have read it.
 *
 * No point is a suspension: no cancellation arrives there, and a lock that is held stays held.
 * Outside of tasks, and in a task that was begun eagerly until its first suspension, points let
 * nobody run. The arguments are evaluated once, but for `x`, which must be a plain lvalue.
 */
#ifndef RONDO_POINT_H
#define RONDO_POINT_H

#include "api.h"

#ifdef RONDO_POINTS

/* The value of `x`; before it is read, others may run. */
#define RONDO_READ(x)                                           \
    ({                                                          \
        rondo_point_at(RONDO_POINT_READ, &(x), #x, RONDO_HERE); \
        (x);                                                    \
    })

/* x = v; `v` is evaluated first, then others may run, then `x` is written. */
#define RONDO_WRITE(x, v)                                        \
    ({                                                           \
        __typeof__(x) RONDO_UNIQUE(value) = (v);                 \
        rondo_point_at(RONDO_POINT_WRITE, &(x), #x, RONDO_HERE); \
        (x) = RONDO_UNIQUE(value);                               \
    })

/* The value of `expression`, which reads and writes `x` in one step (a compare-and-swap, a counter
 * of an atomic kind); before that, others may run. It orders tasks as an atomic access does. */
#define RONDO_UPDATE(x, expression)                               \
    ({                                                            \
        rondo_point_at(RONDO_POINT_UPDATE, &(x), #x, RONDO_HERE); \
        (expression);                                             \
    })

/* Others may run here, before an operation on the lock, queue ... at `object`. */
#define RONDO_POINT_ON(object) rondo_point_at(RONDO_POINT_USE, (object), #object, RONDO_HERE)

/* Others may run here. */
#define RONDO_POINT() rondo_point_at(RONDO_POINT_PASS, NULL, NULL, RONDO_HERE)

/* Take note of what changes in `x` from now on, a plain lvalue, until RONDO_UNWATCH(x) or the end
 * of the task that calls this; outside of a task, of the process. Requires: it stays where it is.
 */
#define RONDO_WATCH(x)   rondo_watch_at(&(x), sizeof(x), #x, RONDO_HERE)
#define RONDO_UNWATCH(x) rondo_watch_at(&(x), 0, #x, RONDO_HERE)

#else
#define RONDO_READ(x)               (x)
#define RONDO_WRITE(x, v)           ((x) = (v))
#define RONDO_UPDATE(x, expression) (expression)
#define RONDO_POINT_ON(object)      ((void)0)
#define RONDO_POINT()               ((void)0)
#define RONDO_WATCH(x)              ((void)0)
#define RONDO_UNWATCH(x)            ((void)0)
#endif

/* Kinds of point: name, how reports say it, whether it may change what it is about. */
#define RONDO_POINT_MAP(X)    \
    X(READ, "read", false)    \
    X(WRITE, "write", true)   \
    X(UPDATE, "update", true) \
    X(USE, "use", true)       \
    X(PASS, "point", false)

enum rondo_point_kind {
#define X(name, text, writes) RONDO_POINT_##name,
    RONDO_POINT_MAP(X)
#undef X
};

/* What the macros call: a point of `kind` about what lies at `address` (NULL: nothing), which
 * reports call `name`. Suspends: never, see above. */
RONDO_API void rondo_point_at(enum rondo_point_kind kind, const void *address, const char *name,
                              const char *here);

/* Likewise: watch `size` bytes at `address`, which reports call `name` (borrowed), in place of what
 * was watched there; 0: no longer. Suspends: never. */
RONDO_API void rondo_watch_at(const void *address, size_t size, const char *name, const char *here);

#endif

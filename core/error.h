/*
 * error.h - the one vocabulary of failure.
 *
 * Every call returns 0 (or a count) or a negative code: libuv's own where one exists (-errno on
 * Unix), ours below -20000. Never errno, which another task may overwrite while this one waits.
 * The words that go with a code (a message) hang on the task that met it.
 */
#ifndef RONDO_ERROR_H
#define RONDO_ERROR_H

#include <errno.h>

#include "api.h"

/* libuv's codes that the core itself returns. */
#define RONDO_ECANCELED (-ECANCELED) /* asyncio.CancelledError */
#define RONDO_ETIMEDOUT (-ETIMEDOUT) /* TimeoutError */
#define RONDO_ENOMEM    (-ENOMEM)
#define RONDO_EINVAL    (-EINVAL)  /* an argument that can never be right */
#define RONDO_ENOTSUP   (-ENOTSUP) /* a loop, or a world, that cannot do this */

/* Ours: name, value, what it says, asyncio's exception. */
#define RONDO_ERROR_MAP(X)                                                                    \
    X(EINVALIDSTATE, -20001, "the future is not in a state for that") /* InvalidStateError */ \
    X(EMISUSE, -20002, "not allowed here; nothing was changed")       /* RuntimeError */      \
    X(EQUEUEFULL, -20003, "the queue is full")                        /* QueueFull */         \
    X(EQUEUEEMPTY, -20004, "the queue is empty")                      /* QueueEmpty */        \
    X(ESHUTDOWN, -20005, "it has been shut down")                     /* QueueShutDown */     \
    X(ECLOSED, -20006, "the loop is closed")                          /* RuntimeError */      \
    X(ESTOPPED, -20007, "the loop stopped before the future was done")                        \
    X(EDEADLOCK, -20008, "nothing of this loop can ever run again")                           \
    X(EBROKEN, -20009, "the barrier was reset or aborted")       /* BrokenBarrierError */     \
    X(EGROUP, -20010, "several tasks of a group failed")         /* ExceptionGroup */         \
    X(EGENEXIT, -20011, "the generator is being closed")         /* GeneratorExit */          \
    X(EINTERRUPTED, -20012, "the run was interrupted by Ctrl-C") /* KeyboardInterrupt */      \
    X(EINCOMPLETE, -20013, "the end came too early")             /* IncompleteReadError */    \
    X(ELIMIT, -20014, "it is longer than the limit")             /* LimitOverrunError */

enum rondo_error {
#define X(name, value, text) RONDO_##name = (value),
    RONDO_ERROR_MAP(X)
#undef X
    /* Codes at or below this one are the program's own. */
    RONDO_EUSER = -21000
};

/* Return from the enclosing function with the code of `call` if it is negative. */
#define RONDO_TRY(call)           \
    do {                          \
        int rondo_code_ = (call); \
        if (rondo_code_ < 0)      \
            return rondo_code_;   \
    } while (0)

/* The name of `code`, such as "ETIMEDOUT". Never NULL; "EUSER0" or "EUSER-3" for
 * RONDO_EUSER - 3.
 * Suspends: never. Owns: static, or valid until the next call. */
RONDO_API const char *rondo_err_name(int code);

/* A sentence for `code`, in libuv's words where it is libuv's. Never NULL. Suspends: never.
 * Owns: static. */
RONDO_API const char *rondo_strerror(int code);

/* Attach a message to the failure the running task is about to return.
 * Returns: `code`, so that one writes `return rondo_fail(RONDO_EUSER, "no such row %d", row);`
 * Suspends: never. Owns: the message is copied; cut at 255 bytes. */
RONDO_API int rondo_fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The message of the last failure this task met, by rondo_fail() or from an await; "" if none. A
 * success, or a refusal like RONDO_EMISUSE, leaves the earlier one in place, so ask after a failure
 * that came from an await. Suspends: never. Owns: valid until the task meets the next failure or
 * ends. */
RONDO_API const char *rondo_error_text(void);

#endif

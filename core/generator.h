/*
 * generator.h - iterators that are written as coroutines (asyncio: async generators).
 *
 * The body of a generator is a coroutine on a stack of its own that hands out items one by one:
 *
 *     static int ticks(void *arg, rondo_value *out)
 *     {
 *         for (int64_t i = 0; i < 10; i++) {
 *             RONDO_TRY(rondo_sleep(RONDO_S(1)));
 *             RONDO_TRY(rondo_yield(i, NULL));
 *         }
 *         return 0;
 *     }
 *
 *     RONDO_GENERATOR(ten, ticks, NULL);
 *     RONDO_FOR(rc, item, ten) {
 *         printf("%" PRId64 "\n", item.as.i);
 *     }
 *
 * The body is part of the task that asks for the next item: it has that task's name and context,
 * its waits are that task's waits, and a cancel of that task comes out of them. So no item is ever
 * made before somebody asks for it.
 *
 * Other than in CPython a yield is refused inside a timeout, a group or a rondo_context_run() that
 * the body has opened: what lies between two items would be under the deadline of a block that it
 * does not stand in (PEP 789).
 */
#ifndef RONDO_GENERATOR_H
#define RONDO_GENERATOR_H

#include "iterator.h"
#include "task.h"

/* A generator is an iterator; the second name says that a function wants one that was made here,
 * and anything else is refused at run time. */
typedef struct rondo_iterator rondo_generator;

/* What a generator is given besides its body. All zero is the default. */
typedef struct rondo_generator_options {
    size_t stack_size; /* as of rondo_spawn_options */
} rondo_generator_options;

/* A generator with the body `fn(arg, ...)`, of which nothing runs before the first item is asked
 * for. `fn` ends the items by 0 or more (what it stores in `out` is dropped), or fails; it is
 * closed by RONDO_EGENEXIT out of the yield in which it stands. From the first item on the
 * generator belongs to the loop of the task that asked.
 * Returns: NULL without memory or if `fn` is NULL; NULL may be passed on. Suspends: never.
 * Owns: the caller ends it by rondo_generator_drop(); `arg` must live until it is finished. */
#define rondo_generator_new(fn, arg, ...) \
    rondo_generator_new_at((fn), (arg), &(rondo_generator_options){__VA_ARGS__}, #fn, RONDO_HERE)
RONDO_API rondo_generator *rondo_generator_new_at(rondo_fn fn, void *arg,
                                                  const rondo_generator_options *options,
                                                  const char *name, const char *here);

/* Declare `label` as such a generator, closed and dropped when the block is left, in any way, as
 * rondo_defer() would (contextlib.aclosing): what `arg` points to may live in the same frame. */
#define RONDO_GENERATOR(label, fn, arg)                                      \
    rondo_generator *label __attribute__((cleanup(rondo_generator_leave))) = \
        rondo_generator_new(fn, arg)

/* Let go of `generator`; NULL is allowed. If it stands in a yield its loop closes it, in a task of
 * its name, as asyncio does when a generator is collected (AGN-01), so its cleanup runs; what still
 * asks it for an item is served first. Suspends: never. Owns: `generator` is gone for the caller.
 */
RONDO_API void rondo_generator_drop(rondo_generator *generator);

/* Close `*generator`, unless it is NULL, and let go of it. For the macro. Suspends: may. */
RONDO_API void rondo_generator_leave(rondo_generator **generator);

/* In the body of a generator: hand out `item` - a void pointer, string, integer or double
 * (rondo_yield_value() with any rondo_value) - and stop until somebody goes on.
 * Requires: called in the body itself or what it calls, and not inside a timeout, group or
 * rondo_context_run() that was opened there: else RONDO_EMISUSE (the item stays the caller's).
 * Returns: 0, and then `*sent` (unless NULL) is what rondo_asend() gave, all zero after
 * rondo_anext(); the code of a rondo_athrow(), whose message is rondo_error_text(); RONDO_EGENEXIT
 * when the generator is closed: clean up, which may suspend, and return it.
 * Suspends: the body; the task goes on where it asked. Owns: `*sent` is the body's. */
#define rondo_yield(item, sent) rondo_yield_value(rondo_value_of(item), (sent))
RONDO_API RONDO_MUST int rondo_yield_value(rondo_value item, rondo_value *sent);

/* Go on with `generator`, its yield returning `x`, to its next item (asyncio: asend). Requires, as
 * rondo_anext() of a generator does: called in a task of its loop, and nobody, this task included,
 * is in it already; and that it has begun (asyncio: TypeError): else RONDO_EMISUSE. Otherwise as
 * rondo_anext(). Owns: takes `x`, its drop included, in any case. */
#define rondo_asend(generator, x, item) rondo_asend_value((generator), rondo_value_of(x), (item))
RONDO_API RONDO_MUST int rondo_asend_value(rondo_generator *generator, rondo_value x,
                                           rondo_value *item);

/* Go on with `generator`, its yield failing with `code` and `message` (NULL: none), to its next
 * item (asyncio: athrow). One that has not begun never does, and fails with `code`; one that is
 * finished stays so: 0. Requires: `code` < 0, else RONDO_EINVAL; otherwise as rondo_asend(). */
RONDO_API RONDO_MUST int rondo_athrow(rondo_generator *generator, int code, const char *message,
                                      rondo_value *item);

/* Finish `generator` (asyncio: aclose): RONDO_EGENEXIT comes out of its yield, and its cleanup runs
 * here. One that has not begun never does; one that is finished stays so.
 * Requires: as rondo_anext(). Returns: 0 when the body ended with 0 or more, or RONDO_EGENEXIT; the
 * code with which it failed otherwise; RONDO_EMISUSE if it yields again (the item is dropped, and
 * the generator stands there, not finished). NULL: RONDO_ENOMEM. Suspends: may. */
RONDO_API RONDO_MUST int rondo_aclose(rondo_generator *generator);

/* Close all generators of the running loop that have begun and are not finished, side by side
 * (asyncio: loop.shutdown_asyncgens); rondo_run() does it at its end (RUN-07). Failures go to the
 * exception handler (handler.h). Requires: called in a task, else RONDO_EMISUSE.
 * Returns: 0; RONDO_ECANCELED; RONDO_ENOMEM, and then some are still open. Suspends: may. */
RONDO_API RONDO_MUST int rondo_shutdown_asyncgens(void);

/* Write one line about `generator` into `text`: `<Generator ticks suspended>`, or new, running,
 * finished. Returns: `text`. Suspends: never. */
RONDO_API char *rondo_generator_describe(const rondo_generator *generator, char *text, size_t size);

#endif

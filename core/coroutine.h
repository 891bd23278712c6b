/*
 * coroutine.h - a coroutine and its argument as one thing, to be run once (asyncio: a coroutine
 * object).
 *
 * In C a coroutine is called, or spawned, in one step, and that is the usual way. This is for the
 * steps in between: to make it here, hand it on, and have it run there. Making it runs nothing; if
 * it is forgotten, that is reported:
 *
 *     RONDO_COROUTINE(reply, fetch, &job);
 *
 *     if (wanted)
 *         rc = rondo_await_coroutine(&reply, &out);
 */
#ifndef RONDO_COROUTINE_H
#define RONDO_COROUTINE_H

#include "group.h"
#include "task.h"

/* A coroutine value. Lives anywhere; it may be copied, but it is one of the copies that is run.
 * All zero is none, which cannot be run. */
typedef struct rondo_coroutine {
    rondo_fn fn;
    void *arg;
    const char *name; /* of `fn`, as the program wrote it; NULL: not known */
    const char *here; /* where it was made; NULL: not known */
    bool used;        /* it has been run or handed over, and there is no second time */
} rondo_coroutine;

/* `fn(arg, ...)`, not run yet, as a value; rondo_coroutine_drop() ends it. */
#define rondo_coroutine_of(fn, arg) ((rondo_coroutine){(fn), (arg), #fn, RONDO_HERE, false})

/* Declare `label` as the coroutine `fn(arg, ...)`, dropped at the end of the block. */
#define RONDO_COROUTINE(label, fn, arg)                                    \
    rondo_coroutine label __attribute__((cleanup(rondo_coroutine_drop))) = \
        rondo_coroutine_of(fn, arg)

/* Run `coroutine` here, in the task that calls (asyncio: await). Returns: as its function, `out`
 * too (may be NULL: what is put there is dropped); RONDO_EMISUSE if it has been used already
 * (TASK-18), or is none. Suspends: may, if the function does. */
RONDO_API RONDO_MUST int rondo_await_coroutine(rondo_coroutine *coroutine, rondo_value *out);

/* Queue `coroutine` as a task of the running loop, or as a child of `group`, as rondo_spawn() and
 * rondo_group_spawn() do with function and argument. It is handed over even if there is no task in
 * the end: then the caller knows from the NULL, and nothing is reported (LOOP-28).
 * Returns: as those; NULL also if it has been used already or is none. Suspends: never. */
#define rondo_spawn_coroutine(coroutine, ...) \
    rondo_spawn_coroutine_at((coroutine), &(rondo_spawn_options){__VA_ARGS__}, RONDO_HERE)
RONDO_API rondo_task *rondo_spawn_coroutine_at(rondo_coroutine *coroutine,
                                               const rondo_spawn_options *options,
                                               const char *here);
#define rondo_group_spawn_coroutine(group, coroutine, ...)                                    \
    rondo_group_spawn_coroutine_at((group), (coroutine), &(rondo_spawn_options){__VA_ARGS__}, \
                                   RONDO_HERE)
RONDO_API rondo_task *rondo_group_spawn_coroutine_at(rondo_group *group, rondo_coroutine *coroutine,
                                                     const rondo_spawn_options *options,
                                                     const char *here);

/* A future for what can be awaited (asyncio: ensure_future): a `rondo_coroutine *` is spawned, a
 * future of the running loop stays itself (TASK-04). So a list for gather or wait may be made of
 * both. Returns: NULL for a future of another loop or none, and where rondo_spawn_coroutine() gives
 * NULL. Suspends: never. Owns: the caller holds one reference, for itself, to what is returned. */
#define rondo_ensure_future(x)                   \
    _Generic((x), rondo_coroutine *              \
             : rondo_ensure_task, rondo_future * \
             : rondo_ensure_same)((x), RONDO_HERE)
RONDO_API rondo_future *rondo_ensure_task(rondo_coroutine *coroutine, const char *here);
RONDO_API rondo_future *rondo_ensure_same(rondo_future *future, const char *here);

/* End `coroutine`. One that was never run nor handed over is reported to the exception handler of
 * the running loop (handler.h), with the place where it was made: "coroutine 'fetch' was never
 * awaited"; outside a loop, on stderr. A second time does nothing. Suspends: never. */
RONDO_API void rondo_coroutine_drop(rondo_coroutine *coroutine);

/* The coroutine that `task` runs, or ran (asyncio: get_coro); all zero for a plain future. It is
 * used, and has no name (TASK-21). Suspends: never. */
RONDO_API rondo_coroutine rondo_get_coro(const rondo_task *task);

#endif

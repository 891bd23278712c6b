/*
 * context.h - variables that go with the flow of control (contextvars).
 *
 * A variable is a static object; its value is looked up in the context of whoever runs. A task runs
 * in a copy of its creator's context, a callback in a copy of the context that queued it, so what
 * either sets is its own. A copy is a pointer: contexts share what they hold until one of them sets
 * something. A program that sets nothing pays nothing.
 *
 * What an executor runs on a thread (executor.h) has a context too: an empty one, or with
 * rondo_to_thread() a copy of its caller's. Outside a running loop and of these there is no
 * context: every variable has its default.
 */
#ifndef RONDO_CONTEXT_H
#define RONDO_CONTEXT_H

#include "task.h"

/* A context variable. Its address is its identity:
 *
 *     static const rondo_var user = {.name = "user", .value = {.as.text = "nobody"}};
 */
typedef struct rondo_var {
    const char *name;  /* for reports */
    rondo_value value; /* where it was never set; borrowed */
} rondo_var;

/* How to undo one set. All zero, or used: there is nothing to undo. Its members are private. */
typedef struct rondo_var_token {
    const rondo_var *var;
    const struct rondo_context *context;
    uint64_t context_id;
    struct bindings *before;
    struct bindings *after;
} rondo_var_token;

/* A set of values that can be kept, and run in (contextvars.Context). Counted. */
typedef struct rondo_context rondo_context;

/* The value of `var` for whoever runs. Suspends: never.
 * Owns: borrowed, valid until `var` is set or reset here. */
RONDO_API rondo_value rondo_var_get(const rondo_var *var);

/* Set `var` for whoever runs, and for what it starts from now on. `token` (may be NULL) is filled
 * so that rondo_var_reset() can undo it.
 * Requires: `token` holds nothing that could be undone (all zero, used, or fresh from the stack).
 * Returns: 0; RONDO_EMISUSE where there is no context; RONDO_ENOMEM. Suspends: never.
 * Owns: takes `value`, its drop included, on success: it is dropped when no context and no token
 * holds it any more. A token is ended by rondo_var_reset() or rondo_var_keep(). */
#define rondo_var_set(var, x, token) rondo_var_set_value((var), rondo_value_of(x), (token))
RONDO_API int rondo_var_set_value(const rondo_var *var, rondo_value value, rondo_var_token *token);

/* Give the variable back the value it had before the set that filled `token`, or none.
 * Requires: the context that runs is the one of that set, and the token is not used: else
 * RONDO_EMISUSE (asyncio: ValueError, RuntimeError). Returns: 0; RONDO_ENOMEM, which can happen
 * only if other variables were set since and stay so. State unchanged on failure. Suspends: never.
 */
RONDO_API int rondo_var_reset(rondo_var_token *token);

/* End `token` and keep the value that was set; a used one is left alone. Suspends: never. */
RONDO_API void rondo_var_keep(rondo_var_token *token);

/* A copy of the context that runs (contextvars.copy_context); outside a loop an empty one.
 * Returns: NULL without memory. Suspends: never. Owns: the caller holds one reference. */
RONDO_API rondo_context *rondo_copy_context(void);

/* The context in which `task` runs, or ran, itself (asyncio: Task.get_context); NULL for a plain
 * future (TASK-21). A reference to it holds the task too. Suspends: never.
 * Owns: borrowed, valid as long as the task is held. */
RONDO_API rondo_context *rondo_get_context(const rondo_task *task);

/* One reference more, and one less; the last one frees. NULL is allowed. Suspends: never. */
RONDO_API rondo_context *rondo_context_ref(rondo_context *context);
RONDO_API void rondo_context_unref(rondo_context *context);

/* The value of `var` in `context`. Suspends: never. Owns: borrowed, as with rondo_var_get(). */
RONDO_API rondo_value rondo_context_get(const rondo_context *context, const rondo_var *var);

/* Call `fn(arg, out)` here, in `context` itself: what it sets stays there and is not seen outside
 * (Context.run). Unlike Context.run it may be entered while it is entered already, and `fn` may
 * suspend: other tasks run in contexts of their own meanwhile. A task that shall run in `context`
 * is spawned with the option `.context` (CTX-04).
 * Requires: called in a task or a callback, else RONDO_EMISUSE. NULL: RONDO_ENOMEM.
 * Returns: as `fn`. Suspends: may, if `fn` does. Owns: `context` is held meanwhile; `out` (may be
 * NULL) is as `fn` leaves it. */
RONDO_API RONDO_MUST int rondo_context_run(rondo_context *context, rondo_fn fn, void *arg,
                                           rondo_value *out);

#endif

/*
 * coroutine.c - see coroutine.h.
 */
#include "coroutine.h"

#include <stdio.h>

#include "handler.h"
#include "task_core.h"

/* Take `coroutine` for its one run. Returns: false if somebody did before. */
static bool use(rondo_coroutine *coroutine)
{
    if (coroutine == NULL || coroutine->fn == NULL || coroutine->used)
        return false;
    coroutine->used = true;
    return true;
}

int rondo_await_coroutine(rondo_coroutine *coroutine, rondo_value *out)
{
    rondo_value unwanted = {.drop = NULL};
    int rc;

    if (!use(coroutine))
        return RONDO_EMISUSE;
    rc = coroutine->fn(coroutine->arg, out != NULL ? out : &unwanted);
    if (unwanted.drop != NULL)
        unwanted.drop(unwanted.as.p);
    return rc;
}

rondo_task *rondo_spawn_coroutine_at(rondo_coroutine *coroutine, const rondo_spawn_options *options,
                                     const char *here)
{
    if (!use(coroutine))
        return NULL;
    return rondo_spawn_at(NULL, coroutine->fn, coroutine->arg, options, here);
}

rondo_task *rondo_group_spawn_coroutine_at(rondo_group *group, rondo_coroutine *coroutine,
                                           const rondo_spawn_options *options, const char *here)
{
    if (!use(coroutine))
        return NULL;
    return rondo_group_spawn_at(group, coroutine->fn, coroutine->arg, options, here);
}

rondo_future *rondo_ensure_task(rondo_coroutine *coroutine, const char *here)
{
    return rondo_spawn_coroutine_at(coroutine, &(rondo_spawn_options){.name = NULL}, here);
}

rondo_future *rondo_ensure_same(rondo_future *future, const char *here)
{
    (void)here;
    return future != NULL && future->loop == loop_running() ? rondo_ref(future) : NULL;
}

void rondo_coroutine_drop(rondo_coroutine *coroutine)
{
    char message[128];

    if (!use(coroutine))
        return;
    snprintf(message, sizeof message, "coroutine '%s' was never awaited", coroutine->name);
    report_forgotten(NULL,
                     &(rondo_exception){.message = message, .text = "", .here = coroutine->here});
}

rondo_coroutine rondo_get_coro(const rondo_task *future)
{
    const struct task *task = (const struct task *)future;

    if (future == NULL || !future->is_task)
        return (rondo_coroutine){.fn = NULL};
    return (rondo_coroutine){.fn = task->fn, .arg = task->arg, .used = true};
}

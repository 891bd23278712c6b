/*
 * timeout.c - see timeout.h. CPython 3.12's asyncio.timeouts: the deadline cancels the task, and
 * the scope turns that cancellation, and no other, into a timeout.
 */
#include "timeout.h"

#include <stdio.h>

#include "base/check.h"
#include "task_core.h"

enum scope_state { SCOPE_CLOSED, SCOPE_ACTIVE, SCOPE_EXPIRING, SCOPE_EXPIRED };

struct scope {
    struct deadline deadline;
    struct task *task;
    int cancelling;  /* requests the task had met when the scope was opened */
    int64_t when_ns; /* RONDO_FOREVER: no limit */
    enum scope_state state;
    const char *here;
};

_Static_assert(sizeof(struct scope) <= sizeof(rondo_timeout), "rondo_timeout has room for a scope");
_Static_assert(_Alignof(rondo_timeout) % _Alignof(struct scope) == 0, "and its alignment");

static struct scope *scope_of(const rondo_timeout *timeout)
{
    return (struct scope *)(uintptr_t)timeout;
}

static void strike(struct callback *callback)
{
    struct deadline *deadline = container_of(callback, struct deadline, callback);
    struct scope *scope = container_of(deadline, struct scope, deadline);

    scope->state = SCOPE_EXPIRING;
    rondo_cancel(&scope->task->future, NULL);
}

/* A deadline that is past strikes in the next iteration, before any timer. */
static void arm(struct scope *scope, int64_t when_ns)
{
    struct rondo_loop *loop = scope->task->future.loop;

    loop_cancel(loop, &scope->deadline);
    scope->when_ns = when_ns;
    if (when_ns <= rondo_loop_time(loop))
        loop_call_soon(loop, &scope->deadline.callback);
    else if (when_ns < RONDO_FOREVER)
        loop_call_at(loop, &scope->deadline, when_ns);
}

rondo_timeout *rondo_timeout_open(rondo_timeout *timeout, int64_t delay_ns, const char *here)
{
    const struct task *task = task_current();

    return rondo_timeout_open_at(timeout,
                                 task != NULL ? loop_after(task->future.loop, delay_ns)
                                              : RONDO_FOREVER,
                                 here);
}

rondo_timeout *rondo_timeout_open_at(rondo_timeout *timeout, int64_t when_ns, const char *here)
{
    static const struct callback_kind struck = {.run = strike, .what = "timeout"};
    struct scope *scope = scope_of(timeout);
    struct task *task = task_current();

    *scope = (struct scope){.state = SCOPE_CLOSED, .when_ns = RONDO_FOREVER, .here = here};
    if (task == NULL)
        return timeout;
    scope->deadline.callback = (struct callback){.kind = &struck, .who = task};
    scope->task = task;
    task->scopes++;
    scope->cancelling = task->cancel_requests - task->must_cancel; /* one yet to come counts */
    scope->state = SCOPE_ACTIVE;
    arm(scope, when_ns);
    return timeout;
}

int rondo_timeout_close(rondo_timeout *timeout, int code)
{
    struct scope *scope = scope_of(timeout);

    if (scope->state != SCOPE_ACTIVE && scope->state != SCOPE_EXPIRING)
        return code;
    loop_cancel(scope->task->future.loop, &scope->deadline);
    scope->task->scopes--;
    if (scope->state == SCOPE_ACTIVE) {
        scope->state = SCOPE_CLOSED;
        return code;
    }
    scope->state = SCOPE_EXPIRED;
    if (rondo_uncancel(&scope->task->future) <= scope->cancelling && code == RONDO_ECANCELED)
        return rondo_fail(RONDO_ETIMEDOUT, "%s", "");
    return code;
}

void rondo_timeout_leave(rondo_timeout *timeout)
{
    const struct scope *scope = scope_of(timeout);
    bool struck = scope->state == SCOPE_EXPIRING;

    if (struck || scope->state == SCOPE_ACTIVE)
        scope_report_left("a timeout was left by return, break or goto",
                          struck ? "it had struck, and the code was not translated" : "",
                          scope->here);
    (void)rondo_timeout_close(timeout, 0);
}

bool rondo_timeout_expired(const rondo_timeout *timeout)
{
    enum scope_state state = scope_of(timeout)->state;

    return state == SCOPE_EXPIRING || state == SCOPE_EXPIRED;
}

int64_t rondo_timeout_when(const rondo_timeout *timeout)
{
    return scope_of(timeout)->when_ns;
}

int rondo_timeout_reschedule(rondo_timeout *timeout, int64_t when_ns)
{
    struct scope *scope = scope_of(timeout);

    if (scope->state != SCOPE_ACTIVE)
        return RONDO_EMISUSE;
    arm(scope, when_ns);
    return 0;
}

char *rondo_timeout_describe(const rondo_timeout *timeout, char *text, size_t size)
{
    static const char *const states[] = {"closed", "active", "expiring", "expired"};
    const struct scope *scope = scope_of(timeout);

    if (scope->when_ns < RONDO_FOREVER)
        snprintf(text, size, "<Timeout %s when=%.3f>", states[scope->state],
                 (double)scope->when_ns / (double)RONDO_S(1));
    else
        snprintf(text, size, "<Timeout %s>", states[scope->state]);
    return text;
}

/* A limit that is past before the wait begins: cancel, wait for the cleanup (WF-03). */
static int cancel_and_wait(rondo_future *future, rondo_value *out, const char *here)
{
    int rc;

    if (rondo_done(future))
        return future_deliver(future, out);
    if (!future_can_be_awaited(future))
        return RONDO_EMISUSE;
    rondo_ref(future);
    rondo_cancel(future, NULL);
    rc = future_watch(future, here);
    if (rc == 0)
        rc = rondo_cancelled(future) ? rondo_fail(RONDO_ETIMEDOUT, "%s", "")
                                     : future_deliver(future, out);
    rondo_unref(future);
    return rc;
}

int rondo_wait_for_at(rondo_future *future, int64_t delay_ns, rondo_value *out, const char *here)
{
    rondo_timeout timeout;

    if (future == NULL)
        return RONDO_ENOMEM;
    if (task_current() == NULL)
        return RONDO_EMISUSE;
    if (delay_ns <= 0)
        return cancel_and_wait(future, out, here);
    rondo_timeout_open(&timeout, delay_ns, here);
    return rondo_timeout_close(&timeout, rondo_await_at(future, out, here));
}

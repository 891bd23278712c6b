/*
 * with.c - see with.h.
 *
 * A cleanup is code between a failure and who hears of it. It may meet failures of its own, so what
 * the task would say about the first is kept meanwhile.
 */
#include "with.h"

#include "base/alloc.h"
#include "handler.h"
#include "task_core.h"

/* How a task was before a cleanup began. */
struct before {
    struct task *task; /* NULL: no task */
    int code;          /* its last failure, and what it says about that */
    char *text;
    struct rondo_failure *failures;
    int cancels; /* requests that had come out of a suspension */
};

static int cancels_delivered(const struct task *task)
{
    return task->cancel_requests - task->must_cancel;
}

/* The words stay readable, too, so they are copied; without memory they may be lost. */
static struct before before_cleanup(void)
{
    struct task *task = task_current();
    struct before before = {.task = task};

    if (task == NULL)
        return before;
    before.code = task->error_code;
    before.text = alloc_text(task->error_text);
    before.failures = task->failures;
    before.cancels = cancels_delivered(task);
    task->failures = NULL;
    return before;
}

/* The last failure is the one from before again. */
static void restore(const struct before *before)
{
    struct task *task = before->task;

    if (task == NULL)
        return;
    task_note_error(before->code, NULL);
    task->error_text = before->text;
    task->failures = before->failures;
}

/* A cleanup ended with `code`, which can only be told to the handler; or, if it was cancelled, to
 * the next suspension. */
static void after_cleanup(const struct before *before, int code, const char *here)
{
    struct task *task = before->task;

    if (task != NULL && code == RONDO_ECANCELED && cancels_delivered(task) > before->cancels)
        task->must_cancel = true;
    else if (code < 0)
        rondo_loop_call_exception_handler(
            NULL,
            &(rondo_exception){.message = "a cleanup failed",
                               .code = code,
                               .text = task != NULL && task->error_code == code ? rondo_error_text()
                                                                                : "",
                               .future = rondo_current_task(),
                               .here = here});
    restore(before);
}

void rondo_deferred_call(rondo_deferred *deferred)
{
    struct before before = before_cleanup();
    int code = 0;

    if (deferred->fn != NULL)
        code = deferred->fn(deferred->arg);
    else
        deferred->plain(deferred->arg);
    after_cleanup(&before, code, deferred->here);
}

rondo_with *rondo_with_entered(rondo_with *with, int (*leave)(void *self, int code), void *self,
                               const char *here)
{
    *with = (rondo_with){leave, self, here};
    return with;
}

static int leave(rondo_with *with, int code)
{
    int (*function)(void *self, int code) = with->leave;

    with->leave = NULL;
    return function(with->self, code);
}

int rondo_with_leave(rondo_with *with, int code)
{
    struct before before = before_cleanup();
    int rc = leave(with, code);

    if (rc == code) {
        restore(&before);
    } else {
        alloc_release(before.text);
        group_failures_release(before.failures);
    }
    return rc;
}

void rondo_with_left(rondo_with *with)
{
    struct before before;
    int code;

    if (with->leave == NULL)
        return;
    scope_report_left("a with block was left by return, break or goto", "", with->here);
    before = before_cleanup();
    code = leave(with, RONDO_EMISUSE);
    after_cleanup(&before, code == RONDO_EMISUSE ? 0 : code, with->here);
}

/*
 * point.c - see point.h. Who goes on is chosen in task.c; here is what a point says of itself.
 */
#include "point.h"

#include <limits.h>

#include "loop_core.h"
#include "task_core.h"

static const char *const texts[] = {
#define X(name, text, writes) text,
    RONDO_POINT_MAP(X)
#undef X
};

static const bool writes[] = {
#define X(name, text, writes) writes,
    RONDO_POINT_MAP(X)
#undef X
};

/* Whether anybody else may come before `task` goes on. */
static bool lets_others_run(const struct task *task)
{
    return task->future.loop->any_order && task->worker->resumer == NULL;
}

/* The access itself, which follows. */
static void report(const struct task *task, enum rondo_point_kind kind, const void *address,
                   const char *name, const char *here)
{
    static const enum observed_kind kinds[] = {[RONDO_POINT_READ] = OBSERVED_READ,
                                               [RONDO_POINT_WRITE] = OBSERVED_WROTE,
                                               [RONDO_POINT_UPDATE] = OBSERVED_UPDATED};

    if (kind > RONDO_POINT_UPDATE)
        return;
    observe(kinds[kind], .who = task_subject(task), .object = {"variable", name, 0},
            .address = address, .here = here);
}

void rondo_watch_at(const void *address, size_t size, const char *name, const char *here)
{
    const struct task *task = task_current();

    observe(OBSERVED_WATCHED, .who = task != NULL ? task_subject(task) : (struct subject){0},
            .object = {"variable", name, 0}, .address = address,
            .code = size < INT_MAX ? (int)size : INT_MAX, .here = here);
}

void rondo_point_at(enum rondo_point_kind kind, const void *address, const char *name,
                    const char *here)
{
    const struct task *task = observer != NULL ? task_current() : NULL;

    if (task == NULL)
        return;
    if (lets_others_run(task))
        task_pass(&(struct point){texts[kind], name, address, writes[kind], here});
    report(task, kind, address, name, here);
}

/*
 * property.c - see property.h. Who listens counts and judges (sim/detect/property.c).
 */
#include "property.h"

#include <stdio.h>
#include <stdlib.h>

#include "task_core.h"

static struct subject who_runs(void)
{
    const struct task *task = task_current();

    return task != NULL ? task->subject : (struct subject){0};
}

/* Nobody listens, or whoever does let it go on: what assert() would do. */
static void fail(const char *name, const char *text, const char *here) __attribute__((noreturn));
static void fail(const char *name, const char *text, const char *here)
{
    const struct task *task = task_current();

    fprintf(stderr, "%s: %s%s'%s' does not hold: %s\n", here,
            task != NULL ? rondo_get_name(&task->future) : "", task != NULL ? ": " : "", name,
            text);
    abort();
}

void rondo_property_met(rondo_property kind, const char *name, bool held, const char *text,
                        const char *here)
{
    static const char *const kinds[] = {"always", "sometimes", "eventually"};
    bool broken = kind == RONDO_PROPERTY_ALWAYS && !held;

    observe(&(struct observed){.kind = broken ? OBSERVED_BROKEN : OBSERVED_PROPERTY,
                               .who = who_runs(),
                               .object = {kinds[kind], name, 0},
                               .code = held,
                               .text = text,
                               .here = here});
    if (broken)
        fail(name, text, here);
}

/*
 * property.c - see property.h. Who listens counts and judges (sim/detect/property.c).
 */
#include "property.h"

#include <stdio.h>
#include <stdlib.h>

#include "task_core.h"

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

void rondo_expectation_begin(rondo_expectation *expectation)
{
    struct task *task = task_current();

    if (task == NULL)
        return;
    expectation->task = &task->future;
    expectation->outer = task->worker->expects;
    task->worker->expects = expectation;
    task->future.loop->expecting++;
}

static void tell(rondo_expectation *expectation, bool held, struct subject by)
{
    expectation->held = held;
    observe(OBSERVED_EXPECTED, .who = future_subject(expectation->task), .by = by,
            .object = {expectation->text, NULL, 0}, .code = held, .here = expectation->here);
}

void rondo_expectation_end(rondo_expectation *expectation)
{
    if (expectation->task == NULL)
        return;
    task_of(expectation->task)->worker->expects = expectation->outer;
    expectation->task->loop->expecting--;
    if (expectation->held)
        tell(expectation, false, (struct subject){NULL, 0});
}

void expectations_look(struct subject by)
{
    struct rondo_loop *loop = loop_running();

    if (loop == NULL || loop->expecting == 0)
        return;
    list_for_each(node, &loop->tasks) {
        const struct task *task = container_of(node, struct task, in_loop);
        rondo_expectation *expectation;
        bool held;

        if (task->wait == NULL || task->wait->state != WAIT_PENDING)
            continue;
        expectation = task->worker->expects;
        if (expectation == NULL)
            continue;
        held = expectation->predicate(expectation->arg);
        if (held != expectation->held)
            tell(expectation, held, by);
    }
}

void rondo_property_met(rondo_property kind, const char *name, bool held, const char *text,
                        const char *here)
{
    static const char *const kinds[] = {"always", "sometimes", "eventually"};
    bool broken = kind == RONDO_PROPERTY_ALWAYS && !held;

    observe(broken ? OBSERVED_BROKEN : OBSERVED_PROPERTY, .who = subject_running(),
            .object = {kinds[kind], name, 0}, .code = held, .text = text, .here = here);
    if (broken)
        fail(name, text, here);
}

/*
 * children.c - see children.h.
 */
#include "tests/lib/children.h"

#include <string.h>

#include "sleep.h"

struct children {
    CHILDREN_FIXTURE;
};

void children_open(void *fixture)
{
    struct children *f = fixture;

    script_open(&f->script);
    for (int i = 0; i < CHILDREN; i++)
        f->children[i] = rondo_create_future(f->script.loop);
}

int children_teardown(void *fixture)
{
    struct children *f = fixture;

    rondo_unref_all(f->children, CHILDREN);
    return script_teardown(&f->script);
}

void adopt(void *fixture, int i, const char *name)
{
    struct children *f = fixture;

    rondo_unref(f->children[i]);
    f->children[i] = rondo_ref(role(f, name));
}

int complete_child(void *fixture, int64_t n)
{
    struct children *f = fixture;

    check(f, rondo_sleep(n / 10 * MS) == 0);
    check(f, rondo_set_result(f->children[n % 10], n) == 0);
    return 0;
}

int fail_child(void *fixture, int64_t n)
{
    struct children *f = fixture;

    check(f, rondo_sleep(n / 10 * MS) == 0);
    check(f, rondo_set_error(f->children[n % 10], RONDO_EUSER - (int)n, "broken") == 0);
    return 0;
}

int cancel_child(void *fixture, int64_t n)
{
    struct children *f = fixture;

    check(f, rondo_sleep(n / 10 * MS) == 0);
    check(f, rondo_cancel(f->children[n % 10], "child gone"));
    return 0;
}

int nap(void *fixture, int64_t n)
{
    struct children *f = fixture;
    int rc = rondo_sleep(n);

    note(f, "ends with %s", rondo_err_name(rc));
    return rc;
}

static int answer(void *arg, rondo_value *out)
{
    RONDO_TRY(rondo_sleep(0));
    return rondo_return(out, (int64_t)(intptr_t)arg);
}

void spawn_answers(rondo_task *tasks[CHILDREN])
{
    for (intptr_t i = 0; i < CHILDREN; i++)
        tasks[i] = rondo_spawn(answer, (void *)i, .name = "child");
}

static void note_debt(void *self, const struct observed *event)
{
    struct children *f = self;
    const char *kind = event->object.kind;

    if (kind == NULL || (strcmp(kind, "wait") != 0 && strcmp(kind, "gather") != 0))
        return;
    if (event->kind == OBSERVED_BLOCKED)
        note(f, "blocks");
    if (event->kind == OBSERVED_HELD)
        note(f, "is owed by %s", event->who.name);
    if (event->kind == OBSERVED_RELEASED)
        note(f, "no longer by %s", event->who.name);
}

static size_t first_option(void *self, const struct observed_choice *choice)
{
    (void)self;
    (void)choice;
    return 0;
}

struct observer observer_of_waits(void *fixture)
{
    return (struct observer){.wanted = OBSERVED_USUAL,
                             .event = note_debt,
                             .pick = first_option,
                             .self = fixture};
}

/*
 * cpython gh-94398: a TaskGroup that is shutting down still takes new tasks: the child starts when
 * nobody will cancel it or wait for it any more.
 */
#include "zoo.h"

static rondo_task *children[2];
static size_t child_count;
static bool closing, closed;

static int child(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    RONDO_ALWAYS("a_child_lives_within_its_group", !closed);
    return 0;
}

static void group_spawn(void)
{
    if (!closed && !(closing && fixed))
        children[child_count++] = rondo_spawn(child, NULL, .name = "child");
}

static int parent(void)
{
    int rc = 0;
    size_t count;

    group_spawn();
    hop();
    closing = true;
    count = child_count;
    for (size_t i = 0; i < count; i++) {
        rondo_cancel(children[i], NULL);
        rc = rondo_await(children[i], NULL);
    }
    hop(); /* __aexit__ */
    closed = true;
    return rc == RONDO_ECANCELED ? 0 : rc;
}

static int latecomer(void)
{
    hop();
    group_spawn();
    return 0;
}

static void run(void)
{
    int rc = 0;

    CAST({"parent", parent}, {"latecomer", latecomer});
    for (size_t i = 0; i < child_count; i++)
        rc = rondo_await(children[i], NULL);
    (void)rc;
    rondo_unref_all(children, child_count);
}

TWINS(run);

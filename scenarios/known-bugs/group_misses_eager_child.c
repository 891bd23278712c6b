/*
 * cpython gh-155418: TaskGroup and eager tasks. A child that runs at once, inside create_task(),
 * cancels the group before it is on the group's list: it is never cancelled itself, and the group
 * waits for it for ever.
 */
#include "zoo.h"

static bool trouble, cancelled;
static rondo_task *children[1];
static size_t child_count;
static struct line nobody;

static void cancel_group(void)
{
    if (cancelled)
        return;
    cancelled = true;
    for (size_t i = 0; i < child_count; i++)
        rondo_cancel(children[i], NULL);
}

static int child(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    if (trouble)
        cancel_group();
    return line_wait(&nobody);
}

static int parent(void)
{
    int rc = 0;

    if (!cancelled) {
        children[child_count] = rondo_spawn(child, NULL, .name = "child", .eager_start = true);
        if (cancelled && fixed)
            rondo_cancel(children[child_count], NULL);
        child_count++;
    }
    for (size_t i = 0; i < child_count; i++)
        rc = rondo_await(children[i], NULL);
    rondo_unref_all(children, child_count);
    return rc == RONDO_ECANCELED ? 0 : rc;
}

static int make_trouble(void)
{
    trouble = true;
    hop();
    cancel_group();
    return 0;
}

static void run(void)
{
    CAST({"parent", parent}, {"trouble", make_trouble});
}

TWINS(run);

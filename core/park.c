/*
 * park.c - see park.h.
 */
#include "park.h"

#include "base/check.h"

_Static_assert(offsetof(rondo_park, prev) == offsetof(struct list, prev),
               "a park begins as a list");

/* The line of `park`; an all-zero park is an empty one. */
static struct list *line_of(rondo_park *park)
{
    struct list *line = (struct list *)park;

    if (line->next == NULL)
        list_init(line);
    return line;
}

static struct wait *wait_of(struct list *node)
{
    return container_of(container_of(node, struct waiter, link), struct wait, waiter);
}

struct parked park_wait(rondo_park *park, rondo_object *object, const char *kind, const char *here)
{
    struct parked parked = {RONDO_EMISUSE, false};
    struct task *task = task_current();
    struct wait wait;

    if (park_refuses(park))
        return parked;
    wait_init(&wait, task, kind, here);
    wait.object.name = object->name;
    wait.object.id = object_id(task->future.loop, object);
    wait.woken = &park->woken;
    park->loop = task->future.loop;
    list_push_back(line_of(park), &wait.waiter.link);
    parked.rc = wait_suspend(&wait);
    parked.woken = wait.state == WAIT_WOKEN;
    if (parked.woken)
        park->woken--;
    return parked;
}

void park_wake_first(rondo_park *park)
{
    struct list *first = list_pop_front((struct list *)park);

    park->woken++;
    wait_wake(wait_of(first));
}

void park_wake_all(rondo_park *park)
{
    while (park_wake(park))
        ;
}

size_t park_length(const rondo_park *park)
{
    return park_empty(park) ? 0
                            : park->woken + list_length((const struct list *)(const void *)park);
}

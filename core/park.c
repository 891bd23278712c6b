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

bool park_refuses(const rondo_park *park)
{
    const struct task *task = task_current();

    if (task == NULL || park_empty(park))
        return task == NULL;
    return park->loop != task->future.loop;
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

bool park_wake(rondo_park *park)
{
    struct list *first = list_pop_front(line_of(park));

    if (first == NULL)
        return false;
    park->woken++;
    return wait_wake(wait_of(first));
}

void park_wake_all(rondo_park *park)
{
    while (park_wake(park))
        ;
}

bool park_empty(const rondo_park *park)
{
    return park->woken == 0 && (park->next == NULL || park->next == park);
}

size_t park_length(const rondo_park *park)
{
    return park_empty(park) ? 0
                            : park->woken + list_length((const struct list *)(const void *)park);
}

/*
 * order.c - see order.h.
 */
#include "order.h"

/* Outside of a loop, where the observer does not number, an object stays without a number. */
static uint32_t number(rondo_object *object)
{
    struct rondo_loop *loop = loop_running();

    if (loop != NULL || observer->number != NULL)
        return object_id(loop, object);
    return object->id;
}

void order_tell(enum observed_kind kind, rondo_object *object, const char *what, int code)
{
    uint32_t id = number(object); /* as in object_view() */

    observe(kind, .who = subject_running(), .object = {what, object->name, id}, .code = code);
}

void order_tell_future(enum observed_kind kind, const rondo_future *future, int code)
{
    const char *what = future->is_task ? "task" : "future";

    observe(kind, .who = subject_running(), .object = {what, future->name, future->id},
            .code = code);
}

void order_tell_look(const rondo_object *object, const char *what)
{
    /* Giving it its number does not change it. */
    order_tell(OBSERVED_USED, (rondo_object *)(uintptr_t)object, what, 0);
}

void order_tell_change(rondo_object *object, const char *what)
{
    order_tell(OBSERVED_USED, object, what, 1);
}

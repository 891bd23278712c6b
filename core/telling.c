/*
 * telling.c - see telling.h.
 */
#include "telling.h"

#include "task_core.h"

void telling_begin(struct telling *telling, struct rondo_loop *loop, struct rondo_context *context,
                   const char *what)
{
    telling->runs = loop_running() == loop; /* a program may run its uv loop by itself */
    telling->timed = telling->runs && loop->debug;
    if (telling->runs)
        telling->outer = context_enter(context);
    if (telling->timed)
        turn_begin_other(&telling->turn, loop, what);
}

void telling_end(struct telling *telling)
{
    if (telling->timed)
        turn_end(&telling->turn);
    if (telling->runs)
        context_enter(telling->outer);
}

void telling_failed(struct rondo_loop *loop, struct rondo_context *context, int code,
                    const char *what)
{
    struct telling telling;

    telling_begin(&telling, loop, context, what);
    rondo_loop_call_exception_handler(loop, &(rondo_exception){.message = "failure in a protocol",
                                                               .code = code,
                                                               .text = what});
    telling_end(&telling);
}

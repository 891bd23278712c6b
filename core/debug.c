/*
 * debug.c - see debug.h. Times are the loop's own: in simulation a turn takes what the program
 * makes it take, to the nanosecond.
 */
#include "debug.h"

#include <stdio.h>

#include "task_core.h"

void rondo_loop_set_debug(rondo_loop *loop, bool debug)
{
    loop->debug = debug;
}

bool rondo_loop_get_debug(const rondo_loop *loop)
{
    return loop->debug;
}

void rondo_loop_set_slow_callback_duration(rondo_loop *loop, int64_t limit_ns)
{
    loop->slow_ns = limit_ns;
}

int64_t rondo_loop_get_slow_callback_duration(const rondo_loop *loop)
{
    return loop->slow_ns;
}

void turn_begin(struct turn *turn, struct rondo_loop *loop, const struct callback *callback,
                const char *here)
{
    struct task *task = callback->who;

    *turn = (struct turn){.loop = loop,
                          .task = task != NULL ? rondo_ref(&task->future) : NULL,
                          .what = task != NULL ? "a step" : callback->kind->what,
                          .here = task != NULL ? task_place(task) : here,
                          .start_ns = rondo_loop_time(loop)};
}

void turn_begin_other(struct turn *turn, struct rondo_loop *loop, const char *what)
{
    *turn = (struct turn){.loop = loop, .what = what, .start_ns = rondo_loop_time(loop)};
}

static void report(const struct turn *turn, int64_t took_ns)
{
    char text[80];

    snprintf(text, sizeof text, "%s took %.3f seconds", turn->what,
             (double)took_ns / (double)RONDO_S(1));
    rondo_loop_call_exception_handler(turn->loop, &(rondo_exception){.message = "the loop was held",
                                                                     .text = text,
                                                                     .future = turn->task,
                                                                     .here = turn->here});
}

void turn_end(struct turn *turn)
{
    int64_t took_ns = rondo_loop_time(turn->loop) - turn->start_ns;

    /* Debug mode left meanwhile: the turns of others followed this one without coming home. */
    if (turn->loop->debug && took_ns >= turn->loop->slow_ns)
        report(turn, took_ns);
    rondo_unref(turn->task);
}

/*
 * 001-c37: is main() "our single event loop"? It is a coroutine, run in a task, on a loop that is
 * something else.
 */
#include "rondo.h"

#include <stdio.h>

static const char *truth(bool is_so)
{
    return is_so ? "True" : "False";
}

static int main_coroutine(void *arg, rondo_value *out)
{
    const rondo_loop *loop = rondo_get_running_loop();
    const rondo_task *task = rondo_current_task();

    (void)arg;
    (void)out;
    printf("loop is main: %s %s %s\n", truth((const void *)loop == (const void *)task),
           truth(task != NULL), truth(rondo_loop_is_running(loop)));
    return 0;
}

RONDO_PROGRAM(main_is_a_task_not_the_loop, main_coroutine);

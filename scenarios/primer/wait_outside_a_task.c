/*
 * 001-6: `await` is allowed in async functions only, says the document, and Python's compiler
 * refuses the rest. C has no such keyword: a plain function may wait when a coroutine calls it, and
 * a wait outside a task compiles and is refused when it is reached, by its code.
 */
#include "rondo.h"

#include <stdio.h>

static int hello(void)
{
    RONDO_TRY(rondo_sleep(RONDO_S(1)));
    puts("hello");
    return 0;
}

static void callback(void *arg)
{
    (void)arg;
    printf("in a callback: %s\n", rondo_err_name(hello()));
}

static int main_coroutine(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    RONDO_TRY(hello());
    if (rondo_call_soon(rondo_get_running_loop(), callback, NULL) == NULL)
        return RONDO_ENOMEM;
    return rondo_sleep(0);
}

static int wait_outside_a_task_main(int argc, char **argv)
{
    int rc = rondo_run(main_coroutine, NULL, NULL);

    (void)argc;
    (void)argv;
    printf("outside a loop: %s\n", rondo_err_name(hello()));
    return rc < 0;
}

RONDO_PROGRAM(wait_outside_a_task, wait_outside_a_task_main);

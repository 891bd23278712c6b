/*
 * 002-1-jup: in a Jupyter notebook a loop runs already, so the spinner's run_until_complete fails
 * there. The same from inside a coroutine: refused, at once.
 */
#include "rondo.h"

#include <stdio.h>

static int notebook_cell(void *arg, rondo_value *out)
{
    rondo_loop *loop = rondo_get_running_loop();
    rondo_future *future = rondo_create_future(loop);
    int rc;

    (void)arg;
    (void)out;
    if (future == NULL)
        return RONDO_ENOMEM;
    rc = rondo_loop_run_until_complete(loop, future, NULL);
    printf("%s: %s\n", rondo_err_name(rc), rondo_strerror(rc));
    rondo_unref(future);
    return 0;
}

RONDO_PROGRAM(run_inside_a_running_loop, notebook_cell);

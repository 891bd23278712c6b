/*
 * 000-5.4: a future that carries an error. The code comes out of the await, the words are the
 * task's rondo_error_text().
 */
#include <stdio.h>

#include "rondo.h"

static int async_main(void *arg, rondo_value *out)
{
    rondo_future *future = rondo_create_future(NULL);
    int rc;

    (void)arg;
    (void)out;
    if (future == NULL)
        return RONDO_ENOMEM;
    rondo_set_error(future, RONDO_EUSER, "There was an error");
    rc = rondo_await(future, NULL);
    if (rc == RONDO_EUSER) {
        printf("Caught error: %s\n", rondo_error_text());
        rc = 0;
    }
    rondo_unref(future);
    return rc;
}

RONDO_PROGRAM(future_error, async_main);

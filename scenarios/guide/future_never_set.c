/*
 * 000-5.4-lit: 000-5.4 as the document prints it. The call that sets the error is split over a
 * comment; without that broken line nobody completes the future, and main waits for ever.
 */
#include <stdio.h>

#include "rondo.h"

static int async_main(void *arg, rondo_value *out)
{
    rondo_future *future = rondo_create_future(NULL);
    int rc;

    (void)arg;
    (void)out;
    rc = rondo_await(future, NULL);
    if (rc == RONDO_EUSER) {
        printf("Caught error: %s\n", rondo_error_text());
        rc = 0;
    }
    rondo_unref(future);
    return rc;
}

RONDO_PROGRAM(future_never_set, async_main);

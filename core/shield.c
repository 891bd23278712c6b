/*
 * shield.c - see shield.h: an await that cancelling does not pass through.
 */
#include "shield.h"

#include "order.h"

int rondo_shield_at(rondo_future *future, rondo_value *out, const char *here)
{
    int rc;

    if (future == NULL)
        return RONDO_ENOMEM;
    if (rondo_done(future)) {
        order_note_future(OBSERVED_PASSED, future);
        return future_deliver(future, out);
    }
    if (!future_can_be_awaited(future))
        return RONDO_EMISUSE;
    rondo_ref(future);
    rc = future_watch(future, here);
    if (rc == 0)
        rc = future_deliver(future, out);
    rondo_unref(future);
    return rc;
}

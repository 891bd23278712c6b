/*
 * barrier.c - see barrier.h.
 *
 * A task that waits remembers the number of breaks; if it has changed when the task goes on, its
 * round was broken, and the counts are those of a later round, which it leaves alone. From outside
 * only as many are let in as the round has places, so nobody overtakes.
 */
#include "barrier.h"

#include <limits.h>
#include <stdio.h>

#include "base/check.h"
#include "order.h"
#include "park.h"

/* Let in those who wait outside, as many as there are places. Called after every change, so that no
 * place is lost when one who had been let in is cancelled. */
static void admit(rondo_barrier *barrier)
{
    while (!barrier->draining && barrier->arrived + barrier->outside.woken < barrier->parties &&
           park_wake(&barrier->outside))
        continue;
}

/* One of the present round goes. */
static void leave(rondo_barrier *barrier)
{
    CHECK(barrier->arrived > 0);
    if (--barrier->arrived == 0)
        barrier->draining = false; /* the last one out: it fills again (BAR-04) */
    admit(barrier);
}

/* Wait outside until there is a place. */
static int wait_outside(rondo_barrier *barrier, const char *here)
{
    unsigned aborts = barrier->aborts;
    int rc = park_wait(&barrier->outside, &barrier->object, "room in barrier", here).rc;

    if (rc == 0 && barrier->aborts != aborts)
        rc = RONDO_EBROKEN;
    if (rc < 0)
        admit(barrier); /* the place it was woken for, if it was, is for the next in line */
    return rc;
}

/* Wait inside until the others have come. */
static int wait_inside(rondo_barrier *barrier, const char *here)
{
    unsigned breaks = barrier->breaks;
    int rc = park_wait(&barrier->inside, &barrier->object, "barrier", here).rc;

    if (barrier->breaks != breaks)
        return rc < 0 ? rc : RONDO_EBROKEN;
    if (rc == 0)
        rc = barrier->index_next++;
    leave(barrier);
    return rc;
}

/* The last one has come: all may go. */
static int let_go(rondo_barrier *barrier)
{
    order_note(OBSERVED_PASSED, &barrier->object, "barrier", 0);
    barrier->draining = true;
    barrier->index_next = 0;
    park_wake_all(&barrier->inside);
    leave(barrier);
    return (int)barrier->parties - 1;
}

int rondo_barrier_wait_at(rondo_barrier *barrier, const char *here)
{
    if (task_current() == NULL)
        return RONDO_EMISUSE;
    if (barrier->parties == 0 || barrier->parties > INT_MAX)
        return RONDO_EINVAL;
    if (barrier->broken)
        return RONDO_EBROKEN;
    if (barrier->draining || !park_empty(&barrier->outside))
        RONDO_TRY(wait_outside(barrier, here));
    CHECK(!barrier->draining && barrier->arrived < barrier->parties);
    order_note(OBSERVED_SIGNALLED, &barrier->object, "barrier", 0);
    if (++barrier->arrived == barrier->parties)
        return let_go(barrier);
    admit(barrier); /* who came after those who were let in had to stand behind them */
    return wait_inside(barrier, here);
}

/* End the present round: those inside go with RONDO_EBROKEN. */
static void break_round(rondo_barrier *barrier)
{
    order_note(OBSERVED_SIGNALLED, &barrier->object, "barrier", 0);
    barrier->breaks++;
    barrier->arrived = 0;
    barrier->draining = false;
    park_wake_all(&barrier->inside);
}

void rondo_barrier_reset(rondo_barrier *barrier)
{
    break_round(barrier);
    barrier->broken = false;
    admit(barrier);
}

void rondo_barrier_abort(rondo_barrier *barrier)
{
    break_round(barrier);
    barrier->broken = true;
    barrier->aborts++;
    park_wake_all(&barrier->outside);
}

size_t rondo_barrier_n_waiting(const rondo_barrier *barrier)
{
    return barrier->draining ? 0 : barrier->arrived;
}

size_t rondo_barrier_parties(const rondo_barrier *barrier)
{
    return barrier->parties;
}

bool rondo_barrier_broken(const rondo_barrier *barrier)
{
    return barrier->broken;
}

char *rondo_barrier_describe(const rondo_barrier *barrier, char *text, size_t size)
{
    const char *space = barrier->object.name != NULL ? " " : "";
    const char *name = barrier->object.name != NULL ? barrier->object.name : "";

    if (barrier->broken)
        snprintf(text, size, "<Barrier%s%s broken>", space, name);
    else
        snprintf(text, size, "<Barrier%s%s %s %zu/%zu>", space, name,
                 barrier->draining ? "draining" : "filling", rondo_barrier_n_waiting(barrier),
                 barrier->parties);
    return text;
}

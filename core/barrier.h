/*
 * barrier.h - a place where so many tasks wait for each other (asyncio.Barrier).
 *
 * A round fills until the last of its parties has come, then drains: all of them go on. Who comes
 * while it drains waits outside and belongs to the next round, in the order of coming (BAR-05). The
 * barrier is reusable at once (BAR-03). reset() and abort() break a round; abort() also the
 * barrier, until it is reset.
 *
 * Other than CPython: the indices of a round are distinct also when a waiter was cancelled (CPython
 * counts those inside, so after a cancel two tasks get one number); abort() fails everybody who
 * waits at that moment, also when a reset follows before they run; neither of the two suspends.
 */
#ifndef RONDO_BARRIER_H
#define RONDO_BARRIER_H

#include "object.h"
#include "task.h"

/* Begins as RONDO_BARRIER; all zero is a barrier of no parties, at which nobody can wait. Members
 * are private. */
typedef struct rondo_barrier {
    rondo_object object;
    rondo_park inside;  /* came, and wait for the others */
    rondo_park outside; /* came while a round was draining */
    size_t parties;
    size_t arrived; /* of this round: came and have not left */
    int index_next; /* for the next one that leaves a full round */
    bool draining;
    bool broken;
    unsigned breaks; /* resets and aborts so far: who finds it changed was in a broken round */
    unsigned aborts; /* of these, aborts */
} rondo_barrier;

/* A barrier for so many tasks, with a name (NULL: none). */
#define RONDO_BARRIER(label, count)                     \
    {                                                   \
        .object = {.name = (label)}, .parties = (count) \
    }

/* Come, and wait until all parties have. Requires: called in a task, else RONDO_EMISUSE; 1 or more
 * parties, and no more than INT_MAX, else RONDO_EINVAL (BAR-01).
 * Returns: a number of its own from 0 to parties - 1 (BAR-02): the last to come gets parties - 1,
 * the others count as they leave, which in production order is as they came, so somebody is 0;
 * RONDO_EBROKEN if the barrier is broken, or the round was reset or aborted meanwhile (BAR-07,
 * BAR-10); RONDO_ECANCELED, and then, if the round was not full, another may take the place
 * (BAR-06). Suspends: may; not if it is the last to come, or the barrier is broken. */
#define rondo_barrier_wait(barrier) rondo_barrier_wait_at((barrier), RONDO_HERE)
RONDO_API RONDO_MUST int rondo_barrier_wait_at(rondo_barrier *barrier, const char *here);

/* Begin a new round: who is in the present one, also on its way out of a full one, gets
 * RONDO_EBROKEN; who waits outside comes in (BAR-07, BAR-08). A broken barrier is whole again
 * (BAR-11). Suspends: never. */
RONDO_API void rondo_barrier_reset(rondo_barrier *barrier);

/* Break the barrier: everybody who waits, inside or outside, and everybody who comes, gets
 * RONDO_EBROKEN until it is reset (BAR-10). Suspends: never. */
RONDO_API void rondo_barrier_abort(rondo_barrier *barrier);

/* How many wait for others to come: 0 while it drains or is broken. Suspends: never. */
RONDO_API size_t rondo_barrier_n_waiting(const rondo_barrier *barrier);

/* How many it takes. Suspends: never. */
RONDO_API size_t rondo_barrier_parties(const rondo_barrier *barrier);

/* Whether it was aborted and not reset since. Suspends: never. */
RONDO_API bool rondo_barrier_broken(const rondo_barrier *barrier);

/* Write one line about `barrier` into `text`: `<Barrier start filling 2/3>`, `... draining`,
 * `... broken` (BAR-04). Returns: `text`. Suspends: never. */
RONDO_API char *rondo_barrier_describe(const rondo_barrier *barrier, char *text, size_t size);

#endif

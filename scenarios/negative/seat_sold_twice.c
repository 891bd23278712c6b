/*
 * seat_sold_twice.c - two clerks look whether a seat is free, ask for the price and sell it, each
 * where they like: no access is marked, the seats are watched. That nothing orders the two is seen
 * in any order of theirs, also where the one comes long after the other. In the twin a lock does.
 */
#include "rondo.h"

static int seats;
static rondo_lock desk = RONDO_LOCK("desk");

static int sell(void *arg, rondo_value *out)
{
    const bool *locks = arg;

    (void)out;
    if (*locks)
        RONDO_TRY(rondo_lock_acquire(&desk));
    if (seats > 0) {
        RONDO_TRY(rondo_sleep(RONDO_MS(10)));
        seats--;
    }
    if (*locks)
        rondo_lock_release(&desk);
    return 0;
}

static int open_office(bool locks, int count)
{
    rondo_task *tasks[2];
    int rc;

    RONDO_WATCH(seats);
    seats = count;
    tasks[0] = rondo_spawn(sell, &locks, .name = "ann");
    tasks[1] = rondo_spawn(sell, &locks, .name = "bob");
    rc = rondo_gather(tasks, 2, 0, NULL);
    rondo_unref_all(tasks, 2);
    return rc;
}

static int without_a_lock(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    return open_office(false, 5);
}

static int under_a_lock(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    return open_office(true, 5);
}

RONDO_PROGRAM(without_a_lock, without_a_lock);
RONDO_PROGRAM(under_a_lock, under_a_lock);

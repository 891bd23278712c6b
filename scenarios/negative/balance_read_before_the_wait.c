/*
 * balance_read_before_the_wait.c - a deposit reads a balance, waits for the bank's books, and
 * writes what it read and a little more: a deposit that comes between is lost. The twin holds a
 * lock over all three.
 */
#include "rondo.h"

#include <stdio.h>

static rondo_lock books = RONDO_LOCK("books");
static int balance = 100;

static int deposit(void *arg, rondo_value *out)
{
    int read = RONDO_READ(balance);

    (void)arg, (void)out;
    RONDO_TRY(rondo_sleep(0));
    RONDO_WRITE(balance, read + 10);
    return 0;
}

static int deposit_in_turn(void *arg, rondo_value *out)
{
    int rc = 0;

    RONDO_LOCKED(rc, &books) {
        rc = deposit(arg, out);
    }
    return rc;
}

static int deposit_twice(rondo_fn how)
{
    rondo_task *tasks[] = {rondo_spawn(how, NULL, .name = "ann"),
                           rondo_spawn(how, NULL, .name = "bob")};
    int rc = rondo_gather(tasks, 2, 0, NULL);

    rondo_unref_all(tasks, 2);
    printf("%d\n", balance);
    return rc;
}

static int at_once(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    return deposit_twice(deposit);
}

static int in_turn(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    return deposit_twice(deposit_in_turn);
}

RONDO_PROGRAM(at_once, at_once);
RONDO_PROGRAM(in_turn, in_turn);

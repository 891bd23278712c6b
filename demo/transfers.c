/*
 * transfers.c - two transfers between two accounts, each taking "its" account first. It works in
 * production order, and on most days. This one fails on purpose: README.md, "the failing minute".
 */
#include <stdio.h>

#include "rondo.h"

struct account {
    rondo_lock lock;
    int balance;
};

static struct account savings = {.lock = RONDO_LOCK("savings"), .balance = 100};
static struct account current = {.lock = RONDO_LOCK("current"), .balance = 100};

static int transfer(struct account *from, struct account *to, int amount)
{
    int rc = 0;

    RONDO_LOCKED(rc, &from->lock) {
        RONDO_TRY(rondo_sleep(RONDO_MS(5))); /* ask the auditor */
        RONDO_LOCKED(rc, &to->lock) {
            from->balance -= amount;
            to->balance += amount;
        }
    }
    return rc;
}

static int alice(void *arg, rondo_value *out)
{
    RONDO_TRY(rondo_sleep(RONDO_MS(10)));
    return transfer(&savings, &current, 30);
}

static int bob(void *arg, rondo_value *out)
{
    RONDO_TRY(rondo_sleep(RONDO_MS(12)));
    RONDO_TRY(rondo_sleep(RONDO_MS(3)));
    return transfer(&current, &savings, 20);
}

static int transfers(void *arg, rondo_value *out)
{
    rondo_task *tasks[2];
    int rc;

    tasks[0] = rondo_spawn(alice, NULL, .name = "alice");
    tasks[1] = rondo_spawn(bob, NULL, .name = "bob");
    rc = rondo_gather(tasks, 2, 0, NULL);
    rondo_unref_all(tasks, 2);
    printf("savings %d, current %d\n", savings.balance, current.balance);
    return rc;
}

RONDO_PROGRAM(transfers, transfers);

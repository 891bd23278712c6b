/*
 * account (SCTBench, CS): a deposit and a withdrawal, and an audit whose sum is wrong: it is seen
 * when the audit comes after both.
 */
#include "threads.h"

enum { BEFORE = 100, DEPOSIT = 30, WITHDRAWAL = 20 };

static rondo_lock lock = RONDO_LOCK("account");
static int balance = BEFORE;
static bool deposited, withdrawn;

static int deposit(int number)
{
    (void)number;
    LOCK(&lock);
    RONDO_WRITE(balance, RONDO_READ(balance) + DEPOSIT);
    RONDO_WRITE(deposited, true);
    UNLOCK(&lock);
    return 0;
}

static int withdraw(int number)
{
    (void)number;
    LOCK(&lock);
    RONDO_WRITE(balance, RONDO_READ(balance) - WITHDRAWAL);
    RONDO_WRITE(withdrawn, true);
    UNLOCK(&lock);
    return 0;
}

static int audit(int number)
{
    int expected = BEFORE - DEPOSIT - WITHDRAWAL;

    (void)number;
    if (fixed)
        expected = BEFORE + DEPOSIT - WITHDRAWAL;
    LOCK(&lock);
    if (RONDO_READ(deposited) && RONDO_READ(withdrawn))
        RONDO_ALWAYS("the_balance_adds_up", RONDO_READ(balance) == expected);
    UNLOCK(&lock);
    return 0;
}

static void run(int size)
{
    (void)size;
    start("deposit", deposit, 1);
    start("withdraw", withdraw, 1);
    start("audit", audit, 1);
    join();
}

TWINS(run)

/*
 * total_broken_between_two_steps.c - a transfer that waits between taking and giving, so that the
 * total is wrong for a while; an auditor looks. The twin holds a lock around both.
 */
#include "rondo.h"

static rondo_lock ledger = RONDO_LOCK("ledger");

struct bank {
    int accounts[2];
    bool locks;
};

static int transfer(void *arg, rondo_value *out)
{
    struct bank *bank = arg;
    int rc = 0;

    (void)out;
    if (bank->locks)
        RONDO_TRY(rondo_lock_acquire(&ledger));
    bank->accounts[0] -= 10;
    rc = rondo_sleep(RONDO_MS(5));
    bank->accounts[1] += 10;
    if (bank->locks)
        RONDO_TRY(rondo_lock_release(&ledger));
    return rc;
}

static int audit(void *arg, rondo_value *out)
{
    struct bank *bank = arg;

    (void)out;
    for (int i = 0; i < 4; i++) {
        if (bank->locks)
            RONDO_TRY(rondo_lock_acquire(&ledger));
        RONDO_ALWAYS("total", bank->accounts[0] + bank->accounts[1] == 200);
        RONDO_SOMETIMES("money moved", bank->accounts[1] > 100);
        if (bank->locks)
            RONDO_TRY(rondo_lock_release(&ledger));
        RONDO_TRY(rondo_sleep(RONDO_MS(4)));
    }
    RONDO_EVENTUALLY("money arrived", bank->accounts[1] == 110);
    return 0;
}

static int run_bank(bool locks)
{
    struct bank bank = {{100, 100}, locks};
    rondo_task *auditor = rondo_spawn(audit, &bank, .name = "auditor");
    rondo_task *clerk = rondo_spawn(transfer, &bank, .name = "clerk");
    rondo_future *both[] = {clerk, auditor};
    int rc = rondo_gather(both, 2, 0, NULL);

    rondo_unref(clerk);
    rondo_unref(auditor);
    return rc;
}

static int transfer_in_two_steps(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    return run_bank(false);
}

static int transfer_under_a_lock(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    return run_bank(true);
}

RONDO_PROGRAM(transfer_in_two_steps, transfer_in_two_steps);
RONDO_PROGRAM(transfer_under_a_lock, transfer_under_a_lock);

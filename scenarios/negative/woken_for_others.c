/*
 * woken_for_others.c - a desk for one, at which all who wait are woken whenever it is free, and who
 * has come last may go. Two who come back all the time keep out the one who came between, who looks
 * each time and waits again, and never says for what. In the twin who has come first may go.
 */
#include "rondo.h"

#include <stdio.h>

#define VISITS 150
#define PEOPLE 3

struct desk {
    rondo_condition free_again;
    bool taken;
    bool serves_last;
    int tickets[PEOPLE]; /* of those who wait, in the order in which they came */
    int waiting;
    int ticket_last;
};

static bool may_go(const struct desk *desk, int ticket)
{
    return !desk->taken && desk->tickets[desk->serves_last ? desk->waiting - 1 : 0] == ticket;
}

static void step_out(struct desk *desk, int ticket)
{
    int i = 0;

    while (desk->tickets[i] != ticket)
        i++;
    for (desk->waiting--; i < desk->waiting; i++)
        desk->tickets[i] = desk->tickets[i + 1];
}

static int enter(struct desk *desk)
{
    int ticket = ++desk->ticket_last;
    int rc = 0;

    RONDO_TRY(rondo_lock_acquire(rondo_condition_lock(&desk->free_again)));
    desk->tickets[desk->waiting++] = ticket;
    while (rc == 0 && !may_go(desk, ticket))
        rc = rondo_condition_wait(&desk->free_again);
    step_out(desk, ticket);
    desk->taken = rc == 0;
    rondo_lock_release(rondo_condition_lock(&desk->free_again));
    return rc;
}

static int leave(struct desk *desk)
{
    RONDO_TRY(rondo_lock_acquire(rondo_condition_lock(&desk->free_again)));
    desk->taken = false;
    rondo_condition_notify_all(&desk->free_again);
    return rondo_lock_release(rondo_condition_lock(&desk->free_again));
}

static int visit(struct desk *desk)
{
    RONDO_TRY(enter(desk));
    RONDO_TRY(rondo_sleep(RONDO_MS(2)));
    return leave(desk);
}

static int come_back(void *arg, rondo_value *out)
{
    (void)out;
    for (int i = 0; i < VISITS; i++) {
        RONDO_TRY(visit(arg));
        RONDO_TRY(rondo_sleep(RONDO_MS(1)));
    }
    return 0;
}

static int come_once(void *arg, rondo_value *out)
{
    (void)out;
    RONDO_TRY(visit(arg));
    printf("served\n");
    return 0;
}

static int open_desk(bool serves_last)
{
    struct desk desk = {.free_again = RONDO_CONDITION("free again"), .serves_last = serves_last};
    int rc = 0;

    RONDO_GROUP(rc, group) {
        rondo_group_spawn(group, come_back, &desk, .name = "ann");
        rondo_group_spawn(group, come_once, &desk, .name = "patient");
        rondo_group_spawn(group, come_back, &desk, .name = "bob");
    }
    return rc;
}

static int last_first(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    return open_desk(true);
}

static int first_first(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    return open_desk(false);
}

RONDO_PROGRAM(last_first, last_first);
RONDO_PROGRAM(first_first, first_first);

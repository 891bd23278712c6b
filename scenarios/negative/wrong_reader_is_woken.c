/*
 * wrong_reader_is_woken.c - readers of two kinds share one condition, and one notification is for
 * whoever waited longest, who may be of the other kind. The twin notifies all.
 */
#include "rondo.h"

#include <stdio.h>

struct desk {
    rondo_condition changed;
    bool notifies_all;
    int letters, parcels;
};

static bool has_letter(void *arg)
{
    return ((struct desk *)arg)->letters > 0;
}

static bool has_parcel(void *arg)
{
    return ((struct desk *)arg)->parcels > 0;
}

static int take(struct desk *desk, rondo_predicate is_there, int *count, const char *what)
{
    int rc = 0;

    RONDO_LOCKED(rc, rondo_condition_lock(&desk->changed)) {
        rc = rondo_condition_wait_for(&desk->changed, is_there, desk);
        if (rc == 0)
            printf("%s taken, %d left\n", what, --*count);
    }
    return rc;
}

static int read_letters(void *arg, rondo_value *out)
{
    struct desk *desk = arg;

    (void)out;
    return take(desk, has_letter, &desk->letters, "letter");
}

static int fetch_parcels(void *arg, rondo_value *out)
{
    struct desk *desk = arg;

    (void)out;
    return take(desk, has_parcel, &desk->parcels, "parcel");
}

static int deliver(void *arg, rondo_value *out)
{
    struct desk *desk = arg;
    int rc = 0;

    (void)out;
    for (int i = 0; i < 2 && rc == 0; i++) {
        RONDO_TRY(rondo_sleep(RONDO_S(1)));
        RONDO_LOCKED(rc, rondo_condition_lock(&desk->changed)) {
            ++*(i == 0 ? &desk->parcels : &desk->letters);
            rc = rondo_condition_notify(&desk->changed, desk->notifies_all ? 2 : 1);
        }
    }
    return rc;
}

static int open_desk(bool notifies_all)
{
    struct desk desk = {.changed = RONDO_CONDITION("changed"), .notifies_all = notifies_all};
    int rc = 0;

    RONDO_GROUP(rc, group) {
        rondo_group_spawn(group, read_letters, &desk, .name = "reader");
        rondo_group_spawn(group, fetch_parcels, &desk, .name = "fetcher");
        rondo_group_spawn(group, deliver, &desk, .name = "postman");
    }
    return rc;
}

static int notify_one(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    return open_desk(false);
}

static int notify_all(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    return open_desk(true);
}

RONDO_PROGRAM(notify_one, notify_one);
RONDO_PROGRAM(notify_all, notify_all);

/*
 * two_stuck_while_the_others_work.c - of three clerks two take two books in opposite orders and
 * wait for each other for ever; the third goes on, and main, which waits for closing time only,
 * sends everybody home as if nothing were wrong. In the twin both take the books in one order.
 */
#include "rondo.h"

struct office {
    rondo_lock books[2];
    bool one_order;
};

struct clerk {
    struct office *office;
    int first; /* of the two books */
};

static int post(void *arg, rondo_value *out)
{
    const struct clerk *clerk = arg;
    struct office *office = clerk->office;
    int first = office->one_order ? 0 : clerk->first;

    (void)out;
    for (;;) {
        RONDO_TRY(rondo_lock_acquire(&office->books[first]));
        RONDO_TRY(rondo_sleep(RONDO_MS(10)));
        RONDO_TRY(rondo_lock_acquire(&office->books[1 - first]));
        RONDO_TRY(rondo_lock_release(&office->books[1 - first]));
        RONDO_TRY(rondo_lock_release(&office->books[first]));
    }
}

static int answer_letters(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    for (;;)
        RONDO_TRY(rondo_sleep(RONDO_MS(100)));
}

static int keep_open(bool one_order)
{
    struct office office = {{RONDO_LOCK("sales"), RONDO_LOCK("stock")}, one_order};
    struct clerk clerks[2] = {{&office, 0}, {&office, 1}};
    rondo_task *tasks[] = {rondo_spawn(post, &clerks[0], .name = "ann"),
                           rondo_spawn(post, &clerks[1], .name = "bob"),
                           rondo_spawn(answer_letters, NULL, .name = "cat")};
    int rc = rondo_sleep(RONDO_S(1));

    for (size_t i = 0; i < 3; i++)
        rondo_cancel(tasks[i], NULL);
    if (rc == 0)
        rc = rondo_gather(tasks, 3, RONDO_RETURN_ERRORS, NULL);
    rondo_unref_all(tasks, 3);
    return rc;
}

static int two_orders(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    return keep_open(false);
}

static int one_order(void *arg, rondo_value *out)
{
    (void)arg, (void)out;
    return keep_open(true);
}

RONDO_PROGRAM(two_orders, two_orders);
RONDO_PROGRAM(one_order, one_order);

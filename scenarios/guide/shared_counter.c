/*
 * 000-2.6: four coroutines add to one counter, three times each, and give way between the read and
 * the write. Without a lock all four read the same number and three of four additions are lost.
 */
#include <inttypes.h>
#include <stdio.h>

#include "rondo.h"

enum { WORKERS = 4, ROUNDS = 3 };

struct counter {
    int64_t value;
    rondo_lock lock;
};

static int add_one(struct counter *counter)
{
    int64_t read = counter->value;

    RONDO_TRY(rondo_sleep(0)); /* the others run here */
    counter->value = read + 1;
    return 0;
}

static int add_unprotected(void *arg, rondo_value *out)
{
    (void)out;
    for (int i = 0; i < ROUNDS; i++)
        RONDO_TRY(add_one(arg));
    return 0;
}

static int add_locked(void *arg, rondo_value *out)
{
    struct counter *counter = arg;
    int rc = 0;

    (void)out;
    for (int i = 0; i < ROUNDS && rc == 0; i++) {
        RONDO_LOCKED(rc, &counter->lock) {
            rc = add_one(counter);
        }
    }
    return rc;
}

static int count(const char *what, rondo_fn add, struct counter *counter)
{
    rondo_task *workers[WORKERS];
    int rc;

    for (int i = 0; i < WORKERS; i++)
        workers[i] = rondo_spawn(add, counter);
    rc = rondo_gather(workers, WORKERS, 0, NULL);
    if (rc == 0)
        printf("%s expected %d got %" PRId64 "\n", what, WORKERS * ROUNDS, counter->value);
    rondo_unref_all(workers, WORKERS);
    return rc;
}

static int async_main(void *arg, rondo_value *out)
{
    static struct counter unprotected;
    static struct counter locked = {.lock = RONDO_LOCK("counter")};

    (void)arg;
    (void)out;
    RONDO_TRY(count("without lock", add_unprotected, &unprotected));
    return count("with lock", add_locked, &locked);
}

RONDO_PROGRAM(shared_counter, async_main);

/*
 * 000-7.3-sem-count: the counter of a semaphore goes down with each acquire and up with each
 * release, and a bounded one refuses to go above its start.
 *
 * The transcript reads asyncio's private _value; here the permits that are free are counted by
 * taking and returning them. The refusal is RONDO_EMISUSE, where asyncio raises a ValueError
 * "BoundedSemaphore released too many times".
 */
#include <stdio.h>

#include "rondo.h"

/* How many permits `semaphore` has to give, or a negative code. */
static int permits_free(rondo_semaphore *semaphore)
{
    int count = 0;

    while (!rondo_semaphore_locked(semaphore)) {
        RONDO_TRY(rondo_semaphore_acquire(semaphore));
        count++;
    }
    for (int i = 0; i < count; i++)
        RONDO_TRY(rondo_semaphore_release(semaphore));
    return count;
}

static int show_counter(rondo_semaphore *semaphore)
{
    int counts[5];

    counts[0] = permits_free(semaphore);
    RONDO_TRY(rondo_semaphore_acquire(semaphore));
    counts[1] = permits_free(semaphore);
    RONDO_TRY(rondo_semaphore_acquire(semaphore));
    counts[2] = permits_free(semaphore);
    printf("locked %s\n", rondo_semaphore_locked(semaphore) ? "True" : "False");
    RONDO_TRY(rondo_semaphore_release(semaphore));
    counts[3] = permits_free(semaphore);
    RONDO_TRY(rondo_semaphore_release(semaphore));
    counts[4] = permits_free(semaphore);
    printf("[%d, %d, %d, %d, %d]\n", counts[0], counts[1], counts[2], counts[3], counts[4]);
    return 0;
}

static int async_main(void *arg, rondo_value *out)
{
    static rondo_semaphore semaphore = RONDO_SEMAPHORE("semaphore", 2);
    static rondo_semaphore bounded = RONDO_BOUNDED_SEMAPHORE("bounded", 1);

    (void)arg;
    (void)out;
    RONDO_TRY(show_counter(&semaphore));
    printf("BoundedSemaphore: %s\n", rondo_strerror(rondo_semaphore_release(&bounded)));
    return 0;
}

RONDO_PROGRAM(semaphore_counts, async_main);
